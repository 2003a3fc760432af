"""Where a pen writes while the event loop goes on: in a thread, or in a process of its own.

A thread costs nothing to begin with, and each commit several fights for the interpreter. A process has an interpreter
of its own: for who records thousands of hits a second. Both take one frame at a time.
"""

from __future__ import annotations

import asyncio
import logging
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

import msgspec

from odziv.lib.spool.pen import LENGTH_BYTES, Pen, Written, message

log = logging.getLogger("odziv.spool")

_COMMAND = (sys.executable, "-m", "odziv.lib.spool.pen")
_BEGINS_WITHIN = 10.0
_AGAIN_SECONDS = 1.0
_LOOK_SECONDS = 0.002
_ANSWER_BYTES = 4096
_DIED = "The process that writes the spool ended twice with the same hits; see what ends it."


class Asker(Protocol):
    """Who has frames written. All is called on the event loop."""

    def began(self, written: Written, /) -> None:
        """How a first file began, when that was not known at once, and that of each pen which took over."""

    def written(self, written: Written, /) -> None:
        """What became of the frame that was given."""


class Beside(Protocol):
    """A pen that writes while the loop goes on."""

    first: Written | None
    """How the first file began; None when that takes long, and is told later."""

    def write(self, data: bytes) -> None:
        """Have a frame written. The one before it must be told already."""

    async def close(self, seconds: float) -> bool:
        """Lay the pen down; False when the disk did not let it in that time."""


class PenThread:
    """In a thread of this process."""

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop, asker: Asker) -> None:
        self._pen = Pen(folder)
        self._loop = loop
        self._asker = asker
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self.first: Written | None = self._pen.begin()
        self._thread = threading.Thread(target=self._work, name="spool", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Have a frame written."""
        self._queue.put(data)

    async def close(self, seconds: float) -> bool:
        """Lay the pen down."""
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join, seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (data := self._queue.get()) is not None:
            written = self._pen.write(data)
            try:
                self._loop.call_soon_threadsafe(self._asker.written, written)
            except RuntimeError:
                # The loop is closed: nobody waits for these answers any more. What was committed stays committed.
                break
        self._pen.leave()


class PenProcess:
    """In a process of its own, which ends when this one does. When it dies, another takes over its last frame.

    Raises OSError when none can be started. That the frame is then perhaps written twice is for the reader to see: hits
    have identifiers.
    """

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop, asker: Asker) -> None:
        self._folder = folder
        self._loop = loop
        self._asker = asker
        self._frame: bytes | None = None
        self._is_again = False
        self._has_begun = False
        self._closing = False
        self._ended: list[subprocess.Popen[bytes]] = []
        self._start()
        self.first = self._first()

    def write(self, data: bytes) -> None:
        """Have a frame written."""
        self._frame, self._is_again = data, False
        self._send()

    async def close(self, seconds: float) -> bool:
        """Lay the pen down."""
        self._closing = True
        end = time.monotonic() + seconds
        self._unlink()
        while self._process.poll() is None and time.monotonic() < end:
            await asyncio.sleep(_LOOK_SECONDS)
        return self._process.poll() is not None

    # The process

    def _start(self) -> None:
        self._received = bytearray()
        self._unsent = memoryview(b"")
        self._is_full = False
        self._has_begun = False
        self._started = time.monotonic()
        command = [*_COMMAND, str(self._folder)]
        self._process = subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin and self._process.stdout
        # Two pipes and no socket: whoever takes an answer from a socket wakes the one who waits for the next frame.
        self._into, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._is_linked = True

    def _first(self) -> Written | None:
        """Wait for how the first file began, but not for ever: links must lead where they should."""
        end = time.monotonic() + _BEGINS_WITHIN
        poll = select.poll()
        poll.register(self._from, select.POLLIN)
        while poll.poll(max(0, round(1000 * (end - time.monotonic())))):
            if not (data := os.read(self._from, _ANSWER_BYTES)):
                self._unlink()
                raise OSError(f"the process that writes it ended with status {self._process.wait()}")
            self._received += data
            if told := self._next_told():
                self._has_begun = True
                self._listen()
                return told
        self._listen()
        return None

    def _listen(self) -> None:
        os.set_blocking(self._into, False)
        os.set_blocking(self._from, False)
        self._loop.add_reader(self._from, self._readable)

    def _unlink(self) -> None:
        if self._is_linked:
            self._is_linked = False
            self._loop.remove_reader(self._from)
            self._loop.remove_writer(self._into)
            assert self._process.stdin and self._process.stdout
            self._process.stdin.close()
            self._process.stdout.close()

    def _lost(self) -> None:
        """The process has ended, or is about to."""
        self._unlink()
        self._ended.append(self._process)
        self._reap()
        if self._closing:
            return
        log.error("the process that writes the spool has ended; another one takes over")
        frame = self._frame
        if frame is not None and self._is_again:
            self._frame = None
            self._asker.written(Written("", time.monotonic() - self._started, _DIED))
        self._is_again = True
        self._loop.call_later(max(0.0, self._started + _AGAIN_SECONDS - time.monotonic()), self._start_again)

    def _reap(self) -> None:
        """Let the system forget those that have ended; one whose disk hangs takes its time."""
        self._ended = [process for process in self._ended if process.poll() is None]
        if self._ended and not self._closing:
            self._loop.call_later(_AGAIN_SECONDS, self._reap)

    def _start_again(self) -> None:
        if self._closing:
            return
        try:
            self._start()
        except OSError as error:
            log.error("no process can be started to write the spool: %s", error)
            self._loop.call_later(_AGAIN_SECONDS, self._start_again)
            return
        self._listen()
        self._send()

    # What is said

    def _send(self) -> None:
        if self._is_linked and self._frame is not None:
            self._unsent = memoryview(message(self._frame))
            self._writable()

    def _writable(self) -> None:
        """Send what can be sent now; nearly always that is all."""
        try:
            sent = os.write(self._into, self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            # It is gone, which what reads from it will learn; another one gets all of it.
            sent = len(self._unsent)
        self._unsent = self._unsent[sent:]
        if self._unsent and not self._is_full:
            self._loop.add_writer(self._into, self._writable)
        elif self._is_full and not self._unsent:
            self._loop.remove_writer(self._into)
        self._is_full = bool(self._unsent)

    def _readable(self) -> None:
        try:
            data = os.read(self._from, _ANSWER_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
            return
        self._received += data
        while told := self._next_told():
            if self._has_begun:
                self._frame = None
                self._asker.written(told)
            else:
                self._has_begun = True
                self._asker.began(told)

    def _next_told(self) -> Written | None:
        """What the process says, once that is here whole: one thing at its start, and one for each frame."""
        received = self._received
        size = int.from_bytes(received[:LENGTH_BYTES], "little")
        if len(received) < LENGTH_BYTES or len(received) < LENGTH_BYTES + size:
            return None
        told = msgspec.msgpack.decode(received[LENGTH_BYTES : LENGTH_BYTES + size], type=Written)
        del received[: LENGTH_BYTES + size]
        return told
