"""The writing end of the spool: group commits by one thread. A request waits for the disk, never for a timer."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import msgspec

from odziv.lib.spool.files import SpoolError, SpoolFile, claim_any, disk_is_full, open_to_write

Done = Callable[[SpoolError | None], object]

_INSERT = "INSERT INTO batches (last, count, at, records) VALUES (?, ?, ?, ?)"
_MOST_IN_BATCH = 5_000


@dataclass(slots=True)
class SpoolState:
    """How the spool is: for the edge's health. Counts are since the start of the process."""

    file: str = ""
    batches: int = 0
    records: int = 0
    failed: int = 0
    waiting: int = 0
    commit_seconds: float = 0.0
    """How long the last commit took."""
    error: str = ""
    """Why the last commit failed; empty when it did not."""


class SqliteSpool:
    """Takes records on the event loop; one thread writes them. What came in during a commit is the next commit.

    To be made on a running event loop. Raises SpoolError when the folder cannot be written, except when the disk is
    full: that can pass, so the spool then starts broken and tries again with each batch.
    """

    def __init__(self, folder: Path, *, busy_seconds: float = 1.5, most_waiting: int = 50_000) -> None:
        self.state = SpoolState()
        self._folder = folder
        self._busy_seconds = busy_seconds
        self._most_waiting = most_waiting
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[tuple[bytes, Done] | None] = SimpleQueue()
        self._file: SpoolFile | None = None
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._closed = False
        self._last = 0
        try:
            self._open()
        except SpoolError as error:
            if not disk_is_full(folder):
                raise
            self.state.error = str(error)
        self._thread = threading.Thread(target=self._work, name="spool", daemon=True)
        self._thread.start()

    async def put(self, record: bytes) -> None:
        """Return when the record is durable. Raises SpoolError when it cannot be recorded."""
        future: asyncio.Future[None] = self._loop.create_future()

        def done(error: SpoolError | None) -> None:
            if future.cancelled():
                return
            if error:
                future.set_exception(error)
            else:
                future.set_result(None)

        self.submit(record, done)
        await future

    def submit(self, record: bytes, done: Done) -> None:
        """Like `put`, without a future: `done` is called on the event loop, with None when the record is durable.

        Raises SpoolError at once when too many records wait already, and after `close`.
        """
        if self._closed:
            raise SpoolError("The spool is closed.")
        if self.state.waiting >= self._most_waiting:
            raise SpoolError("The spool is too slow: too many records wait for the disk.")
        self.state.waiting += 1
        self._queue.put((record, done))

    async def close(self, seconds: float = 2.0) -> bool:
        """Write what waits, then give the file up. False when the disk did not manage that in time."""
        self._closed = True
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join, seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        closing = False
        while not closing:
            batch: list[tuple[bytes, Done]] = []
            item = self._queue.get()
            while item is not None:
                batch.append(item)
                if self._queue.empty() or len(batch) == _MOST_IN_BATCH:
                    break
                item = self._queue.get_nowait()
            closing = item is None
            if batch:
                self._settle(batch, self._record([record for record, _ in batch]))
        self._close()

    def _settle(self, batch: list[tuple[bytes, Done]], error: SpoolError | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._finish, batch, error)
        except RuntimeError:
            # The loop is closed: nobody waits for these answers any more. What was committed stays committed.
            return

    def _finish(self, batch: list[tuple[bytes, Done]], error: SpoolError | None) -> None:
        self.state.waiting -= len(batch)
        for _, done in batch:
            try:
                done(error)
            except Exception as fault:
                # One waiting answer that fails must not take those behind it along.
                self._loop.call_exception_handler({"message": "an answer failed", "exception": fault})

    def _record(self, records: list[bytes]) -> SpoolError | None:
        """One commit; on a failure that a new connection or a new file can mend, one more."""
        started = time.monotonic()
        try:
            try:
                self._commit(records)
            except sqlite3.Error as error:
                if not self._reopened_after(error):
                    raise
                self._commit(records)
        except Exception as error:
            # Whatever it is, the thread goes on: without it nothing would ever be recorded again.
            self.state.failed += len(records)
            self.state.error = str(error)
            return error if isinstance(error, SpoolError) else SpoolError(f"The spool cannot be written: {error}.")
        self.state.batches += 1
        self.state.records += len(records)
        self.state.error = ""
        self.state.commit_seconds = time.monotonic() - started
        return None

    def _commit(self, records: list[bytes]) -> None:
        if self._connection is None or not self._in_place():
            self._close()
            self._open()
        assert self._connection is not None
        last = self._last + len(records)
        # One row for the whole batch: the thread gives up the interpreter once for each commit, not for each record.
        self._connection.execute(_INSERT, (last, len(records), time.time(), msgspec.msgpack.encode(records)))
        self._last = last

    def _in_place(self) -> bool:
        """Whether our file still has its name. What is written into a deleted file is acknowledged and lost."""
        try:
            return self._file is not None and self._file.path.stat().st_ino == self._inode
        except OSError:
            return False

    def _reopened_after(self, error: sqlite3.Error) -> bool:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL):
            return False
        self._close()
        self._open(fresh=code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
        return True

    def _open(self, *, fresh: bool = False) -> None:
        """Claim a file and connect to it; a damaged one is left alone for a new one. Raises SpoolError."""
        file = claim_any(self._folder, fresh=fresh)
        try:
            connection = open_to_write(file.path, busy_seconds=self._busy_seconds)
            try:
                found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'batches'").fetchone()
                self._inode = file.path.stat().st_ino
            except BaseException:
                connection.close()
                raise
        except (sqlite3.Error, OSError) as error:
            file.release()
            if not fresh and not isinstance(error, sqlite3.OperationalError | OSError):
                self._open(fresh=True)
                return
            raise SpoolError(
                f"The spool {file.path} cannot be written ({error}): check that it belongs to the user of Odziv and "
                f"that the disk has space."
            ) from error
        self._file, self._connection = file, connection
        self._last = found[0] if found else 0
        self.state.file = file.path.name

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        file, self._file = self._file, None
        try:
            if connection:
                connection.close()
        except sqlite3.Error as error:
            self.state.error = str(error)
        finally:
            if file:
                file.release()
