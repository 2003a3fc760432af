"""The reading end of the spool. It works while the writers write, in another process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from odziv.lib.spool import former, journal
from odziv.lib.spool.files import FORMER_SUFFIX, SpoolError, SpoolFile, claim, claimable, spool_files

_SHARERS = 8


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

        The oldest files share the limit, so that no writer waits for another. A commit that cannot be taken apart comes
        whole, as one record, at the position of its last: it is then for the caller to see that this is no hit.
        """
        found: list[SpoolRecord] = []
        positions = dict(after)
        paths = spool_files(self._folder)
        # Whoever asks for so many and gets fewer takes it that no more wait: what a short file leaves of its share is
        # the others'.
        while paths and len(found) < limit:
            longer = []
            for index, path in enumerate(paths):
                share = -(-(limit - len(found)) // min(_SHARERS, len(paths) - index))
                if share <= 0:
                    break
                records = _first_records(path, positions.get(path.name, 0), share)
                found += records
                if len(records) == share:
                    positions[path.name] = records[-1].position
                    longer.append(path)
            paths = longer
        return found

    def delete_through(self, file: str, position: int) -> None:
        """Delete the records up to and with `position`: a commit when its last record is deleted, a file when all are.

        A file that is gone is no error. Raises SpoolError.
        """
        path = self._folder / Path(file).name
        try:
            if path.exists() and _delete_through(path, position) and (held := claim(path)):
                _remove_if_empty(held)
        except (SpoolError, OSError) as error:
            if path.exists():  # else its writer left it just now and found it empty
                raise SpoolError(f"The spool file {path} cannot be emptied: {error}.") from error

    def tidy(self) -> list[str]:
        """Remove the files whose writer is gone and which hold nothing any more; their names. Raises SpoolError."""
        removed = []
        try:
            for path in claimable(self._folder):
                if (held := claim(path)) and _remove_if_empty(held):
                    removed.append(path.name)
        except OSError as error:
            raise SpoolError(f"The spool folder {self._folder} cannot be tidied: {error.strerror}.") from error
        return removed

    def backlog(self, after: Mapping[str, int] | None = None) -> Backlog:
        """What stands behind the positions `after`, over all files."""
        records, oldest, broken = 0, None, {}
        for path in spool_files(self._folder):
            try:
                count, at = _backlog(path, (after or {}).get(path.name, 0))
            except SpoolError as error:
                if path.exists():
                    broken[path.name] = str(error)
                continue
            records += count
            oldest = min((time for time in (oldest, at) if time is not None), default=None)
        return Backlog(records, oldest, broken)


def _records(path: Path, after: int) -> Iterator[tuple[int, bytes]]:
    if path.suffix == FORMER_SUFFIX:
        yield from former.records(path, after)
        return
    with _opened(path) as handle:
        for frame in journal.frames(handle, after):
            yield from (found for found in frame.records() if found[0] > after)


def _first_records(path: Path, after: int, most: int) -> list[SpoolRecord]:
    """None of a file that cannot be read: `backlog` reports it, and whoever writes it moves on to a new one."""
    found: list[SpoolRecord] = []
    with suppress(SpoolError):
        found.extend(
            SpoolRecord(path.name, position, record) for position, record in islice(_records(path, after), most)
        )
    return found


def _backlog(path: Path, after: int) -> tuple[int, float | None]:
    if path.suffix == FORMER_SUFFIX:
        return former.backlog(path, after)
    with _opened(path) as handle:
        commits = [
            commit
            for commit in journal.frames(handle, after, contents=False)
            if commit.content is not None and commit.last > after
        ]
    waiting = sum(min(commit.held, commit.last - after) for commit in commits)
    return waiting, min((commit.at for commit in commits if not commit.damaged), default=None)


def _delete_through(path: Path, position: int) -> bool:
    """Whether nothing is left. Raises SpoolError."""
    if path.suffix == FORMER_SUFFIX:
        return former.delete_through(path, position)
    with _opened(path, os.O_RDWR) as handle:
        return journal.delete_through(handle, position)


def _remove_if_empty(file: SpoolFile) -> bool:
    """Remove a file of which we hold the lock, or give the lock up. What was empty before we had it may hold records by
    now: its writer may have written once more and gone."""
    if is_empty := _is_empty(file.path):
        file.remove()
    else:
        file.release()
    return is_empty


def _is_empty(path: Path) -> bool:
    """Whether nothing is in the file; one that cannot be read is not empty: a person may want to mend it."""
    try:
        return not path.exists() or _delete_through(path, 0)
    except SpoolError:
        return False


@contextmanager
def _opened(path: Path, how: int = os.O_RDONLY) -> Iterator[int]:
    """Raises SpoolError, also for what goes wrong within."""
    try:
        handle = os.open(path, how | os.O_CLOEXEC)
    except OSError as error:
        raise SpoolError(str(error)) from error
    try:
        yield handle
    except (OSError, journal.NotAJournal) as error:
        raise SpoolError(str(error)) from error
    finally:
        os.close(handle)
