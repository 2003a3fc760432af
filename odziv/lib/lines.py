"""Reading what a server says against one deadline for all of it: a socket's own time-out begins anew with each byte."""

from __future__ import annotations

import socket
import ssl
import time

_PIECE = 64 * 1024


class Lines:
    """Reads lines and counted bytes of a socket, never more and never longer than `begin` allowed.

    Raises TimeoutError when time ran out, OSError when there is more than there may be.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._rest = bytearray()
        self._deadline = 0.0
        self._room = 0

    def begin(self, patience: float, room: int) -> None:
        """From now on there are `patience` seconds for at most `room` bytes."""
        self._deadline = time.monotonic() + patience
        self._room = room

    def extend(self, seconds: float) -> None:
        """More time, for something long that was announced."""
        self._deadline += seconds

    def readline(self, limit: int) -> bytes:
        """The next line with its end; without one when it has `limit` bytes or the other end hung up."""
        seen = 0
        while (end := self._rest.find(b"\n", seen)) < 0 and len(self._rest) < limit:
            seen = len(self._rest)
            if not self._receive():
                break
        return self._take(min(end + 1 if end >= 0 else len(self._rest), limit))

    def read(self, size: int) -> bytes:
        """`size` bytes, fewer only when the other end hung up."""
        while len(self._rest) < size and self._receive():
            pass
        return self._take(min(size, len(self._rest)))

    def peek(self) -> bool:
        """Whether there is more to read, the end of the connection included; waits for nothing."""
        self._sock.settimeout(0)
        try:
            self._rest += self._sock.recv(4096)
        except (BlockingIOError, ssl.SSLWantReadError):
            return bool(self._rest)
        return True

    def poll(self, limit: int) -> bytes | None:
        """The next line as `readline` gives it, or None when it is not there yet; waits for nothing."""
        self._sock.settimeout(0)
        while (end := self._rest.find(b"\n")) < 0 and len(self._rest) < limit:
            try:
                piece = self._sock.recv(_PIECE)
            except (BlockingIOError, ssl.SSLWantReadError):
                return None
            if not piece:
                break
            self._rest += piece
        return self._take(min(end + 1 if end >= 0 else len(self._rest), limit))

    @property
    def deadline(self) -> float:
        """When the time of `begin` is over, on the monotonic clock."""
        return self._deadline

    def arrived(self, limit: int) -> list[bytes]:
        """The lines that came by now; waits for nothing. Raises OSError when the other end hung up, sends a line
        beyond `limit`, or more than `begin` allowed.
        """
        self._sock.settimeout(0)
        try:
            while len(self._rest) <= limit:
                piece = self._sock.recv(_PIECE)
                if not piece:
                    raise ConnectionResetError("the other end hung up")
                self._rest += piece
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        end = self._rest.rfind(b"\n") + 1
        if len(self._rest) - end > limit:
            raise OSError("a line that does not end")
        return self._take(end).splitlines()

    def close(self) -> None:
        self._rest.clear()

    def _receive(self) -> bool:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)
        piece = self._sock.recv(_PIECE)
        self._rest += piece
        return bool(piece)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._rest[:size])
        del self._rest[:size]
        self._room -= size
        if self._room < 0:
            raise OSError("the reply does not end")
        return taken
