"""The form of a mailbox: from which address one sends, and through which server (C1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from odziv.models import Mailbox, MailboxKind, Security, User
from odziv.web.forms.fields import AddressField

HOST = r"^[A-Za-z0-9\u00a1-\uffff._:\[\]-]+$"


class MailboxForm(forms.ModelForm):
    """A stored password is never shown; an empty field keeps it, unless the server or the user name changes."""

    address = AddressField(label=_("E-mail address"), help_text=_("Recipients see it, and answer to it."))
    smtp_host = forms.RegexField(
        HOST,
        label=_("Server"),
        max_length=253,
        widget=forms.TextInput(attrs={"placeholder": "smtp.example.com", "autocapitalize": "none"}),
        error_messages={"invalid": _("This is not a server's name. One looks like smtp.example.com.")},
    )
    smtp_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    smtp_security = forms.ChoiceField(
        label=_("Encryption"), choices=Security.choices, widget=forms.RadioSelect, initial=Security.STARTTLS
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = Mailbox
        fields = ("name", "address", "smtp_host", "smtp_port", "smtp_security", "smtp_username")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.stored = None if self.instance._state.adding else self.instance.smtp_secret
        if self.stored is None:
            self.initial.update(name=user.name, address=user.email)
        elif self.instance.kind == MailboxKind.TEST:
            for name in ("smtp_host", "smtp_port", "smtp_security", "smtp_username", "password"):
                del self.fields[name]
        elif self.stored:
            self.fields["password"].help_text = _("A password is stored. Leave this empty to keep it.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" not in self.fields:
            return cleaned
        moved = self.stored and {"smtp_host", "smtp_port", "smtp_username"} & set(self.changed_data)
        if moved and not cleaned.get("password"):
            # Whoever may change the server must not learn the password of the former one by sending it elsewhere.
            self.add_error("password", _("Enter the password again: the server or the user name has changed."))
        if cleaned.get("smtp_username") and not cleaned.get("password") and not self.stored:
            self.add_error("password", _("Enter the password for this user name."))
        plain = cleaned.get("smtp_security") == Security.NONE
        if plain and (cleaned.get("password") or self.stored) and not _is_local(cleaned.get("smtp_host", "")):
            self.add_error("smtp_security", _("A password would travel in plain text. Choose STARTTLS or TLS."))
        return cleaned

    def written(self) -> Mailbox:
        """The mailbox with what was typed, not stored yet; after `is_valid`."""
        mailbox: Mailbox = super().save(commit=False)
        if "password" in self.fields and self.cleaned_data["password"]:
            mailbox.smtp_password = self.cleaned_data["password"]
        if "smtp_username" in self.fields and not self.cleaned_data["smtp_username"]:
            mailbox.smtp_password = ""
        return mailbox


def _is_local(host: str) -> bool:
    return host in ("localhost", "::1", "[::1]") or host.startswith("127.")
