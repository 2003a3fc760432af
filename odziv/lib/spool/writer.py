"""The writing end of the spool: group commits by a pen beside the event loop, not more than the disk likes."""

from __future__ import annotations

import asyncio
import sys
import time
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from odziv.lib.spool.beside import Beside, PenProcess, PenThread
from odziv.lib.spool.files import SpoolError, cannot_write, disk_is_full
from odziv.lib.spool.journal import frame
from odziv.lib.spool.pen import Written

Done = Callable[[Any], object]
Failed = Callable[[Done, Any, "SpoolError"], object]

COMMIT_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Seconds by which commits are counted."""

_MOST_IN_BATCH = 5_000
_LOOK_SECONDS = 0.1
_NEVER = sys.maxsize
_WORTH_A_SYNC = 32
_ENOUGH = 48
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
    """Takes records on the event loop; a pen beside it writes them. What came in during a commit is the next commit.

    The pen is a thread, or with `own_process` a process beside this one. To be made on a running event loop. Raises
    SpoolError when the folder cannot be written, except when the disk is full: that can pass, so the spool then starts
    broken and tries again with each batch.
    """

    def __init__(
        self, folder: Path, *, failed: Failed | None = None, patience: float = 60, most_waiting: int = 50_000,
        own_process: bool = False,
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
        self._called = 0.0
        self._handed_over = 0.0
        self._looking = False
        self._closed = False
        try:
            self._pen: Beside = (PenProcess if own_process else PenThread)(folder, self._loop, self)
        except OSError as error:
            raise cannot_write(folder, error) from error
        first = self._pen.first or Written("", 0.0, f"The disk of {folder} is slow: the spool has no file yet.")
        if self._pen.first and first.error and not disk_is_full(folder):
            raise SpoolError(first.error)
        self.began(first)

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

    # What the pen calls

    def began(self, written: Written, /) -> None:
        """How a pen began its first file."""
        self.state.file = written.file
        self.state.error = written.error

    def written(self, written: Written, /) -> None:
        """What became of the batch that is under way."""
        batch = self._under_way
        assert batch
        state = self.state
        state.file = written.file
        state.error = written.error
        if written.error:
            state.failed += len(batch.records)
            self._finish(batch, SpoolError(written.error))
            return
        state.batches += 1
        state.commit_seconds = written.seconds
        state.commit_seconds_sum += written.seconds
        state.commit_times[bisect_left(COMMIT_BOUNDS, written.seconds)] += 1
        self._finish(batch, None)

    # What waits

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
        left = await self._pen.close(max(0.0, end - self._loop.time()))
        return left and not self.waiting

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
        self._called = time.monotonic()
        if self._pause:
            self._pause.cancel()
            self._pause = None
        self._loop.call_soon(self._hand_over_or_wait, len(self._filling.records))
        if not self._looking:
            self._looking = True
            self._loop.call_later(_LOOK_SECONDS, self._look)

    def _hand_over_or_wait(self, had: int) -> None:
        """Hand over, unless there are few hits and the last turn of the loop brought some: then see what comes next.

        A hit alone is committed at once. In a stream of them, commits of few keep a millisecond's distance.
        """
        has, now = len(self._filling.records), time.monotonic()
        if self._full or has >= _ENOUGH:
            self._hand_over()
        elif has > had and now - self._called < _PAUSE_SECONDS:
            self._loop.call_soon(self._hand_over_or_wait, has)
        elif has < _WORTH_A_SYNC and now - self._handed_over < _PAUSE_SECONDS:
            self._calls_at = _WORTH_A_SYNC
            self._pause = self._loop.call_later(_PAUSE_SECONDS, self._hand_over)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        """Give the pen what waits; it has nothing else, and nothing more is handed over until it is through."""
        self._pause = None
        self._calls_at = _NEVER
        self._handed_over = time.monotonic()
        if self._full:
            batch = self._full.popleft()
        else:
            batch, self._filling = self._filling, _Batch()
        self._under_way = batch
        self._pen.write(frame(batch.records, time.time()))

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


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.cancelled():
        future.set_result(None)


def _reject(future: asyncio.Future[None], error: SpoolError) -> None:
    if not future.cancelled():
        future.set_exception(error)


def _told_nobody(_done: Done, _subject: object, error: SpoolError) -> None:
    raise error
