"""The writing end of the spool: group commits by one thread, not more than the disk likes."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from odziv.lib.spool.files import SpoolError, cannot_write, disk_is_full
from odziv.lib.spool.journal import Journal, frame

Done = Callable[[Any], object]
Failed = Callable[[Done, Any, "SpoolError"], object]

COMMIT_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Seconds by which commits are counted."""

_MOST_IN_BATCH = 5_000
_LOOK_SECONDS = 0.1
_NEVER = sys.maxsize
_WORTH_A_SYNC = 32
_PAUSE_SECONDS = 0.001


@dataclass(slots=True)
class SpoolState:
    """How the spool is: for the edge's health. Counts are since the start of the process."""

    file: str = ""
    batches: int = 0
    records: int = 0
    failed: int = 0
    late: int = 0
    """Records that were given up and became durable afterwards."""
    commit_seconds: float = 0.0
    """How long the last commit took."""
    commit_seconds_sum: float = 0.0
    commit_times: list[int] = field(default_factory=lambda: [0] * (len(COMMIT_BOUNDS) + 1))
    """How many commits took at most as long as each of `COMMIT_BOUNDS` (and longer than the one before), and longer."""
    error: str = ""
    """Why the last commit failed; empty when it did not."""


class _Batch:
    """Records for one commit, what is called after it, and since when each waits. The first `given_up` were told."""

    __slots__ = ("dones", "given_up", "records", "since", "subjects")

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.dones: list[Done] = []
        self.subjects: list[Any] = []
        self.since: list[float] = []
        self.given_up = 0


