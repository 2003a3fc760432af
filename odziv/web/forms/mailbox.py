"""The form of a mailbox: from which address one sends, through which server, and where the answers arrive (C1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from odziv.compose import signatures
from odziv.mailboxes.presets import Preset
from odziv.models import (
    DEFAULT_CONNECTIONS,
    MOST_CONNECTIONS,
    Mailbox,
    MailboxKind,
    OAuthClient,
    Security,
    SignIn,
    User,
)
from odziv.oauth.providers import TENANT
from odziv.web.forms.fields import AddressField

HOST = r"^[A-Za-z0-9\u00a1-\uffff._:\[\]-]+$"
_SENDING = ("smtp_host", "smtp_port", "smtp_security", "smtp_username", "password", "hourly_limit", "connections")
_READING = ("imap_host", "imap_port", "imap_security", "imap_own_login", "imap_username", "imap_password")
_FOLDERS = ("files_sent", "sent_folder", "inbox_folder", "reply_tokens")


def _host(placeholder: str, **options: Any) -> forms.RegexField:
    return forms.RegexField(
        HOST,
        label=_("Server"),
        max_length=253,
        widget=forms.TextInput(attrs={"placeholder": placeholder, "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"invalid": _("This is not a server's name. One looks like smtp.example.com.")},
        **options,
    )


def _password(label: Any = None) -> forms.CharField:
    return forms.CharField(
        label=label or _("Password"),
        required=False,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class MailboxForm(forms.ModelForm):
    """A stored password is never shown; an empty field keeps it, unless the server or the user name changes."""

    address = AddressField(label=_("E-mail address"), help_text=_("Recipients see it, and answer to it."))
    sign_in = forms.ChoiceField(label=_("How Odziv signs in"), widget=forms.RadioSelect, required=False)
    smtp_host = _host("smtp.example.com")
    smtp_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    smtp_security = forms.ChoiceField(
        label=_("Encryption"), choices=Security.choices, widget=forms.RadioSelect, initial=Security.STARTTLS
    )
    password = _password()
    imap_host = _host("imap.example.com", required=False, help_text=_("Without it, replies are not found."))
    imap_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993, required=False)
    imap_security = forms.ChoiceField(
        label=_("Encryption"),
        choices=Security.choices,
        widget=forms.RadioSelect,
        initial=Security.TLS,
        required=False,
    )
    imap_own_login = forms.BooleanField(label=_("Another user name and password than for sending"), required=False)
    imap_password = _password(_("Password for reading"))
    inbox_folder = forms.CharField(label=_("Folder of what arrives"), max_length=250, required=False)
    files_sent = forms.BooleanField(label=_("Put sent e-mails into the folder of what was sent"), required=False)
    hourly_limit = forms.IntegerField(
        label=_("E-mails in an hour, at most"),
        min_value=0,
        max_value=1_000_000,
        initial=0,
        required=False,
        help_text=_("Many providers block a mailbox that sends too much at once. What is beyond waits; 0: no limit."),
    )
    connections = forms.IntegerField(
        label=_("Connections at a time, at most"),
        min_value=1,
        max_value=MOST_CONNECTIONS,
        initial=DEFAULT_CONNECTIONS,
        required=False,
        help_text=_("Large providers grant three or so; a mail server of your own grants more, and is sent to faster."),
    )
    reply_tokens = forms.BooleanField(
        label=_("Each copy has a reply address of its own, such as name+code@example.com"),
        required=False,
        help_text=_(
            "Replies are then found even when their program leaves out what they answer. Only for servers that put "
            "mail for name+anything into the mailbox of name."
        ),
    )
    shared = forms.BooleanField(label=_("Shared: everybody in the organisation may send from it"), required=False)

    class Meta:
        model = Mailbox
        fields = (
            "name", "address", "shared", "sign_in", "smtp_host", "smtp_port", "smtp_security", "smtp_username",
            "imap_host", "imap_port", "imap_security", "imap_own_login", "imap_username", "inbox_folder",
            "sent_folder", "files_sent", "hourly_limit", "connections", "reply_tokens",
        )  # fmt: skip
        labels = {
            "smtp_username": _("User name"),
            "imap_username": _("User name for reading"),
            "sent_folder": _("Folder of what was sent"),
        }
        help_texts = {"sent_folder": _("Empty: the one that the server names.")}

    def __init__(self, user: User, *args: Any, preset: Preset | None = None, provider: str = "", **kwargs: Any) -> None:
        """`preset` fills in its servers; `provider` is one whose permission can be asked for."""
        super().__init__(*args, **kwargs)
        self.user = user
        self.is_new = self.instance._state.adding
        self.stored = "" if self.is_new else self.instance.smtp_secret
        self.stored_imap = "" if self.is_new else self.instance.imap_secret
        self._offer(provider or ("" if self.is_new or not self.instance.uses_oauth else self.instance.sign_in))
        if not user.is_administrator:
            del self.fields["shared"]
        if self.is_new:
            self.initial.update(name=user.name, address=user.email)
            if preset is not None:
                self._fill(preset)
        elif self.instance.kind == MailboxKind.TEST:
            self._leave_out("sign_in", *_SENDING, *_READING, *_FOLDERS)
        if self.stored and "password" in self.fields:
            self.fields["password"].help_text = _("A password is stored. Leave this empty to keep it.")
        if self.stored_imap and "imap_password" in self.fields:
            self.fields["imap_password"].help_text = _("A password is stored. Leave this empty to keep it.")

    def _offer(self, provider: str) -> None:
        """The permission of that provider, the first choice for a new mailbox, and a password."""
        if not provider:
            del self.fields["sign_in"]
            return
        names = {SignIn.GOOGLE.value: _("Sign in at Google"), SignIn.MICROSOFT.value: _("Sign in at Microsoft")}
        field = self.fields["sign_in"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(provider, names[provider]), (SignIn.PASSWORD.value, _("With a password"))]
        if self.is_new:
            self.initial["sign_in"] = provider

    @property
    def has_servers(self) -> bool:
        return "smtp_host" in self.fields

    def _fill(self, preset: Preset) -> None:
        for side, place in (("smtp", preset.smtp), ("imap", preset.imap)):
            for name, value in zip(("host", "port", "security"), place, strict=True):
                self.initial[f"{side}_{name}"] = value
        if preset.key != "other":
            self.initial["smtp_username"] = self.user.email

    def _leave_out(self, *names: str) -> None:
        for name in names:
            self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.has_servers:
            return cleaned
        cleaned["hourly_limit"] = cleaned.get("hourly_limit") or 0
        cleaned["connections"] = cleaned.get("connections") or DEFAULT_CONNECTIONS
        cleaned["imap_port"] = cleaned.get("imap_port") or 993
        cleaned["imap_security"] = cleaned.get("imap_security") or Security.TLS
        cleaned["inbox_folder"] = cleaned.get("inbox_folder") or "INBOX"
        if self._way(cleaned) != SignIn.PASSWORD:
            self._check_permission(cleaned)
            return cleaned
        self._check_sending(cleaned)
        if cleaned.get("imap_host"):
            self._check_reading(cleaned)
        return cleaned

    @staticmethod
    def _way(cleaned: dict[str, Any]) -> str:
        return cleaned.get("sign_in") or SignIn.PASSWORD.value

    def _check_permission(self, cleaned: dict[str, Any]) -> None:
        for side in ("smtp", "imap"):
            host = cleaned.get(f"{side}_host") or "localhost"
            if cleaned.get(f"{side}_security") == Security.NONE and not _is_local(host):
                sentence = _("The permission would travel in plain text. Choose STARTTLS or TLS.")
                self.add_error(f"{side}_security", sentence)

    def _check_sending(self, cleaned: dict[str, Any]) -> None:
        moved = self.stored and {"smtp_host", "smtp_port", "smtp_username"} & set(self.changed_data)
        if moved and not cleaned.get("password"):
            # Whoever may change the server must not learn the password of the former one by sending it elsewhere.
            self.add_error("password", _("Enter the password again: the server or the user name has changed."))
        if cleaned.get("smtp_username") and not cleaned.get("password") and not self.stored:
            self.add_error("password", _("Enter the password for this user name."))
        plain = cleaned.get("smtp_security") == Security.NONE
        if plain and (cleaned.get("password") or self.stored) and not _is_local(cleaned.get("smtp_host", "")):
            self.add_error("smtp_security", _("A password would travel in plain text. Choose STARTTLS or TLS."))

    def _check_reading(self, cleaned: dict[str, Any]) -> None:
        own = cleaned.get("imap_own_login")
        field, stored = ("imap_password", self.stored_imap) if own else ("password", self.stored)
        moved = {"imap_host", "imap_port", *(("imap_username",) if own else ())} & set(self.changed_data)
        if not self.is_new and stored and moved and not cleaned.get(field) and not self.has_error(field):
            self.add_error(field, _("Enter the password again: the server or the user name has changed."))
        if own and not cleaned.get("imap_username"):
            self.add_error("imap_username", _("Enter the user name for reading."))
        if own and not cleaned.get("imap_password") and not self.stored_imap:
            self.add_error("imap_password", _("Enter the password for this user name."))
        if not own and not cleaned.get("smtp_username"):
            self.add_error("smtp_username", _("Nobody reads a mailbox without signing in. Enter the user name."))
        if cleaned.get("imap_security") == Security.NONE and not _is_local(cleaned["imap_host"]):
            self.add_error("imap_security", _("A password would travel in plain text. Choose STARTTLS or TLS."))

    @property
    def ends_permission(self) -> bool:
        """Whether a permission that was given does not hold for what was typed: it must not travel elsewhere."""
        return bool({"sign_in", "smtp_host", "smtp_port", "imap_host", "imap_port"} & set(self.changed_data))

    def written(self) -> Mailbox:
        """The mailbox with what was typed, not stored yet; after `is_valid`."""
        mailbox: Mailbox = super().save(commit=False)
        if not self.has_servers:
            return mailbox
        typed = self.cleaned_data
        mailbox.sign_in = self._way(typed)
        if mailbox.uses_oauth:
            mailbox.smtp_secret = mailbox.imap_secret = mailbox.imap_username = ""
            mailbox.imap_own_login = False
            return mailbox
        if typed["password"]:
            mailbox.smtp_password = typed["password"]
        if not typed["smtp_username"]:
            mailbox.smtp_password = ""
        if typed["imap_password"]:
            mailbox.imap_password = typed["imap_password"]
        if not typed["imap_own_login"]:
            mailbox.imap_username, mailbox.imap_password = "", ""
        if {"imap_host", "imap_port"} & set(self.changed_data):
            mailbox.imap_reason = mailbox.imap_answer = ""
        return mailbox


class RegistrationForm(forms.Form):
    """An organisation's registration with a provider. The secret is never shown; empty keeps it for the same id."""

    client_id = forms.CharField(label=_("Client ID"), max_length=300)
    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        strip=True,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    tenant = forms.RegexField(
        rf"^{TENANT.pattern}$",
        label=_("Directory (tenant) ID"),
        required=False,
        help_text=_("Empty: people of any organisation may sign in."),
        error_messages={"invalid": _("This is no tenant. One looks like lipa.onmicrosoft.com, or is a long number.")},
    )

    def __init__(self, provider: str, stored: OAuthClient | None, data: Any = None) -> None:
        initial = {"client_id": stored.client_id, "tenant": stored.tenant} if stored else {}
        super().__init__(data, initial=initial, prefix=provider)
        self.stored = stored
        if provider != SignIn.MICROSOFT:
            del self.fields["tenant"]
        if stored:
            self.fields["client_secret"].help_text = _("A secret is stored. Leave this empty to keep it.")

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        same = self.stored is not None and not {"client_id", "tenant"} & set(self.changed_data)
        if not cleaned.get("client_secret") and not same:
            self.add_error("client_secret", _("Enter the secret that belongs to this client ID."))
        return cleaned


class SignatureForm(forms.Form):
    """The signature of a mailbox: HTML with dynamic values (C6)."""

    signature = forms.CharField(
        label=_("Signature"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 10, "class": "mono", "spellcheck": "true"}),
        error_messages={"max_length": _("This signature is too long; its pictures are perhaps too large.")},
    )

    def clean_signature(self) -> str:
        typed = signatures.cleaned(str(self.cleaned_data["signature"]).replace("\r\n", "\n").replace("\0", "")).strip()
        try:
            signatures.check(typed)
        except signatures.SignatureError as error:
            raise forms.ValidationError(
                _("%(wrong)s is no value of a signature. Choose one from those below."), params={"wrong": error.wrong}
            ) from error
        return typed


def _is_local(host: str) -> bool:
    return host in ("localhost", "::1", "[::1]") or host.startswith("127.")
