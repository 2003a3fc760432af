"""The reading end of the spool. It works while the writers write, in another process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from odziv.lib.spool.files import SpoolError, claim, open_to_read, spool_files

_DELETE = """
DELETE FROM batches WHERE last IN (SELECT last FROM batches WHERE last <= ? ORDER BY last LIMIT ?)"""
_BACKLOG = """
SELECT coalesce(sum(min(count, last - :after)), 0), min(at) FROM batches WHERE last > :after"""


class SpoolRecord(NamedTuple):
    """A record and where it stands. The position goes up within a file; (file, position) never means another record."""

    file: str
    position: int
    record: bytes


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be read: records, the Unix time of the oldest, and files that cannot be read (with the reason)."""

    records: int
    oldest: float | None
    broken: Mapping[str, str]


class SpoolReader:
    """Reads every file of a spool folder. It keeps nothing open and no position of its own.

    A file that cannot be read does not stop the others: it is passed over, and `backlog` tells of it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> list[str]:
        """Names of all files, oldest first. The position of a file that is gone can be forgotten."""
        return [path.name for path in spool_files(self._folder)]

    def read(self, after: Mapping[str, int], limit: int) -> list[SpoolRecord]:
        """At most `limit` records that stand behind the position `after` of their file (0 where none is given).

        Files share the limit, so that none waits for another. A batch that cannot be taken apart comes whole, as one
        record, at the position of its last: it is then for the caller to see that this is no hit.
        """
        found: list[SpoolRecord] = []
        paths = spool_files(self._folder)
        for index, path in enumerate(paths):
            share = -(-(limit - len(found)) // (len(paths) - index))
            try:
                found.extend(_read_file(path, after.get(path.name, 0), share))
            except sqlite3.Error:
                # `backlog` reports it; whoever writes this file moves on to a new one by itself.
                continue
        return found

    def delete_through(self, file: str, position: int, *, rows: int = 200) -> None:
        """Delete the records up to and with `position`, in small transactions so that the writer hardly waits.

        A batch is deleted when its last record is. A file that is gone is no error. Raises SpoolError.
        """
        path = self._folder / Path(file).name
        if not path.exists():
            return
        try:
            with closing(open_to_read(path)) as connection:
                # Losing a deletion in a power cut is harmless: the reader knows its position.
                connection.execute("PRAGMA synchronous=NORMAL")
                connection.execute("PRAGMA secure_delete=ON")
                while connection.execute(_DELETE, (position, rows)).rowcount == rows:
                    pass
        except sqlite3.Error as error:
            raise SpoolError(f"The spool file {path} cannot be emptied: {error}.") from error

    def tidy(self) -> list[str]:
        """Remove the files whose writer is gone and which hold nothing any more; their names. Raises SpoolError."""
        removed = []
        try:
            for path in sorted({lock.with_suffix(".sqlite3") for lock in self._folder.glob("hits-*.lock")}):
                if (held := claim(path)) is None:
                    continue
                if _is_empty(path):
                    held.remove()
                    removed.append(path.name)
                else:
                    held.release()
        except OSError as error:
            raise SpoolError(f"The spool folder {self._folder} cannot be tidied: {error.strerror}.") from error
        return removed

    def backlog(self, after: Mapping[str, int] | None = None) -> Backlog:
        """What stands behind the positions `after`, over all files."""
        records, oldest, broken = 0, None, {}
        for path in spool_files(self._folder):
            try:
                with closing(open_to_read(path)) as connection:
                    row = connection.execute(_BACKLOG, {"after": (after or {}).get(path.name, 0)}).fetchone()
            except sqlite3.Error as error:
                if path.exists() and not _is_unborn(error):
                    broken[path.name] = str(error)
                continue
            records += row[0]
            oldest = min((at for at in (oldest, row[1]) if at is not None), default=None)
        return Backlog(records, oldest, broken)


def _read_file(path: Path, after: int, limit: int) -> Iterator[SpoolRecord]:
    with closing(open_to_read(path)) as connection:
        rows = connection.execute("SELECT last, count, records FROM batches WHERE last > ? ORDER BY last", (after,))
        for last, count, batch in rows:
            for position, record in _records(last, count, batch):
                if limit == 0:
                    return
                if position > after:
                    yield SpoolRecord(path.name, position, record)
                    limit -= 1


def _records(last: int, count: int, batch: bytes) -> list[tuple[int, bytes]]:
    try:
        records = msgspec.msgpack.decode(batch, type=list[bytes])
    except msgspec.DecodeError:
        return [(last, batch)]
    return list(enumerate(records, last - count + 1))


def _is_empty(path: Path) -> bool:
    """Whether nothing is in the file; one that cannot be read is not empty: a person may want to mend it."""
    if not path.exists():
        return True
    try:
        with closing(open_to_read(path)) as connection:
            return connection.execute("SELECT 1 FROM batches LIMIT 1").fetchone() is None
    except sqlite3.Error as error:
        return _is_unborn(error)


def _is_unborn(error: sqlite3.Error) -> bool:
    """Whether the file was made a moment ago and has no table yet."""
    return "no such table" in str(error)