class FileSpool:
    """Takes records on the event loop; one thread writes them. What came in during a commit is the next commit.

    To be made on a running event loop. Raises SpoolError when the folder cannot be written, except when the disk is
    full: that can pass, so the spool then starts broken and tries again with each batch.
    """

    def __init__(
        self, folder: Path, *, failed: Failed | None = None, patience: float = 60, most_waiting: int = 50_000
    ) -> None:  # fmt: skip
        self.state = SpoolState()
        self._folder = folder
        self._failed = failed or _told_nobody
        self._patience = patience
        self._most_waiting = most_waiting
        self._most_in_batch = min(most_waiting, _MOST_IN_BATCH)
        self._loop = asyncio.get_running_loop()
        self._filling = _Batch()
        self._full: deque[_Batch] = deque()
        self._under_way: _Batch | None = None
        self._calls_at = 1
        """How many records in a batch make us hand it over."""
        self._pause: asyncio.TimerHandle | None = None
        self._handed_over = 0.0
        self._looking = False
        self._queue: SimpleQueue[_Batch | None] = SimpleQueue()
        self._journal: Journal | None = None
        self._next: Journal | None = None
        self._preparing: threading.Thread | None = None
        self._handing = threading.Lock()
        self._over = False
        self._closed = False
        try:
            self._turn_over()
        except (SpoolError, OSError) as error:
            if not disk_is_full(folder):
                raise cannot_write(folder, error) from error
            self.state.error = str(error)
        self._thread = threading.Thread(target=self._work, name="spool", daemon=True)
        self._thread.start()

    async def put(self, record: bytes) -> None:
        """Return when the record is durable. Raises SpoolError when it cannot be recorded."""
        future: asyncio.Future[None] = self._loop.create_future()
        self.submit(record, _resolve, future)
        await future

    def submit(self, record: bytes, done: Done, subject: object) -> None:
        """Like `put`, without a future: `done(subject)` is called on the event loop when the record is durable.

        When it cannot be written, or was not within the patience that was given (it may be later: `state.late`), what
        was given as `failed` is called instead. Raises SpoolError when too many records wait already, and after
        `close`.
        """
        if self._closed:
            raise SpoolError("The spool is closed.")
        batch = self._filling
        if len(batch.records) >= self._most_in_batch:
            batch = self._begin_another()
        batch.records.append(record)
        batch.dones.append(done)
        batch.subjects.append(subject)
        batch.since.append(self._loop.time())
        if len(batch.records) >= self._calls_at:
            self._call()

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self._folder

    @property
    def waiting(self) -> int:
        """How many records wait for the disk."""
        return sum(len(batch.records) for batch in self._batches())

    async def close(self, seconds: float = 2.0) -> bool:
        """Write what waits, then give the file up. False when the disk did not manage that in time."""
        self._closed = True
        end = self._loop.time() + seconds
        while self.waiting and self._loop.time() < end:
            await asyncio.sleep(0.002)
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join, max(0.0, end - self._loop.time()))
        return not self._thread.is_alive()

    def _batches(self) -> list[_Batch]:
        """All that wait, the oldest first."""
        return [*([self._under_way] if self._under_way else ()), *self._full, self._filling]

    def _begin_another(self) -> _Batch:
        """Raises SpoolError when too many wait."""
        if self.waiting >= self._most_waiting:
            raise SpoolError("The spool is too slow: too many records wait for the disk.")
        self._full.append(self._filling)
        self._filling = _Batch()
        return self._filling

    def _call(self) -> None:
        """Hand over once everything that is ready to be read now has been read: that much is one commit."""
        self._calls_at = _NEVER
        if self._pause:
            self._pause.cancel()
            self._pause = None
            self._loop.call_soon(self._hand_over)
        else:
            self._loop.call_soon(self._hand_over_or_pause)
        if not self._looking:
            self._looking = True
            self._loop.call_later(_LOOK_SECONDS, self._look)

    def _hand_over_or_pause(self) -> None:
        """A hit alone is committed at once. In a stream of them, commits of few keep a millisecond's distance."""
        if len(self._filling.records) < _WORTH_A_SYNC and time.monotonic() - self._handed_over < _PAUSE_SECONDS:
            self._calls_at = _WORTH_A_SYNC
            self._pause = self._loop.call_later(_PAUSE_SECONDS, self._hand_over)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        """Give the thread what waits; it has nothing else, and nothing more is handed over until it is through."""
        self._pause = None
        self._calls_at = _NEVER
        self._handed_over = time.monotonic()
        if self._full:
            batch = self._full.popleft()
        else:
            batch, self._filling = self._filling, _Batch()
        self._under_way = batch
        self._queue.put(batch)

    def _finish(self, batch: _Batch, error: SpoolError | None) -> None:
        self._under_way = None
        told = batch.given_up
        if error is None:
            self.state.records += len(batch.records)
            self.state.late += told
        self._tell(batch, told, len(batch.records), error)
        self._calls_at = 1
        if self._full or self._filling.records:
            self._call()

    def _tell(self, batch: _Batch, start: int, end: int, error: SpoolError | None) -> None:
        for done, subject in zip(batch.dones[start:end], batch.subjects[start:end], strict=True):
            try:
                if error is None:
                    done(subject)
                elif isinstance(subject, asyncio.Future):
                    _reject(subject, error)
                else:
                    self._failed(done, subject, error)
            except Exception as fault:
                # One waiting answer that fails must not take those behind it along.
                self._loop.call_exception_handler({"message": "an answer failed", "exception": fault})

    def _look(self) -> None:
        """Give those up that wait too long."""
        over = self._loop.time() - self._patience
        for batch in self._batches():
            first, batch.given_up = batch.given_up, bisect_right(batch.since, over)
            self._tell(batch, first, batch.given_up, SpoolError("The spool is too slow."))
        self._looking = self._calls_at != 1
        if self._looking:
            self._loop.call_later(_LOOK_SECONDS, self._look)

    def _work(self) -> None:
        while (batch := self._queue.get()) is not None:
            error = self._record(batch.records)
            try:
                self._loop.call_soon_threadsafe(self._finish, batch, error)
            except RuntimeError:
                # The loop is closed: nobody waits for these answers any more. What was committed stays committed.
                break
            # It is the loop that throws the batch away, not this thread in competition with it.
            del batch
        self._leave()
        if self._preparing:
            self._preparing.join(_LOOK_SECONDS)
        with self._handing:
            self._over = True
        if self._next:
            self._next.leave()

    def _record(self, records: list[bytes]) -> SpoolError | None:
        """One commit; when it fails, one more in a new file."""
        started = time.monotonic()
        try:
            data = frame(records, time.time())
            journal = self._ready_for(len(data))
            try:
                journal.append(data)
            except OSError:
                # What the system holds of a write that failed is unknown: nothing more goes into that file.
                self._leave()
                self._ready_for(len(data)).append(data)
        except Exception as error:
            # Whatever it is, the thread goes on: without it nothing would ever be recorded again.
            self._leave()
            self.state.failed += len(records)
            self.state.error = str(error)
            return error if isinstance(error, SpoolError) else SpoolError(f"The spool cannot be written: {error}.")
        self.state.batches += 1
        self.state.error = ""
        took = time.monotonic() - started
        self.state.commit_seconds = took
        self.state.commit_seconds_sum += took
        self.state.commit_times[bisect_left(COMMIT_BOUNDS, took)] += 1
        return None

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
        self.state.file = self._journal.path.name
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
        # The spool was closed meanwhile: nobody would ever write this file, nor could anybody remove it while we live.
        with suppress(OSError):
            prepared.leave()

    def _leave(self) -> None:
        journal, self._journal = self._journal, None
        if journal:
            with suppress(OSError):
                journal.leave()


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.cancelled():
        future.set_result(None)


def _reject(future: asyncio.Future[None], error: SpoolError) -> None:
    if not future.cancelled():
        future.set_exception(error)


def _told_nobody(_done: Done, _subject: object, error: SpoolError) -> None:
    raise error
