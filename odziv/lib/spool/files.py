"""The files of the spool folder: `hits-{uuid7}.sqlite3`, and beside each a `.lock` that its only writer holds.

A file has one table. A row is one commit: `records` is a MessagePack array of its records, of which the first has the
position `last - count + 1` and the last one `last`. Positions start at 1 and are never used twice in a file, also when
all its rows have been deleted (AUTOINCREMENT); file names are never used twice at all. So (file, position) names a
record forever.

Only the holder of the lock (flock, which ends with its process however that ends) writes records. A reader deletes
rows at any time; it removes a file when it gets that file's lock and finds no row in it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from odziv.lib.atomic import sync_folder
from odziv.lib.uuid7 import uuid7

_LEAST_FREE = 256 * 1024
_MOST_NAMES = 20
_TABLE = """
CREATE TABLE IF NOT EXISTS batches (
    last INTEGER PRIMARY KEY AUTOINCREMENT,
    count INTEGER NOT NULL,
    at REAL NOT NULL,
    records BLOB NOT NULL
)"""


class SpoolError(Exception):
    """The spool cannot record or be read; the message says why and what to do."""


@dataclass(slots=True)
class SpoolFile:
    """A spool file whose lock this process holds."""

    path: Path
    lock: int

    def release(self) -> None:
        """Let another process write the file."""
        os.close(self.lock)

    def remove(self) -> None:
        """Delete the file with everything beside it, then give up the lock. Raises OSError."""
        for suffix in ("-wal", "-shm", ""):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        _lock_path(self.path).unlink(missing_ok=True)
        self.release()


def spool_files(folder: Path) -> list[Path]:
    """All spool files, oldest first."""
    return sorted(folder.glob("hits-*.sqlite3"))


def claim(path: Path) -> SpoolFile | None:
    """Take the lock of a file; None when a living process holds it or it was just removed. Raises OSError."""
    handle = os.open(_lock_path(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever removes a file removes its lock too: a lock without a name keeps nobody out.
        if os.fstat(handle).st_nlink and os.path.samestat(os.fstat(handle), _lock_path(path).stat()):
            return SpoolFile(path, handle)
    except (BlockingIOError, FileNotFoundError):
        os.close(handle)
        return None
    except OSError:
        os.close(handle)
        raise
    os.close(handle)
    return None


def claim_any(folder: Path, *, fresh: bool = False) -> SpoolFile:
    """Take a file that nobody writes, or with `fresh` or when there is none a new one. Raises SpoolError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in [] if fresh else spool_files(folder):
            if file := claim(path):
                if path.exists():
                    return file
                file.remove()
        # A reader that tidies up holds the lock of a file that is not there yet for a moment: take another name then.
        names = (f"hits-{uuid7().hex}.sqlite3" for _ in range(_MOST_NAMES))
        file = next((claimed for name in names if (claimed := claim(folder / name))), None)
        sync_folder(folder)
    except OSError as error:
        raise SpoolError(
            f"The spool folder {folder} cannot be written ({error.strerror}): check that it belongs to the user of "
            f"Odziv and that the disk has space."
        ) from error
    if file is None:
        raise SpoolError(f"The spool folder {folder} gave every new file to somebody else: start again.")
    return file


def disk_is_full(folder: Path) -> bool:
    """Whether the disk of a folder has less space than a spool file needs to begin with."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_FREE
    except OSError:
        return False


def open_to_write(path: Path, *, busy_seconds: float) -> sqlite3.Connection:
    """A connection on which a commit is durable when it returns. Raises sqlite3.Error, OSError."""
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL").fetchone()
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA journal_size_limit={16 * 1024 * 1024}")
        connection.execute(_TABLE)
        sync_folder(path.parent)
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that reads, and deletes what was read; it never creates the file. Raises sqlite3.Error."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=5, isolation_level=None)


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")
