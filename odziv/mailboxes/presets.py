"""What the servers of well-known providers are called, and what one has to do there first."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from odziv.models import Mailbox, Security, SignIn


class Place(NamedTuple):
    """A server of a provider."""

    host: str
    port: int
    security: str


class Preset(NamedTuple):
    """A provider. `sign_in`: whose permission may stand in for a password; `help` is its own page about passwords."""

    key: str
    name: str | Promise
    smtp: Place
    imap: Place
    hint: str | Promise
    help: str = ""
    sign_in: str = SignIn.PASSWORD


_TLS, _START = Security.TLS, Security.STARTTLS

PRESETS: tuple[Preset, ...] = (
    Preset(
        "gmail",
        "Gmail",
        Place("smtp.gmail.com", 465, _TLS),
        Place("imap.gmail.com", 993, _TLS),
        _(
            "Google takes no ordinary password here. Turn on 2-Step Verification in your Google Account, make an app "
            "password, and enter its 16 letters."
        ),
        "https://myaccount.google.com/apppasswords",
        SignIn.GOOGLE,
    ),
    Preset(
        "microsoft",
        "Microsoft 365",
        Place("smtp.office365.com", 587, _START),
        Place("outlook.office365.com", 993, _TLS),
        _(
            "Microsoft 365 reads mail by permission only, and most organisations send so too: use Connect. A password "
            "works only for sending, where the organisation still allows SMTP AUTH."
        ),
        "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
        SignIn.MICROSOFT,
    ),
    Preset(
        "fastmail",
        "Fastmail",
        Place("smtp.fastmail.com", 465, _TLS),
        Place("imap.fastmail.com", 993, _TLS),
        _("Fastmail wants an app password for mail: Settings, Privacy & Security, Manage app passwords."),
        "https://app.fastmail.com/settings/security/tokens",
    ),
    Preset(
        "other",
        _("Another provider"),
        Place("", 587, _START),
        Place("", 993, _TLS),
        _("Your provider's help pages name its servers for sending (SMTP) and for reading (IMAP)."),
    ),
)


def preset(key: str) -> Preset | None:
    """The preset of that key."""
    return next((one for one in PRESETS if one.key == key), None)


def preset_of(mailbox: Mailbox) -> Preset | None:
    """The provider whose servers a mailbox names; None when it is none of these."""
    hosts = {mailbox.smtp_host.lower(), mailbox.imap_host.lower()} - {""}
    return next((one for one in PRESETS if hosts & {one.smtp.host, one.imap.host} - {""}), None)
