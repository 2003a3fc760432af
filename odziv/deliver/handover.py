"""One message is handed to a server: every step of the conversation, wherever it may stop."""

from __future__ import annotations

import re
import smtplib
from typing import TYPE_CHECKING, NamedTuple

from odziv.deliver.trouble import Answer, Outcome, Reason, Trouble, readable
from odziv.deliver.wire import Need, Waits

if TYPE_CHECKING:
    from odziv.deliver.session import Session

_DOT = re.compile(rb"\n\.")
_DATA = b"DATA\r\n"
ANSWER_FACTOR = 10  # RFC 5321, 4.5.3.2.6: servers look at a message after its end, and may take minutes for it


class Copy(NamedTuple):
    """What is handed over: the envelope's addresses, and the message, whose lines end in CRLF."""

    sender: str
    recipient: str
    content: bytes
    utf8: bool = False


def hand_over(session: Session, copy: Copy) -> Waits[Answer]:
    """Hand over one message for one recipient. Returns the server's acceptance, raises Trouble.

    Asks for its permit once, when everything but the end of the message was sent: until then no server can have
    accepted it. The trouble is uncertain exactly when the end was sent and no answer came.
    """
    session.open()
    try:
        yield from _begin(session, copy)
        yield from _content(session, copy.content)
        yield Need.PERMIT
        return (yield from _end(session))
    except Trouble:
        raise
    except BaseException:
        # The server waits for the rest of a message that will not come: this connection is of no more use.
        session.drop()
        raise


def _begin(session: Session, copy: Copy) -> Waits[None]:
    """Till the server waits for the content."""
    try:
        yield from _sender(session, copy)
    except Trouble as trouble:
        # Servers end a connection that was idle, or that has brought many messages; only a new one tells whether they
        # take mail.
        if trouble.reason not in (Reason.CLOSED, Reason.BUSY) or not session.used:
            raise
        session.drop()
        session.open()
        yield from _sender(session, copy)
    session.used = True
    together = session.offers("pipelining")
    for left, command, wanted, reason in ((1, _rcpt(copy), 250, Reason.RECIPIENT), (0, _DATA, 354, Reason.CONTENT)):
        with session.step(reason):
            if not together:
                yield from session.open_wire.say(command)
            yield from _hear(session, wanted, reason, left if together else 0)


def _sender(session: Session, copy: Copy) -> Waits[None]:
    """MAIL; where the server offers it, with RCPT and DATA right behind (RFC 2920)."""
    command = f"MAIL FROM:<{copy.sender}>{_options(session, copy)}\r\n".encode()
    together = session.offers("pipelining")
    with session.step(Reason.SENDER):
        yield from session.open_wire.say(command + _rcpt(copy) + _DATA if together else command)
        yield from _hear(session, 250, Reason.SENDER, 2 if together else 0)


def _rcpt(copy: Copy) -> bytes:
    return f"RCPT TO:<{copy.recipient}>\r\n".encode()


def _hear(session: Session, wanted: int, reason: Reason, unheard: int) -> Waits[None]:
    """The reply to a command; `unheard`: how many more are to come when it is a refusal."""
    reply = yield from session.open_wire.hear()
    try:
        if reason == Reason.SENDER and reply[0] == 552:
            raise Trouble(Reason.TOO_BIG, Outcome.PERMANENT, readable(reply[1]), 552)
        session.judge(wanted, reason, reply)
    except Trouble:
        yield from _recover(session, unheard)
        raise


def _options(session: Session, copy: Copy) -> str:
    options = ""
    if session.offers("size"):
        size, limit = len(copy.content), session.open_wire.esmtp_features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < size:
            raise Trouble(Reason.TOO_BIG, Outcome.PERMANENT, f"SIZE {limit}")
        options += f" SIZE={size}"
    return f"{options} SMTPUTF8 BODY=8BITMIME" if copy.utf8 else options


def _recover(session: Session, unheard: int = 0) -> Waits[None]:
    """After a refusal: hear the other replies to what was said at once, then RSET, so that the next copy starts clean.

    A connection that does not do that is closed; so is one that wants the content of a message for nobody.
    """
    if not session.is_open:
        return
    wire, code = session.open_wire, 0
    try:
        for _ in range(unheard):
            code, _words = yield from wire.hear()
        if code != 354:
            yield from wire.say(b"RSET\r\n")
            if (yield from wire.hear())[0] == 250:
                return
    except (OSError, smtplib.SMTPException):
        pass
    session.drop()


def _content(session: Session, content: bytes) -> Waits[None]:
    """Everything but the line that ends the message (RFC 5321, 4.5.2: dots at the beginning of a line doubled)."""
    wire = session.open_wire
    # Most have none, and the pattern sees that in a third of the time that `replace` takes.
    stuffed = content.replace(b"\n.", b"\n..") if _DOT.search(content) else content
    with session.step(Reason.CONTENT):
        try:
            yield from wire.say(b"." + stuffed if stuffed.startswith(b".") else stuffed)
            spoken = wire.has_spoken()
        except (BrokenPipeError, ConnectionResetError):
            spoken = True
        if spoken:
            # It refuses in the middle, or hung up: the end was not sent, so nothing was accepted.
            reply = yield from wire.hear()
            try:
                session.judge(0, Reason.CONTENT, reply)
            finally:
                session.drop()


def _end(session: Session) -> Waits[Answer]:
    wire = session.open_wire
    usual, wire.patience = wire.patience, wire.patience * ANSWER_FACTOR
    try:
        yield from wire.say(b".\r\n")
        code, words = yield from wire.hear()
    except (OSError, smtplib.SMTPException) as error:
        session.drop()
        raise Trouble(Reason.UNANSWERED, Outcome.UNCERTAIN, session.words_of(error)) from error
    wire.patience = usual
    if not (200 <= code <= 299 or 400 <= code <= 599):
        # No answer to the end of a message (RFC 5321, 4.3.2): whether it was taken cannot be known.
        session.drop()
        raise Trouble(Reason.UNANSWERED, Outcome.UNCERTAIN, readable(words))
    if code >= 300:
        try:
            session.judge(250, Reason.CONTENT, (code, words))
        except Trouble:
            yield from _recover(session)
            raise
    return Answer(code, readable(words))
