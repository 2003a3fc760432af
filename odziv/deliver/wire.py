"""One SMTP connection in which no step takes longer than it may."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import time
from collections.abc import Generator
from enum import Enum
from typing import Any, TypeVar

from odziv.lib import dial, sasl
from odziv.lib.lines import Lines

_LINES_OF_A_REPLY = 64 * 1024
_LONGEST_LINE = 8 * 1024
_CHUNK = 64 * 1024


class Need(Enum):
    """What a conversation waits for."""

    READ = "read"  # that the server says something
    WRITE = "write"  # that it takes more
    PERMIT = "permit"  # that the end of the message may be sent


T = TypeVar("T")
Waits = Generator[Need, None, T]
"""A part of a conversation that stops whenever it has to wait, so that one thread can lead many at a time.

Whoever leads it goes on when what it needs is there, and throws TimeoutError into it after the wire's `deadline`.
"""


class Wire(smtplib.SMTP):
    """`smtplib` with a deadline for each whole reply: its own time-out starts anew with every byte of a slow server.

    `patience` is the time for one reply, in seconds. Replies and failures come as `smtplib` gives them.
    """

    def __init__(self, *, name: str, patience: float, tls: bool, begin: dial.Begin = dial.nothing) -> None:
        self.patience = patience
        self.deadline = 0.0  # of what is waited for, on the monotonic clock
        self._tls = tls
        self._begin = begin
        super().__init__(local_hostname=name, timeout=patience)
        self.command_encoding = "utf-8"

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = dial.dial(host, port, timeout, self._begin)
        if self._tls:
            self._begin(dial.Step.ENCRYPT)
            connection = dial.encrypt(connection, host, timeout)
        self._begin(dial.Step.GREET)
        return connection

    def getreply(self) -> tuple[int, bytes]:
        """The next reply. Raises SMTPServerDisconnected; its context is a TimeoutError when time ran out."""
        self._lines.begin(self.patience, _LINES_OF_A_REPLY)
        return super().getreply()

    def start_tls(self, host: str) -> tuple[int, bytes]:
        """STARTTLS (RFC 3207); after it the caller greets anew. Raises what `ssl` raises."""
        reply = self.docmd("STARTTLS")
        if reply[0] == 220:
            self.sock = dial.encrypt(self._socket, host, self.patience)
            # Whatever came before encryption may have been slipped in (RFC 3207, 6).
            self.file, self.ehlo_resp, self.esmtp_features = None, None, {}
        return reply

    def mail_from(self, address: str) -> tuple[int, bytes]:
        """MAIL FROM with the address exactly as given; `smtplib` would parse it anew."""
        return self.docmd("MAIL", f"FROM:<{address}>")

    def say(self, content: bytes) -> Waits[None]:
        """Send bytes as they are; each 64 KiB may take as long as a reply. Raises OSError."""
        sock = self._socket
        sock.settimeout(0)
        view = memoryview(content)
        for start in range(0, len(view), _CHUNK):
            self.deadline = time.monotonic() + self.patience
            rest = view[start : start + _CHUNK]
            while rest:
                try:
                    rest = rest[sock.send(rest) :]
                except (BlockingIOError, ssl.SSLWantWriteError):
                    yield Need.WRITE
                except ssl.SSLWantReadError:
                    yield Need.READ

    def hear(self) -> Waits[tuple[int, bytes]]:
        """The next reply. Raises OSError, SMTPServerDisconnected when the server hung up."""
        lines, texts = self._lines, []
        lines.begin(self.patience, _LINES_OF_A_REPLY)
        self.deadline = lines.deadline
        while True:
            while (line := lines.poll(_LONGEST_LINE)) is None:
                yield Need.READ
            if not line:
                raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
            texts.append(line[4:].strip(b" \t\r\n"))
            code = int(line[:3]) if line[:3].isdigit() else -1
            if code < 0 or line[3:4] != b"-":
                return code, b"\n".join(texts)

    def fileno(self) -> int:
        """Of the socket, to wait for it."""
        return self._socket.fileno()

    def has_spoken(self) -> bool:
        """Whether the server said something, or hung up, without being asked."""
        return self._lines.peek()

    def sign_in(self, username: str, password: str) -> tuple[int, bytes]:
        """AUTH PLAIN (RFC 4616) or LOGIN, one attempt, in UTF-8. Raises SMTPNotSupportedError for a server without."""
        offered = self._offered
        if "PLAIN" in offered:
            return self.docmd("AUTH", f"PLAIN {_base64(sasl.plain(username, password))}")
        if "LOGIN" not in offered:
            raise smtplib.SMTPNotSupportedError(" ".join(offered))
        reply = self.docmd("AUTH", "LOGIN")
        for answer in (username, password):
            if reply[0] != 334:
                return reply
            reply = self.docmd(_base64(answer.encode()))
        return reply

    def sign_in_with_token(self, username: str, token: str, host: str, port: int) -> tuple[int, bytes]:
        """AUTH XOAUTH2 or OAUTHBEARER, one attempt. Raises SMTPNotSupportedError for a server without."""
        mechanism = sasl.best_for_token(self._offered)
        if not mechanism:
            raise smtplib.SMTPNotSupportedError(" ".join(self._offered))
        if mechanism == "XOAUTH2":
            said = sasl.xoauth2(username, token)
        else:
            said = sasl.oauthbearer(username, token, host, port)
        reply = self.docmd("AUTH", f"{mechanism} {_base64(said)}")
        # The reason of a refusal comes as a challenge; the refusal itself only after an answer to that.
        return self.docmd(_base64(sasl.AFTER_REFUSAL[mechanism])) if reply[0] == 334 else reply

    @property
    def is_confidential(self) -> bool:
        """Whether a password may be said: encrypted, or to a server in one's own network."""
        return isinstance(self._socket, ssl.SSLSocket) or dial.is_private(self._socket)

    @property
    def _offered(self) -> list[str]:
        return self.esmtp_features.get("auth", "").upper().split()

    def leave(self) -> None:
        """QUIT, without waiting long for a good-bye, and close."""
        try:
            if self.sock is not None:
                self.patience = min(self.patience, 2)
                self.docmd("QUIT")
        except (OSError, smtplib.SMTPException):
            self.close()
        finally:
            self.close()

    @property
    def _lines(self) -> Lines:
        # Stands in for the socket's file.
        if self.file is None:
            self.file: Any = Lines(self._socket)
        return self.file

    @property
    def _socket(self) -> socket.socket:
        if not isinstance(self.sock, socket.socket):
            raise smtplib.SMTPServerDisconnected("not connected")
        return self.sock


def _base64(said: bytes) -> str:
    return base64.b64encode(said).decode()
