"""One SMTP connection in which no step takes longer than it may."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any

_LINES_OF_A_REPLY = 64 * 1024
_CHUNK = 64 * 1024


class Wire(smtplib.SMTP):
    """`smtplib` with a deadline for each whole reply: its own time-out starts anew with every byte of a slow server.

    `patience` is the time for one reply, in seconds. Replies and failures come as `smtplib` gives them.
    """

    def __init__(self, *, name: str, patience: float, tls: ssl.SSLContext | None) -> None:
        self.patience = patience
        self._tls = tls
        super().__init__(local_hostname=name, timeout=patience)
        self.command_encoding = "utf-8"

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        # The end of a message goes out by itself, after its phase is committed; it must not wait for the peer's ACK.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is None:
            return plain
        try:
            return self._tls.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    def getreply(self) -> tuple[int, bytes]:
        """The next reply. Raises SMTPServerDisconnected; its context is a TimeoutError when time ran out."""
        self._lines.begin(self.patience)
        return super().getreply()

    def start_tls(self, context: ssl.SSLContext, host: str) -> tuple[int, bytes]:
        """STARTTLS (RFC 3207); after it the caller greets anew. Raises what `ssl` raises."""
        reply = self.docmd("STARTTLS")
        if reply[0] == 220:
            sock = self._socket
            sock.settimeout(self.patience)
            self.sock = context.wrap_socket(sock, server_hostname=host)
            # Whatever came before encryption may have been slipped in (RFC 3207, 6).
            self.file, self.ehlo_resp, self.esmtp_features = None, None, {}
        return reply

    def mail_from(self, address: str, options: Sequence[str]) -> tuple[int, bytes]:
        """MAIL FROM with the address exactly as given; `smtplib` would parse it anew."""
        return self.docmd("MAIL", " ".join([f"FROM:<{address}>", *options]))

    def rcpt_to(self, address: str) -> tuple[int, bytes]:
        """RCPT TO with the address exactly as given."""
        return self.docmd("RCPT", f"TO:<{address}>")

    def upload(self, content: bytes) -> None:
        """Send bytes as they are; each 64 KiB may take as long as a reply. Raises OSError."""
        sock = self._socket
        sock.settimeout(self.patience)
        view = memoryview(content)
        for start in range(0, len(view), _CHUNK):
            sock.sendall(view[start : start + _CHUNK])

    def has_spoken(self) -> bool:
        """Whether the server said something, or hung up, without being asked."""
        return self._lines.peek()

    def sign_in(self, username: str, password: str) -> tuple[int, bytes]:
        """AUTH PLAIN (RFC 4616) or LOGIN, one attempt, in UTF-8. Raises SMTPNotSupportedError for a server without."""
        offered = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            return self.docmd("AUTH", f"PLAIN {_base64(f'{chr(0)}{username}{chr(0)}{password}')}")
        if "LOGIN" not in offered:
            raise smtplib.SMTPNotSupportedError(" ".join(offered))
        reply = self.docmd("AUTH", "LOGIN")
        for answer in (username, password):
            if reply[0] != 334:
                return reply
            reply = self.docmd(_base64(answer))
        return reply

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
    def _lines(self) -> _Lines:
        if self.file is None:
            self.file: Any = _Lines(self._socket)
        return self.file

    @property
    def _socket(self) -> socket.socket:
        if not isinstance(self.sock, socket.socket):
            raise smtplib.SMTPServerDisconnected("not connected")
        return self.sock


class _Lines:
    """Stands in for the socket's file: reads lines against one deadline and never ahead of an unbounded reply."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._rest = b""
        self._deadline = 0.0
        self._room = 0

    def peek(self) -> bool:
        """Whether there is more to read, the end of the connection included; waits for nothing."""
        self._sock.settimeout(0)
        try:
            piece = self._sock.recv(4096)
        except (BlockingIOError, ssl.SSLWantReadError):
            return bool(self._rest)
        self._rest += piece
        return True

    def begin(self, patience: float) -> None:
        self._deadline = time.monotonic() + patience
        self._room = _LINES_OF_A_REPLY

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._rest and len(self._rest) < limit:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
            piece = self._sock.recv(4096)
            if not piece:
                break
            self._rest += piece
        end = min(self._rest.find(b"\n") + 1 or len(self._rest), limit)
        line, self._rest = self._rest[:end], self._rest[end:]
        self._room -= len(line)
        if self._room < 0:
            raise OSError("the reply does not end")
        return line

    def close(self) -> None:
        self._rest = b""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
