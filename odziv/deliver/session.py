"""The conversation with a mailbox's server: every step under our control, every failure a `Trouble`."""

from __future__ import annotations

import select
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from odziv.deliver.handover import Copy, hand_over
from odziv.deliver.trouble import Answer, Outcome, Reason, Trouble, outcome_of, readable
from odziv.deliver.wire import Need, Wire
from odziv.lib import dial
from odziv.lib.dial import Step
from odziv.models import Security


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
        self.used = False  # whether this connection has taken a sender before

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._wire is not None

    def open(self) -> None:
        """Connect, encrypt, sign in; nothing when that was done before. Raises Trouble, valid for the whole mailbox."""
        if self._wire is not None:
            return
        try:
            self._connect()
            self._start_tls()
            self._sign_in()
        except Trouble as trouble:
            self.drop()
            trouble.mailbox_wide = True
            raise
        self.used = False

    def offers(self, extension: str) -> bool:
        """Whether the open connection's server offers an extension, such as smtputf8."""
        return self.open_wire.has_extn(extension)

    def deliver(self, sender: str, recipient: str, content: bytes, *, utf8: bool = False, hooks: Hooks) -> Answer:
        """Hand over one message for one recipient. Returns the server's acceptance, raises Trouble.

        The trouble is uncertain exactly when the end of the message was sent and no answer came.
        """
        steps = hand_over(self, Copy(sender, recipient, content, utf8))
        try:
            need = next(steps)
            while True:
                try:
                    (hooks.before_end if need is Need.PERMIT else hooks.alive)()
                    if need is not Need.PERMIT:
                        self._wait(need)
                except Exception as error:
                    need = steps.throw(error)
                else:
                    need = next(steps)
        except StopIteration as over:
            return over.value

    def _wait(self, need: Need) -> None:
        wire = self.open_wire
        ready = select.poll()
        ready.register(wire.fileno(), select.POLLIN if need is Need.READ else select.POLLOUT)
        if not ready.poll(max(0.0, wire.deadline - time.monotonic()) * 1000):
            raise TimeoutError("timed out")

    def close(self) -> None:
        """Say good-bye and close; harmless when nothing is open."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.leave()

    def offer_sender(self, address: str) -> None:
        """Only ask whether the server would take mail from this address. Raises Trouble."""
        self._begin(Step.SENDER)
        with self.step(Reason.SENDER):
            self.judge(250, Reason.SENDER, self.open_wire.mail_from(address))
            self.open_wire.rset()

    def drop(self) -> None:
        """Close without good-bye."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _connect(self) -> None:
        implicit = self.server.security == Security.TLS
        self._wire = Wire(name=self.name, patience=self.timeout, tls=implicit, begin=self._begin)
        with self.step(Reason.UNREACHABLE):
            try:
                reply = self._wire.connect(self.server.host, self.server.port)
            except (ssl.SSLError, smtplib.SMTPException):
                raise
            except (OSError, UnicodeError) as error:
                fault = dial.fault_of(error)
                raise Trouble(Reason.UNREACHABLE, Outcome.TEMPORARY, self.words_of(error), fault=fault) from error
            self.judge(220, Reason.GREETING, reply)
            self._greet()

    def _greet(self) -> None:
        code, words = self.open_wire.ehlo()
        if code != 250:
            code, words = self.open_wire.helo()
        self.judge(250, Reason.GREETING, (code, words))

    def _start_tls(self) -> None:
        if self.server.security != Security.STARTTLS:
            return
        self._begin(Step.ENCRYPT)
        with self.step(Reason.TLS):
            if not self.offers("starttls"):
                raise Trouble(Reason.NO_STARTTLS, Outcome.TEMPORARY)
            reply = self.open_wire.start_tls(self.server.host)
            self.judge(220, Reason.TLS, reply)
            self._greet()

    def _sign_in(self) -> None:
        server, wire = self.server, self.open_wire
        if not server.username:
            return
        self._begin(Step.SIGN_IN)
        with self.step(Reason.LOGIN):
            if not wire.is_confidential:
                raise Trouble(Reason.NO_ENCRYPTION, Outcome.TEMPORARY)
            if server.token:
                reply = wire.sign_in_with_token(server.username, server.token, server.host, server.port)
            else:
                reply = wire.sign_in(server.username, server.password)
            if reply[0] != 235:
                # A wrong password is mended by a person while the copies wait: never the end of them.
                raise Trouble(Reason.LOGIN, Outcome.TEMPORARY, readable(reply[1]), reply[0])

    def judge(self, wanted: int, reason: Reason, reply: tuple[int, bytes]) -> None:
        """Raise a Trouble when a reply is not the wanted one; a connection that is of no more use is closed."""
        code, words = reply
        if code == wanted or (wanted == 250 and code in (251, 252)):
            return
        text = readable(words)
        if code == 421:
            self.drop()
            raise Trouble(Reason.BUSY, Outcome.TEMPORARY, text, code, mailbox_wide=True)
        if not 400 <= code <= 599:
            self.drop()
            raise Trouble(Reason.CONFUSED, Outcome.TEMPORARY, text)
        if code in (530, 534, 535, 538) and reason in (Reason.SENDER, Reason.RECIPIENT):
            # Signing in is demanded late; again something that a person mends in the settings.
            raise Trouble(Reason.LOGIN, Outcome.TEMPORARY, text, code, mailbox_wide=True)
        raise Trouble(reason, Outcome.TEMPORARY if reason == Reason.GREETING else outcome_of(code), text, code)

    @contextmanager
    def step(self, reason: Reason) -> Iterator[None]:
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
            self.drop()
            raise trouble from error
        except smtplib.SMTPServerDisconnected as error:
            late = isinstance(error.__context__, TimeoutError)
            raise self._broken(Reason.TIMEOUT if late else Reason.CLOSED, error) from error
        except TimeoutError as error:
            raise self._broken(Reason.TIMEOUT, error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise self._broken(Reason.CLOSED, error) from error

    def _broken(self, reason: Reason, error: BaseException) -> Trouble:
        self.drop()
        wide = reason not in (Reason.CLOSED, Reason.CONFUSED)
        return Trouble(reason, Outcome.TEMPORARY, self.words_of(error), mailbox_wide=wide, fault=dial.fault_of(error))

    @property
    def open_wire(self) -> Wire:
        """The connection. Raises SMTPServerDisconnected when there is none."""
        if self._wire is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self._wire

    @staticmethod
    def words_of(error: BaseException) -> str:
        """What an exception says, in one line."""
        if isinstance(error, ssl.SSLCertVerificationError):
            return readable(error.verify_message)
        if isinstance(error, ssl.SSLError):
            return readable(str(error.reason or error))
        if isinstance(error, socket.gaierror | OSError) and error.strerror:
            return readable(error.strerror)
        return readable(str(error))
