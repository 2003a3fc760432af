"""A short e-mail that the product writes itself, such as an invitation: sent at once, to one person, never followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime, make_msgid
from urllib.parse import urlsplit

from odziv.deliver.copies import envelope_address
from odziv.deliver.server import server_of
from odziv.deliver.session import Hooks, Session
from odziv.deliver.trouble import Outcome, Reason, Trouble
from odziv.environment import ENV
from odziv.lib.mime import Letter, MimeError, Person, address_header, header, identifiers, needs_utf8, unstructured
from odziv.models import Mailbox
from odziv.signing.signers import Signing

_PATIENCE = 10.0  # somebody waits for the page


Headers = Sequence[tuple[str, Sequence[str]]]


def send_note(
    mailbox: Mailbox,
    recipient: str,
    subject: str,
    text: str,
    html: str,
    *,
    now: datetime,
    headers: Headers = (),
    hooks: Hooks | None = None,
) -> None:
    """Send it from the mailbox; at most ten seconds for each answer of its server. Raises Trouble.

    `headers`: further fields, each with its value in pieces between which a line may break.
    """
    host = urlsplit(ENV.web_url).hostname or "localhost"
    session = Session(server_of(mailbox), timeout=min(ENV.smtp_timeout, _PATIENCE), name=host)
    try:
        session.open()
        utf8 = needs_utf8(recipient) or needs_utf8(mailbox.address)
        if utf8 and not session.offers("smtputf8"):
            raise Trouble(Reason.NO_UTF8, Outcome.PERMANENT)
        content = _content(mailbox, recipient, subject, (text, html), now, host, headers, utf8=utf8)
        sender, taker = envelope_address(mailbox.address), envelope_address(recipient)
        session.deliver(sender, taker, content, utf8=utf8, hooks=hooks or Hooks())
    finally:
        session.close()


def _content(
    mailbox: Mailbox,
    recipient: str,
    subject: str,
    bodies: tuple[str, str],
    now: datetime,
    host: str,
    headers: Headers,
    *,
    utf8: bool,
) -> bytes:
    name = make_msgid(domain=host)
    try:
        head = [
            header("Date", format_datetime(now.astimezone(mailbox.user.zone)).split(" ")),
            address_header("From", [Person(mailbox.name, mailbox.address)], utf8=utf8),
            address_header("To", [Person("", recipient)], utf8=utf8),
            unstructured("Subject", subject),
            identifiers("Message-ID", name),
            *(header(field, pieces) for field, pieces in headers),
        ]
        content = Letter(name).copy(head, *bodies)
    except MimeError as error:
        raise Trouble(Reason.UNBUILDABLE, Outcome.PERMANENT, str(error)) from error
    return Signing(mailbox.organisation_id, mailbox.address, now).sign(content, now)
