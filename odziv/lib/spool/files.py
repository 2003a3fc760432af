"""The files of the spool folder: `hits-{uuid7}.spool`, and beside each a `.lock` that its only writer holds.

What is in a file says `journal`. Names are never used twice, nor are positions within a file: (file, position) names a
record forever. Names sort by time.

Only the holder of the lock (flock, which ends with its process however that ends) writes records; it began the file,
and goes on to another one when that is full. A reader deletes what it has read at any time, and removes a file when it
gets its lock and nothing is left in it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from odziv.lib.plain import Operational
from odziv.lib.uuid7 import uuid7

_LEAST_FREE = 256 * 1024
_MOST_NAMES = 20
SUFFIX = ".spool"
FORMER_SUFFIX = ".sqlite3"


class SpoolError(Operational):
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
    """All spool files, oldest first; those of the former format too."""
    return sorted(path for path in folder.glob("hits-*") if path.suffix in (SUFFIX, FORMER_SUFFIX))


def claimable(folder: Path) -> list[Path]:
    """The files that there are locks for; a file itself may be gone."""
    found = {path.stem: path for path in spool_files(folder)}
    return [found.get(lock.stem, lock.with_suffix(SUFFIX)) for lock in sorted(folder.glob("hits-*.lock"))]


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


def new_file(folder: Path) -> SpoolFile:
    """Take a name that is nobody's; the folder is made. Raises SpoolError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A reader that tidies up holds the lock of a file that is not there yet for a moment: take another name then.
        names = (f"hits-{uuid7().hex}{SUFFIX}" for _ in range(_MOST_NAMES))
        file = next((claimed for name in names if (claimed := claim(folder / name))), None)
    except OSError as error:
        raise cannot_write(folder, error) from error
    if file is None:
        raise SpoolError(f"The spool folder {folder} gave every new file to somebody else: start again.")
    return file


def cannot_write(folder: Path, error: Exception) -> SpoolError:
    """The error in a line that says what to do."""
    if isinstance(error, SpoolError):
        return error
    reason = (error.strerror or error) if isinstance(error, OSError) else error
    return SpoolError(
        f"The spool folder {folder} cannot be written ({reason}): check that it belongs to the user of Odziv and that "
        f"the disk has space."
    )


def disk_is_full(folder: Path) -> bool:
    """Whether the disk of a folder has less space than a spool file needs to begin with."""
    return free_bytes(folder) < _LEAST_FREE


def free_bytes(folder: Path) -> int:
    """Free space of a folder's disk; where that cannot be found out there is no reason to doubt it."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return sys.maxsize


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")
