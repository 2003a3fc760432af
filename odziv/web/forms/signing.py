"""A new key for signing: for which domain, under which selector, made here or pasted (D5)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from odziv.lib.dkim import KeyRefused, NameRefused, PrivateKey, checked_name, read_key
from odziv.lib.mime import MimeError, ascii_domain
from odziv.models import SigningKind, User
from odziv.signing import keys, words

PASTED = "pasted"
_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
_LONGEST_DOMAIN = 253 - len("._domainkey.") - 63


class SigningKeyForm(forms.Form):
    """After `is_valid`, `key` is the private key, made or read."""

    domain = forms.CharField(
        label=_("Domain"),
        max_length=253,
        help_text=_("What stands behind the @ of the sender's address."),
        widget=forms.TextInput(attrs={**_PLAIN, "list": "domains", "placeholder": "example.com"}),
    )
    selector = forms.CharField(
        label=_("Selector"),
        max_length=63,
        help_text=_("A name for the key, in letters, digits and hyphens. Each new key needs a new one."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    origin = forms.ChoiceField(
        label=_("Key"),
        choices=[
            (SigningKind.RSA.value, _("Make an RSA key of 2048 bits: every recipient understands it")),
            (SigningKind.ED25519.value, _("Make an Ed25519 key: short and modern; only beside an RSA key")),
            (PASTED, _("Paste a private key that I have")),
        ],
        widget=forms.RadioSelect,
        initial=SigningKind.RSA.value,
    )
    text = forms.CharField(
        label=_("Private key"),
        required=False,
        max_length=20_000,
        help_text=_("In PEM, without pass phrase. It is stored encrypted and never shown again."),
        widget=forms.Textarea(
            attrs={**_PLAIN, "rows": 6, "class": "mono", "placeholder": "-----BEGIN PRIVATE KEY-----"}
        ),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.key: PrivateKey

    def clean_domain(self) -> str:
        typed = str(self.cleaned_data["domain"]).strip().rpartition("@")[2]
        try:
            domain = checked_name(ascii_domain(typed), labels=2)
        except (MimeError, NameRefused) as error:
            raise ValidationError(_("This is not the name of a domain. One looks like example.com.")) from error
        if len(domain) > _LONGEST_DOMAIN:
            raise ValidationError(_("This name is too long to put a record beside it."))
        return domain

    def clean_selector(self) -> str:
        try:
            return checked_name(self.cleaned_data["selector"])
        except NameRefused as error:
            raise ValidationError(_("Only letters, digits and hyphens, as in odziv1.")) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        origin = cleaned.get("origin", "")
        if self.errors:
            return cleaned
        if origin != PASTED:
            self.key = keys.generate(origin)
            return cleaned
        try:
            self.key = read_key(cleaned["text"])
        except KeyRefused as error:
            self.add_error("text", words.refused(error.why))
        return cleaned
