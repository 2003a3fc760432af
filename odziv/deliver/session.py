"""The conversation with a mailbox's server: every step under our control, every failure a `Trouble`."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from odziv.deliver.trouble import Answer, Outcome, Reason, Trouble, outcome_of, readable
from odziv.deliver.wire import Wire
from odziv.lib import dial
from odziv.lib.dial import Step
from odziv.models import Security

ANSWER_FACTOR = 10  # RFC 5321, 4.5.3.2.6: servers look at a message after its end, and may take minutes for it
_DOTS = re.compile(rb"(?m)^\.")


@dataclass(frozen=True)
class Server:
    """Where a mailbox's mail goes. An empty user name means that nobody signs in; a token goes before a password."""

    host: str
    port: int
    security: str = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def _nothing() -> None:
    pass


@dataclass
class Hooks:
    """Called by a session on its way; what they raise ends the attempt.

    `alive`: between two steps. `before_end`: when everything but the end of the message has been sent.
    """

    alive: Callable[[], None] = _nothing
    before_end: Callable[[], None] = _nothing


class Session:
    """One connection, opened at need, used for several copies, closed by `close`.

    `timeout` is the time in seconds for each answer of the server; `name` is how we introduce ourselves. `begin` is
    called with each step of opening before it is done.
    """

    def __init__(self, server: Server, *, timeout: float, name: str, begin: dial.Begin = dial.nothing) -> None:
        self.server = server
        self.timeout = timeout
        self.name = name
        self._begin = begin
        self._wire: Wire | None = None
        self._used = False

    def open(self) -> None:
        """Connect, encrypt, sign in; nothing when that was done before. Raises Trouble, valid for the whole mailbox."""
        if self._wire is not None:
            return
        try:
            self._connect()
            self._start_tls()
            self._sign_in()
        except Trouble as trouble:
            self._drop()
            trouble.mailbox_wide = True
            raise
        self._used = False

    def offers(self, extension: str) -> bool:
        """Whether the open connection's server offers an extension, such as smtputf8."""
        return self._open_wire.has_extn(extension)

    def deliver(self, sender: str, recipient: str, content: bytes, *, utf8: bool = False, hooks: Hooks) -> Answer:
        """Hand over one message for one recipient. Returns the server's acceptance, raises Trouble.

        The trouble is uncertain exactly when the end of the message was sent and no answer came.
        """
        self.open()
        try:
            self._envelope(sender, recipient, len(content), utf8=utf8, hooks=hooks)
            hooks.alive()
            with self._step(Reason.CONTENT):
                self._expect(354, Reason.CONTENT, self._open_wire.docmd("DATA"))
            self._content(content, hooks)
            hooks.before_end()
            return self._end()
        except Trouble:
            raise
        except BaseException:
            # The server waits for the rest of a message that will not come: this connection is of no more use.
            self._drop()
            raise

    def close(self) -> None:
        """Say good-bye and close; harmless when nothing is open."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.leave()

    def offer_sender(self, address: str) -> None:
        """Only ask whether the server would take mail from this address. Raises Trouble."""
        self._begin(Step.SENDER)
        with self._step(Reason.SENDER):
            self._expect(250, Reason.SENDER, self._open_wire.mail_from(address, []))
            self._open_wire.rset()

    def _drop(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _connect(self) -> None:
        implicit = self.server.security == Security.TLS
        self._wire = Wire(name=self.name, patience=self.timeout, tls=implicit, begin=self._begin)
        with self._step(Reason.UNREACHABLE):
            try:
                reply = self._wire.connect(self.server.host, self.server.port)
            except (ssl.SSLError, smtplib.SMTPException):
                raise
            except (OSError, UnicodeError) as error:
                fault = dial.fault_of(error)
                raise Trouble(Reason.UNREACHABLE, Outcome.TEMPORARY, _words_of(error), fault=fault) from error
            self._expect(220, Reason.GREETING, reply)
            self._greet()

    def _greet(self) -> None:
        code, words = self._open_wire.ehlo()
        if code != 250:
            code, words = self._open_wire.helo()
        self._expect(250, Reason.GREETING, (code, words))

    def _start_tls(self) -> None:
        if self.server.security != Security.STARTTLS:
            return
        self._begin(Step.ENCRYPT)
        with self._step(Reason.TLS):
            if not self.offers("starttls"):
                raise Trouble(Reason.NO_STARTTLS, Outcome.TEMPORARY)
            reply = self._open_wire.start_tls(self.server.host)
            self._expect(220, Reason.TLS, reply)
            self._greet()

    def _sign_in(self) -> None:
        server, wire = self.server, self._open_wire
        if not server.username:
            return
        self._begin(Step.SIGN_IN)
        with self._step(Reason.LOGIN):
            if not wire.is_confidential:
                raise Trouble(Reason.NO_ENCRYPTION, Outcome.TEMPORARY)
            if server.token:
                reply = wire.sign_in_with_token(server.username, server.token, server.host, server.port)
            else:
                reply = wire.sign_in(server.username, server.password)
            if reply[0] != 235:
                # A wrong password is mended by a person while the copies wait: never the end of them.
                raise Trouble(Reason.LOGIN, Outcome.TEMPORARY, readable(reply[1]), reply[0])

    def _envelope(self, sender: str, recipient: str, size: int, *, utf8: bool, hooks: Hooks) -> None:
        hooks.alive()
        try:
            self._mail(sender, size, utf8=utf8)
        except Trouble as trouble:
            # Servers end a connection that was idle, or that has brought many messages; only a new one tells whether
            # they take mail.
            if trouble.reason not in (Reason.CLOSED, Reason.BUSY) or not self._used:
                raise
            self._drop()
            self.open()
            self._mail(sender, size, utf8=utf8)
        self._used = True
        hooks.alive()
        with self._step(Reason.RECIPIENT):
            self._expect(250, Reason.RECIPIENT, self._open_wire.rcpt_to(recipient))

    def _mail(self, sender: str, size: int, *, utf8: bool) -> None:
        options = []
        limit = self._open_wire.esmtp_features.get("size", "") if self.offers("size") else ""
        if self.offers("size"):
            options.append(f"SIZE={size}")
            if limit.isdecimal() and 0 < int(limit) < size:
                raise Trouble(Reason.TOO_BIG, Outcome.PERMANENT, f"SIZE {limit}")
        if utf8:
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        with self._step(Reason.SENDER):
            reply = self._open_wire.mail_from(sender, options)
            if reply[0] == 552:
                raise Trouble(Reason.TOO_BIG, Outcome.PERMANENT, readable(reply[1]), 552)
            self._expect(250, Reason.SENDER, reply)

    def _content(self, content: bytes, hooks: Hooks) -> None:
        """Everything but the line that ends the message (RFC 5321, 4.5.2: dots at the beginning of a line doubled)."""
        with self._step(Reason.CONTENT):
            stuffed = _DOTS.sub(b"..", content)
            step = 4 * 1024 * 1024
            try:
                for start in range(0, len(stuffed), step):
                    hooks.alive()
                    self._open_wire.upload(stuffed[start : start + step])
                spoken = self._open_wire.has_spoken()
            except (BrokenPipeError, ConnectionResetError):
                spoken = True
            if spoken:
                # It refuses in the middle, or hung up: the end was not sent, so nothing was accepted.
                self._expect(0, Reason.CONTENT, self._open_wire.getreply())

    def _end(self) -> Answer:
        wire = self._open_wire
        try:
            wire.patience = self.timeout * ANSWER_FACTOR
            wire.upload(b".\r\n")
            code, words = wire.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise Trouble(Reason.UNANSWERED, Outcome.UNCERTAIN, _words_of(error)) from error
        wire.patience = self.timeout
        if not (200 <= code <= 299 or 400 <= code <= 599):
            # No answer to the end of a message (RFC 5321, 4.3.2): whether it was taken cannot be known.
            self._drop()
            raise Trouble(Reason.UNANSWERED, Outcome.UNCERTAIN, readable(words))
        if code >= 300:
            self._expect(250, Reason.CONTENT, (code, words))
        return Answer(code, readable(words))

    def _expect(self, wanted: int, reason: Reason, reply: tuple[int, bytes]) -> None:
        code, words = reply
        if code == wanted or (wanted == 250 and code in (251, 252)):
            return
        text = readable(words)
        if code == 421:
            self._drop()
            raise Trouble(Reason.BUSY, Outcome.TEMPORARY, text, code, mailbox_wide=True)
        if not 400 <= code <= 599:
            self._drop()
            raise Trouble(Reason.CONFUSED, Outcome.TEMPORARY, text)
        if code in (530, 534, 535, 538) and reason in (Reason.SENDER, Reason.RECIPIENT):
            # Signing in is demanded late; again something that a person mends in the settings.
            raise Trouble(Reason.LOGIN, Outcome.TEMPORARY, text, code, mailbox_wide=True)
        if reason == Reason.CONTENT and wanted == 0:
            self._drop()
        else:
            self._reset()
        raise Trouble(reason, Outcome.TEMPORARY if reason == Reason.GREETING else outcome_of(code), text, code)

    def _reset(self) -> None:
        """RSET, so that the next copy starts clean; a connection that does not answer it is closed."""
        try:
            if self._wire is not None and self._wire.rset()[0] == 250:
                return
        except (OSError, smtplib.SMTPException):
            self._used = True
        self._drop()

    @contextmanager
    def _step(self, reason: Reason) -> Iterator[None]:
        """Turn what `smtplib` and sockets raise before the end of a message into a temporary trouble."""
        try:
            yield
        except Trouble:
            raise
        except ssl.SSLCertVerificationError as error:
            raise self._broken(Reason.CERTIFICATE, error) from error
        except ssl.SSLError as error:
            raise self._broken(Reason.TLS, error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise self._broken(Reason.NO_LOGIN if reason == Reason.LOGIN else Reason.CONFUSED, error) from error
        except smtplib.SMTPResponseException as error:
            trouble = Trouble(reason, Outcome.TEMPORARY, readable(error.smtp_error), error.smtp_code)
            self._drop()
            raise trouble from error
        except smtplib.SMTPServerDisconnected as error:
            late = isinstance(error.__context__, TimeoutError)
            raise self._broken(Reason.TIMEOUT if late else Reason.CLOSED, error) from error
        except TimeoutError as error:
            raise self._broken(Reason.TIMEOUT, error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise self._broken(Reason.CLOSED, error) from error

    def _broken(self, reason: Reason, error: BaseException) -> Trouble:
        self._drop()
        wide = reason not in (Reason.CLOSED, Reason.CONFUSED)
        return Trouble(reason, Outcome.TEMPORARY, _words_of(error), mailbox_wide=wide, fault=dial.fault_of(error))

    @property
    def _open_wire(self) -> Wire:
        if self._wire is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self._wire


def _words_of(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return readable(error.verify_message)
    if isinstance(error, ssl.SSLError):
        return readable(str(error.reason or error))
    if isinstance(error, socket.gaierror | OSError) and error.strerror:
        return readable(error.strerror)
    return readable(str(error))
