"""Spool files of the former format: SQLite. They are read to their end and removed; none is written any more.

The table `batches` has a row for each commit: `records` is a MessagePack array of its records, of which the first has
the position `last - count + 1` and the last one `last`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from odziv.lib.spool.files import SpoolError

_ROWS = 200
_DELETE = """
DELETE FROM batches WHERE last IN (SELECT last FROM batches WHERE last <= ? ORDER BY last LIMIT ?)"""
_BACKLOG = """
SELECT coalesce(sum(min(count, last - :after)), 0), min(at) FROM batches WHERE last > :after"""


def records(path: Path, after: int) -> Iterator[tuple[int, bytes]]:
    """Positions and records behind `after`. Raises SpoolError."""
    try:
        with closing(_open(path)) as connection:
            rows = connection.execute("SELECT last, count, records FROM batches WHERE last > ? ORDER BY last", (after,))
            for last, count, batch in rows:
                yield from (found for found in _apart(last, count, batch) if found[0] > after)
    except sqlite3.Error as error:
        if not _is_unborn(error):
            raise SpoolError(str(error)) from error


def backlog(path: Path, after: int) -> tuple[int, float | None]:
    """How many records stand behind `after`, and the time of the oldest. Raises SpoolError."""
    try:
        with closing(_open(path)) as connection:
            count, oldest = connection.execute(_BACKLOG, {"after": after}).fetchone()
            return count, oldest
    except sqlite3.Error as error:
        if _is_unborn(error):
            return 0, None
        raise SpoolError(str(error)) from error


def delete_through(path: Path, position: int) -> bool:
    """Delete the batches that end at most at `position`; whether nothing is left. Raises SpoolError."""
    try:
        with closing(_open(path)) as connection:
            # Losing a deletion in a power cut is harmless: the reader knows its position.
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA secure_delete=ON")
            while connection.execute(_DELETE, (position, _ROWS)).rowcount == _ROWS:
                pass
            return connection.execute("SELECT 1 FROM batches LIMIT 1").fetchone() is None
    except sqlite3.Error as error:
        if _is_unborn(error):
            return True
        raise SpoolError(str(error)) from error


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=5, isolation_level=None)


def _apart(last: int, count: int, batch: bytes) -> list[tuple[int, bytes]]:
    """A batch that cannot be taken apart comes whole, as one record."""
    try:
        return list(enumerate(msgspec.msgpack.decode(batch, type=list[bytes]), last - count + 1))
    except msgspec.DecodeError:
        return [(last, batch)]


def _is_unborn(error: sqlite3.Error) -> bool:
    """Whether the file was made but got no table."""
    return "no such table" in str(error)
