"""A mail server on uvloop that takes everything, several commands at a time too, and keeps nothing but their number.

`python -m bench.send.sink` says its port, then `COPIES BYTES` whenever a line comes in.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

_END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    copies = 0
    taken = 0

    def __init__(self) -> None:
        self._rest = bytearray()
        self._content = False
        self._seen = 0  # bytes of a content that were looked through for its end

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is none by its type
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        replies: list[bytes] = []
        while reply := self._take_content() if self._content else self._take_command():
            replies.append(reply)
        if replies:
            self._transport.write(b"".join(replies))

    def _take_content(self) -> bytes:
        end = self._rest.find(_END, max(0, self._seen - len(_END)))
        if end < 0:
            self._seen = len(self._rest)
            return b""
        Sink.copies += 1
        Sink.taken += end
        del self._rest[: end + len(_END)]
        self._content, self._seen = False, 0
        return b"250 2.0.0 Ok: queued as %012X\r\n" % Sink.copies

    def _take_command(self) -> bytes:
        line, found, _ = self._rest.partition(b"\r\n")
        if not found:
            return b""
        del self._rest[: len(line) + 2]
        verb = bytes(line[:4]).upper()
        if verb == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
        if verb == b"DATA":
            self._content = True
            return b"354 Go on\r\n"
        if verb == b"QUIT":
            self._transport.write(b"221 2.0.0 Bye\r\n")
            self._transport.close()
            return b""
        return b"250 2.1.0 Ok\r\n"


async def serve() -> None:
    """Take mail until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    while await loop.run_in_executor(None, sys.stdin.readline):
        sys.stdout.write(f"{Sink.copies} {Sink.taken}\n")
        sys.stdout.flush()
    server.close()


if __name__ == "__main__":
    uvloop.run(serve())
