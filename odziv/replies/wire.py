"""`imaplib` on a socket of ours: no step takes longer than it may, no answer is larger than it may be."""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
from typing import Any

from imapclient import IMAPClient

from odziv.lib import dial
from odziv.lib.dial import Step
from odziv.lib.lines import Lines

_LONGEST_LINE = 1_000_000  # as imaplib
_SLOWEST = 10_000  # bytes per second that something long has to come with
_CHUNK = 64 * 1024
_LONGEST_WHILE_IDLE = 8 * 1024  # bytes of a line
_MOST_WHILE_IDLE = 1024 * 1024  # bytes of all lines, between two looks


class TooBig(imaplib.IMAP4.abort):
    """The server announced more than is taken; the connection is of no more use."""


class Line(imaplib.IMAP4):
    """The connection itself. `largest`: bytes of one literal, and of everything that one command brings."""

    def __init__(self, host: str, port: int, *, patience: float, tls: bool, largest: int, begin: dial.Begin) -> None:
        self.patience = patience
        self._tls, self._largest, self._begin = tls, largest, begin
        super().__init__(host, port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect and, with TLS from the start, encrypt. Raises OSError."""
        self.host, self.port = host, port
        connection = dial.dial(host, port, self.patience, self._begin)
        if self._tls:
            self._begin(Step.ENCRYPT)
            connection = dial.encrypt(connection, host, self.patience)
        self._use(connection)
        self._begin(Step.GREET)
        self._await_reply()

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """STARTTLS with the same demands as TLS from the start. Raises OSError, `imaplib` errors."""
        kind, words = self._simple_command("STARTTLS")
        if kind == "OK":
            # Whatever came before encryption may have been slipped in: the new reader knows nothing of it.
            self._use(dial.encrypt(self.sock, self.host, self.patience))
            self._tls_established = True
            self._get_capabilities()
        return kind, words

    @property
    def is_confidential(self) -> bool:
        """Whether a password may be said: encrypted, or to a server in one's own network."""
        return isinstance(self.sock, ssl.SSLSocket) or dial.is_private(self.sock)

    def read(self, size: int) -> bytes:
        """A literal. Raises TooBig, TimeoutError."""
        if size > self._largest:
            raise TooBig(f"literal of {size} bytes")
        self._lines.extend(size / _SLOWEST)
        return self._lines.read(size)

    def readline(self) -> bytes:
        line = self._lines.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise TooBig("a line that does not end")
        return line

    def send(self, data: Any) -> None:
        view = memoryview(data)
        for start in range(0, len(view), _CHUNK):
            # For each piece: sendall wants all of it to be gone within the time of the socket.
            self.sock.settimeout(self.patience)
            self.sock.sendall(view[start : start + _CHUNK])
        self._await_reply()

    def begin_idle(self) -> bool:
        """Ask the server to say by itself what comes (RFC 2177); whether it will. Raises `imaplib` errors, OSError."""
        self._idle = self._command("IDLE")
        while self.tagged_commands.get(self._idle) is None:
            if self._get_response() is None:
                self._lines.begin(self.patience, _MOST_WHILE_IDLE)
                return True
        self.tagged_commands.pop(self._idle, None)
        return False

    def while_idle(self) -> list[bytes]:
        """What the server has said since; waits for nothing. Raises OSError."""
        return self._lines.arrived(_LONGEST_WHILE_IDLE)

    def end_idle(self) -> None:
        """Commands may follow again. Raises `imaplib` errors, OSError."""
        self.send(b"DONE\r\n")
        kind, words = self._command_complete("IDLE", self._idle)
        if kind != "OK":
            raise self.error(words)

    def leave_idle(self) -> None:
        """Say good-bye without waiting for an answer."""
        with contextlib.suppress(OSError):
            self.sock.settimeout(0)
            self.sock.send(b"DONE\r\nX1 LOGOUT\r\n")
        self.shutdown()

    def shutdown(self) -> None:
        self._lines.close()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def _use(self, connection: socket.socket) -> None:
        self.sock = connection
        self._lines = Lines(connection)

    def _await_reply(self) -> None:
        self._lines.begin(self.patience, 2 * self._largest)


class Client(IMAPClient):
    """IMAPClient on a `Line`."""

    def __init__(self, host: str, port: int, *, patience: float, tls: bool, largest: int, begin: dial.Begin) -> None:
        self.line = Line(host, port, patience=patience, tls=tls, largest=largest, begin=begin)
        super().__init__(host, port, ssl=tls)
        # Names are decoded one by one, so that a single one that is wrong does not hide all others.
        self.folder_encode = False
        # It would hand each command to the log, passwords too.
        self.line.debug = 0

    def _create_IMAP4(self) -> Line:
        return self.line

    def _set_read_timeout(self) -> None:
        # The line watches over time itself.
        pass
