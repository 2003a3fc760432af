"""The pen: writes commits into spool files, one after another, and blocks as long as the disk does.

As a program, `python -m odziv.lib.spool.pen FOLDER`, it is the process beside an edge: it takes frames from its
standard input, each behind its length (4 bytes, little-endian), and says of each what became of it on its standard
output, in the same way, before it takes the next. `beside.PenProcess` starts it and speaks with it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from odziv.lib.spool.files import SpoolError, cannot_write
from odziv.lib.spool.journal import Journal

LENGTH_BYTES = 4
_INPUT, _OUTPUT = 0, 1
_LEAVES_WITHIN = 0.1
_BUFFER_BYTES = 256 * 1024


class Written(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What became of a frame."""

    file: str
    """The name of the spool file that is written now; empty when there is none."""
    seconds: float
    """How long the commit took."""
    error: str = ""
    """Why it is not durable; empty when it is."""


class Pen:
    """Writes frames. What cannot be written fails alone: the next one begins a new file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._journal: Journal | None = None
        self._next: Journal | None = None
        self._preparing: threading.Thread | None = None
        self._handing = threading.Lock()
        self._over = False

    def begin(self) -> Written:
        """Begin the first file."""
        started = time.monotonic()
        try:
            self._turn_over()
        except (SpoolError, OSError) as error:
            return Written("", time.monotonic() - started, str(cannot_write(self._folder, error)))
        return self._written(started)

    def write(self, data: bytes | memoryview) -> Written:
        """One commit, durable on return unless an error is told; when it fails, it is tried once more in a new file."""
        started = time.monotonic()
        try:
            journal = self._ready_for(len(data))
            try:
                journal.append(data)
            except OSError:
                # What the system holds of a write that failed is unknown: nothing more goes into that file.
                self._leave()
                self._ready_for(len(data)).append(data)
        except Exception as error:
            # Whatever it is, the pen goes on: without it nothing would ever be recorded again.
            self._leave()
            told = str(error) if isinstance(error, SpoolError) else f"The spool cannot be written: {error}."
            return Written("", time.monotonic() - started, told)
        return self._written(started)

    def leave(self) -> None:
        """Write no more; a file in which nothing is left goes."""
        self._leave()
        if self._preparing:
            self._preparing.join(_LEAVES_WITHIN)
        with self._handing:
            self._over = True
        if self._next:
            with suppress(OSError):
                self._next.leave()

    def _written(self, started: float) -> Written:
        assert self._journal
        return Written(self._journal.name, time.monotonic() - started)

    def _ready_for(self, frame_bytes: int) -> Journal:
        """The file for a frame; the next one is made ahead. Raises SpoolError, OSError."""
        journal = self._journal
        if journal is None or not journal.is_in_place or not journal.has_room(frame_bytes):
            return self._turn_over(frame_bytes)
        if journal.is_half_full and self._preparing is None:
            self._preparing = threading.Thread(target=self._prepare, name="spool file", daemon=True)
            self._preparing.start()
        return journal

    def _turn_over(self, frame_bytes: int = 0) -> Journal:
        """Leave the file for the next. Raises SpoolError, OSError."""
        self._leave()
        if self._preparing:
            self._preparing.join()
        prepared, self._next, self._preparing = self._next, None, None
        if prepared and not (prepared.is_in_place and prepared.has_room(frame_bytes)):
            prepared.leave()
            prepared = None
        self._journal = prepared or Journal.begin(self._folder, frame_bytes=frame_bytes)
        return self._journal

    def _prepare(self) -> None:
        """Make the next file while this one still has room, so that no commit waits for it."""
        try:
            prepared = Journal.begin(self._folder, gently=True)
        except (SpoolError, OSError):
            # There may be space when it is needed; and then, if not, the failed commit tells why.
            return
        with self._handing:
            if not self._over:
                self._next = prepared
                return
        # The pen was laid down meanwhile: nobody would ever write this file, nor could anybody remove it while we live.
        with suppress(OSError):
            prepared.leave()

    def _leave(self) -> None:
        journal, self._journal = self._journal, None
        if journal:
            with suppress(OSError):
                journal.leave()


def message(content: bytes) -> bytes:
    """What is sent for a frame, or for what became of it."""
    return len(content).to_bytes(LENGTH_BYTES, "little") + content


def main(folder: Path) -> None:
    """Write what comes, until the other end is closed, however its process ended."""
    # Who ends a group of processes means the one beside us: it closes our input once it has nothing more to write.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    pen = Pen(folder)
    try:
        _say(pen.begin())
        _serve(pen)
    except BrokenPipeError:
        # Nobody waits for the answer any more. What is written stays written.
        pass
    finally:
        pen.leave()


def _serve(pen: Pen) -> None:
    buffer = memoryview(bytearray(_BUFFER_BYTES))
    while True:
        here, whole = 0, LENGTH_BYTES
        while here < whole:
            if not (came := os.readv(_INPUT, [buffer[here:]])):
                return
            here += came
            if whole == LENGTH_BYTES <= here:
                whole += int.from_bytes(buffer[:LENGTH_BYTES], "little")
                if whole > len(buffer):
                    larger = memoryview(bytearray(whole))
                    larger[:here] = buffer[:here]
                    buffer = larger
        _say(pen.write(buffer[LENGTH_BYTES:whole]))
        if len(buffer) > _BUFFER_BYTES:
            buffer = memoryview(bytearray(_BUFFER_BYTES))


def _say(written: Written) -> None:
    # Whoever asks waits for it, so the pipe is empty and takes all of it at once.
    os.write(_OUTPUT, message(msgspec.msgpack.encode(written)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
