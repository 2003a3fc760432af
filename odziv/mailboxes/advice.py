"""Each step of Test connection, and each failure of it, in a person's words: what happened and how to mend it (O6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from odziv.deliver.answers import what_happened, what_next
from odziv.lib.dial import Fault, Step
from odziv.mailboxes.presets import preset_of
from odziv.models import Mailbox

_STEPS: dict[tuple[str, str], str | Promise] = {
    ("smtp", Step.FIND): _("Find the server"),
    ("smtp", Step.CONNECT): _("Connect"),
    ("smtp", Step.ENCRYPT): _("Encrypt, and check the certificate"),
    ("smtp", Step.GREET): _("Greet"),
    ("smtp", Step.SIGN_IN): _("Sign in"),
    ("smtp", Step.SENDER): _("May it send from this address?"),
    ("imap", Step.FOLDERS): _("Find the folder of sent mail"),
    ("imap", Step.READ): _("Read what arrives"),
}

_FAULTS: dict[str, tuple[str | Promise, str | Promise]] = {
    Fault.NO_HOST: (
        _("There is no server named %(host)s."),
        _("Check the spelling of the server's name; your provider's help pages have it."),
    ),
    Fault.REFUSED: (
        _("%(host)s takes no connections on port %(port)s."),
        _("Check the port: usually %(ports)s."),
    ),
    Fault.NO_ROUTE: (
        _("There is no way from this machine to %(host)s."),
        _("Check the network of the machine on which Odziv runs."),
    ),
    Fault.EXPIRED: (
        _("The certificate of %(host)s has expired."),
        _("Whoever runs that server has to renew it. Nothing was said to the server before."),
    ),
    Fault.NOT_YET_VALID: (
        _("The certificate of %(host)s is not valid yet."),
        _("Check the clock of the machine on which Odziv runs."),
    ),
    Fault.WRONG_NAME: (
        _("The certificate on %(host)s is for another name."),
        _("Enter the server's name as it stands in the certificate."),
    ),
    Fault.SELF_SIGNED: (
        _("%(host)s shows a certificate that it made itself, so anybody could pretend to be it."),
        _("Have a proper certificate installed there, or its authority added to those this machine trusts."),
    ),
    Fault.UNTRUSTED: (
        _("The certificate of %(host)s is signed by nobody whom this machine trusts."),
        _("Have a proper certificate installed there, or its authority added to those this machine trusts."),
    ),
    Fault.EXPECTS_PLAIN: (
        _("On port %(port)s the server does not begin with TLS."),
        _("Choose STARTTLS, or the port for TLS: %(tls_port)s."),
    ),
    Fault.EXPECTS_TLS: (
        _("On port %(port)s the server waits for TLS from the start."),
        _("Choose TLS from the start."),
    ),
    Fault.HANDSHAKE: (
        _("No encryption that both sides know could be agreed on."),
        _("Whoever runs that server has to allow TLS 1.2 or newer."),
    ),
}

_READING: dict[str, tuple[str | Promise, str | Promise]] = {
    "busy": (
        _("The server lets nobody in at the moment."),
        _("Usually this passes by itself; perhaps too many programs read this mailbox."),
    ),
    "folder": (_("There is no folder %(folder)s."), _("Choose another folder for what arrives.")),
    "full": (_("The mailbox is full."), _("Delete what is not needed, or ask for more room.")),
    "too-big": (_("The server sent more than Odziv takes."), _("Ask whoever runs the server.")),
    "refused": (_("The server refused it."), _("Its words say why; else ask whoever runs it.")),
    "closed": (_("The server hung up."), _("Usually this passes by itself; else ask whoever runs the server.")),
    "confused": (
        _("What answered there does not speak as a mailbox's server (IMAP) does."),
        _("Check the server's name, port and encryption."),
    ),
    "no-login": (
        _("The server offers no way of signing in that Odziv knows."),
        _("Ask whoever runs the server."),
    ),
    "no-sent": (
        _("No folder for sent mail was found, so sent e-mails are not filed there."),
        _("Name the folder under Folder of what was sent, if you want them to be."),
    ),
    "no-such-sent": (
        _("There is no folder %(sent)s, so sent e-mails are not filed."),
        _("Choose one of the folders that the server named."),
    ),
}


class Said(NamedTuple):
    """One step as the page shows it. `state`: running, done, warn, failed; `words` are the server's own."""

    label: str
    state: str
    what: str = ""
    next: str = ""
    words: str = ""
    help: str = ""


def said(mailbox: Mailbox, row: Mapping[str, Any]) -> Said:
    """A step of a trial (`trial`) in the reader's language."""
    part, step = row["part"], row["step"]
    label = str(_STEPS.get((part, step)) or _STEPS.get(("smtp", step), step))
    if row["state"] in ("running", "done"):
        return Said(label, row["state"])
    what, advice = explained(mailbox, part, row.get("reason", ""), row.get("fault", ""))
    if names := row.get("names"):
        known = gettext("It is for: %(names)s.") % {"names": ", ".join(names)}
        what = f"{what} {known}"
    source = preset_of(mailbox) if row.get("reason") == "login" else None
    return Said(label, row["state"], what, advice, row.get("words", ""), source.help if source else "")


def explained(mailbox: Mailbox, part: str, reason: str, fault: str = "") -> tuple[str, str]:
    """What a failure means, and what to do about it."""
    told = _told(mailbox, part)
    if fault == Fault.TIMEOUT or (reason == "timeout" and not fault):
        return (
            gettext("%(host)s did not answer on port %(port)s in time.") % told,
            gettext("Check the port (usually %(ports)s); a firewall on the way may let nothing through.") % told,
        )
    found = _FAULTS.get(fault) or (_READING.get(reason) if part == "imap" else None)
    if found:
        return str(found[0]) % told, str(found[1]) % told
    if reason == "login":
        return _login(mailbox, part)
    return what_happened(reason), what_next(reason)


def _login(mailbox: Mailbox, part: str) -> tuple[str, str]:
    provider = preset_of(mailbox)
    if mailbox.uses_oauth:
        return gettext("The server does not accept the permission."), gettext(
            "Connect again, as the user of this address."
        )
    if provider and provider.key != "other":
        return what_happened("login"), str(provider.hint)
    if part == "imap" and not mailbox.imap_own_login:
        return (
            what_happened("login"),
            gettext("Enter user name and password anew; if reading needs others than sending, enter them there."),
        )
    return what_happened("login"), what_next("login")


def _told(mailbox: Mailbox, part: str) -> dict[str, Any]:
    reads = part == "imap"
    return {
        "host": mailbox.imap_host if reads else mailbox.smtp_host,
        "port": mailbox.imap_port if reads else mailbox.smtp_port,
        "ports": "993 TLS, 143 STARTTLS" if reads else "587 STARTTLS, 465 TLS",
        "tls_port": 993 if reads else 465,
        "folder": mailbox.inbox_folder,
        "sent": mailbox.sent_folder,
    }
