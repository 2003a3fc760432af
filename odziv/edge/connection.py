"""One connection: HTTP/1.1 and 1.0 as a server owes them (RFC 9112).

Requests are read while earlier ones are being answered, and answered in their order. A connection that costs too much
gets a fitting answer and is closed; bytes that are still coming in are then taken for a moment, because closing at once
would make the asker's system throw the answer away.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import sys
import termios
from collections import deque
from typing import BinaryIO, Protocol, cast

from odziv.edge import answers
from odziv.edge.answers import Answer, FileBody
from odziv.edge.express import Express, nowhere
from odziv.edge.limits import Limits
from odziv.edge.reading import BETWEEN, OVER, Reader
from odziv.edge.request import Familiar, Request
from odziv.lib.files import FileStoreError
from odziv.lib.peer import normalised

log = logging.getLogger("odziv.edge")

_NEVER = float("inf")
_PIECE = 8 * 1024
_HELD = 256 * 1024
_FILE_PIECE = 64 * 1024
_SWALLOWED = 1024 * 1024


class RequestDoor(Protocol):
    """Who answers requests."""

    def handle(self, request: Request) -> None:
        """Reply now or later."""


class Server(Protocol):
    """What a connection needs of the process around it."""

    limits: Limits
    date: bytes
    """The present value of the Date field."""
    familiar: Familiar
    express: Express
    """The short way of requests, where nobody else is named who answers."""
    stopping: bool
    loop: asyncio.AbstractEventLoop

    @property
    def door(self) -> RequestDoor:
        """Who answers, where nobody else is named."""

    async def open(self, body: FileBody) -> BinaryIO:
        """Open a file off the event loop. Raises OSError, FileStoreError."""

    async def read(self, stream: BinaryIO, size: int) -> bytes:
        """Read from a file off the event loop. Raises OSError."""

    def close_file(self, stream: BinaryIO) -> None:
        """Close a file off the event loop."""

    def opened(self, connection: Connection) -> bool:
        """A connection came; False when there are too many."""

    def closed(self, connection: Connection) -> None:
        """A connection went."""


class Connection(asyncio.Protocol):
    """One asker. The server calls `check` every second: no connection has timers of its own."""

    def __init__(self, server: Server, door: RequestDoor | None = None) -> None:
        self.peer = ""
        self.idle_since = server.loop.time()
        self._server = server
        self._handle = (door or server.door).handle
        self._express = nowhere if door else server.express
        self._limits = server.limits
        self._most_slots = server.limits.pipelined
        self._reader = Reader(self, server.limits, server.familiar, lambda: not server.stopping)
        self._transport: asyncio.Transport
        self._slots: deque[Request] = deque()
        self._held = bytearray()
        self._reading = False
        self._eof = False
        self._lingering = False
        self._swallowed = 0
        self._writable = True
        self._drained: asyncio.Future[None] | None = None
        self._sending: asyncio.Task[None] | None = None
        self._unsent = 0
        self._read_by = _NEVER
        self._write_by = _NEVER

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """An asker connected."""
        self._transport = cast(asyncio.Transport, transport)
        name = transport.get_extra_info("peername")
        self.peer = normalised(str(name[0])) if isinstance(name, tuple) and name else ""
        if self._server.opened(self):
            self._await_request()
        else:
            self._reader.refuse(answers.OVERLOADED)

    def connection_lost(self, exc: Exception | None) -> None:
        """The asker is gone; what is not sent yet is thrown away."""
        self._reader.stop()
        self._server.closed(self)
        if self._sending:
            self._sending.cancel()
        self._held.clear()
        self._slots.clear()

    def data_received(self, data: bytes) -> None:
        """Bytes came. They are parsed in small pieces, so that pipelining cannot order more than a few answers."""
        slots, reader = self._slots, self._reader
        if not slots and reader.phase is BETWEEN and (request := self._express(self, data)):
            self._read_by = _NEVER
            slots.append(request)
            if request.answer:
                self.answered()
        elif self._held or len(data) > _PIECE or len(slots) >= self._most_slots:
            if not self._is_swallowed(data):
                self._held += data
                self._read_held()
        elif reader.phase is not OVER:
            self._reading = True
            reader.feed(data)
            self._reading = False
            if not slots or slots[0].answer is not None:
                self.answered()
        else:
            self._is_swallowed(data)

    def eof_received(self) -> bool:
        """The asker sends no more; answers that it waits for are still sent."""
        self._eof = True
        return not self._lingering and bool(self._slots or self._sending or self._held)

    def pause_writing(self) -> None:
        """The asker does not read as fast as we write: nothing more is read from it, or from the disk for it."""
        self._writable = False
        self._watch_writing()
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """The asker has read."""
        self._writable = True
        self._write_by = _NEVER
        if self._drained and not self._drained.done():
            self._drained.set_result(None)
        self._resume_reading()
        self.answered()

    # What the server calls

    @property
    def is_idle(self) -> bool:
        """Whether it waits for nothing but its next request."""
        return self._reader.is_between and not (self._slots or self._sending or self._held)

    def check(self, now: float) -> None:
        """Act on a time that is over: who does not read is cut off, who does not write gets 408 or a kind end."""
        if now > self._write_by:
            if self._not_taken() >= self._unsent:
                self._transport.abort()
            else:
                self._watch_writing()
        elif now > self._read_by:
            self._read_by = _NEVER
            if self._lingering:
                self._linger_on(now)
            elif self._reader.is_between:
                self._close()
            else:
                self._reader.refuse(answers.REQUEST_TIMEOUT)

    def stop(self) -> None:
        """The process is about to end: finish what was asked, then close."""
        if self._lingering:
            self._close()
        elif self._reader.is_between:
            if self._slots:
                self._slots[-1].last = True
                self._reader.stop()
            elif not self._sending:
                self._close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    # What the reader calls

    def began(self) -> None:
        """The first byte of a request came: from now on it has a limited time to be complete."""
        self._read_by = self._server.loop.time() + self._limits.request_seconds

    def asked(self, request: Request, refused: Answer | None = None) -> None:
        """A request is complete: have it answered, now or later."""
        self._read_by = _NEVER
        self._slots.append(request)
        if refused is not None:
            request.reply(refused)
            return
        try:
            self._handle(request)
        except Exception:
            # The last resort: a fault of ours must not leave the answers behind it waiting for ever.
            log.exception("a request failed")
            request.reply(answers.SERVER_ERROR)

    # Reading

    def _is_swallowed(self, data: bytes) -> bool:
        """Whether bytes are only thrown away, because nothing more is read; not without end."""
        if not self._reader.is_over:
            return False
        self._swallowed += len(data)
        if self._swallowed > _SWALLOWED:
            self._transport.abort()
        return True

    def _read_held(self) -> None:
        """Parse what is held, as far as there is room for answers. Reading goes on when little is held."""
        while self._held and len(self._slots) < self._limits.pipelined and not self._reader.is_over:
            piece = bytes(self._held[:_PIECE])
            del self._held[:_PIECE]
            self._reading = True
            self._reader.feed(piece)
            self._reading = False
            self._send()
        if self._reader.is_over:
            self._held.clear()
        if len(self._held) > _HELD:
            self._transport.pause_reading()
        else:
            self._resume_reading()

    def _resume_reading(self) -> None:
        if self._writable and len(self._held) <= _HELD and not self._transport.is_closing():
            self._transport.resume_reading()

    # Answering

    def answered(self) -> None:
        """An answer is there: send those whose turn it is, and go on."""
        if self._reading or self._sending or self._transport.is_closing():
            return
        self._send()
        if self._held:
            self._read_held()
        if self._slots or self._sending or self._held or self._lingering:
            return
        if self._eof:
            self._close()
        elif self._reader.phase is BETWEEN and self._read_by == _NEVER:
            self._await_request()

    def _send(self) -> None:
        slots, out = self._slots, b""
        while self._writable and not self._sending and slots and (answer := slots[0].answer) is not None:
            request = slots.popleft()
            if request.last or request.is_old or request.method != "GET" or type(answer.body) is not bytes:
                written = _written(request, answer, self._server.date)
            else:
                written = answer.whole(self._server.date)
            out = out + written if out else written
            if type(answer.body) is FileBody:
                self._transport.write(out)
                self._sending = self._server.loop.create_task(self._send_file(answer.body, last=request.last))
                return
            if request.last:
                self._transport.write(out)
                self._end()
                return
        if out:
            self._transport.write(out)

    async def _send_file(self, body: FileBody, *, last: bool) -> None:
        """Send a file piece by piece; a piece is read when the asker has taken most of the one before."""
        whole = False
        try:
            stream = await self._server.open(body)
            try:
                whole = await self._send_pieces(stream, body.length)
            finally:
                self._server.close_file(stream)
        except (OSError, FileStoreError) as error:
            log.error("a file cannot be read to its end: %s", error)
        finally:
            self._sending = None
        if not whole:
            # The length that was announced cannot be kept; only a broken connection tells the asker so.
            self._transport.abort()
        elif last:
            self._end()
        else:
            self.answered()

    async def _send_pieces(self, stream: BinaryIO, left: int) -> bool:
        while left:
            if not self._writable:
                self._drained = self._server.loop.create_future()
                await self._drained
            piece = await self._server.read(stream, min(left, _FILE_PIECE))
            if not piece:
                log.error("a file became shorter while it was sent")
                return False
            self._transport.write(piece)
            left -= len(piece)
        return True

    def _await_request(self) -> None:
        if self._server.stopping:
            self._close()
            return
        self.idle_since = self._server.loop.time()
        self._read_by = self.idle_since + self._limits.idle_seconds

    # Ending

    def _end(self) -> None:
        """After the last answer: send it to its end, then take what still comes in for a moment."""
        if self._eof:
            self._close()
        if self._transport.is_closing():
            return
        self._lingering = True
        self._watch_writing()
        self._read_by = self._server.loop.time() + self._limits.linger_seconds
        self._transport.write_eof()

    def _linger_on(self, now: float) -> None:
        if self._transport.get_write_buffer_size():
            self._read_by = now + self._limits.linger_seconds
        else:
            self._transport.abort()

    def _close(self) -> None:
        """Close when what was written is sent."""
        self._reader.stop()
        if not self._transport.is_closing():
            self._watch_writing()
            self._transport.close()

    def _watch_writing(self) -> None:
        self._unsent = self._not_taken()
        self._write_by = self._server.loop.time() + self._limits.write_seconds

    def _not_taken(self) -> int:
        """Bytes that the asker has not confirmed: ours and the system's, which holds megabytes for a slow network."""
        try:
            unsent = fcntl.ioctl(self._transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
        except OSError:
            # The system has closed the connection already and will tell us in a moment.
            unsent = bytes(4)
        return self._transport.get_write_buffer_size() + int.from_bytes(unsent, sys.byteorder)


def _written(request: Request, answer: Answer, date: bytes) -> bytes:
    """What of an answer is sent at once: all, without the body of a file."""
    kept = b"Connection: keep-alive\r\n" if request.is_old else b""
    head = answer.head(date=date, connection=b"Connection: close\r\n" if request.last else kept)
    return head if request.method == "HEAD" or isinstance(answer.body, FileBody) else head + answer.body
