"""The mark beside the database: how far this installation was when a worker of this data folder last looked.

It is not part of a backup. A file that was copied, as when a whole folder is put back, is told from the original: it
says which inode it is and when it was written by the clock of its file system, which does not say of a copy that it was
changed last then. Our own clock is not asked: it may go otherwise than a file server's, and be set.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from odziv.lib.atomic import sync_folder

_NAME = "mark.json"
_SLACK = 60.0
"""Seconds that writing the file may take on a disk that hangs."""


class Kept(NamedTuple):
    """What stands in the file, and whether it is the file that was written then, not a copy of it."""

    number: int
    is_original: bool


def read(data: Path) -> Kept | None:
    """None where there is none, or what is there cannot be understood. Raises OSError."""
    try:
        with (data / _NAME).open(encoding="utf-8") as file:
            found, state = json.load(file), os.fstat(file.fileno())
            is_original = found["inode"] == state.st_ino and abs(state.st_ctime - found["at"]) < _SLACK
            return Kept(int(found["number"]), is_original)
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def write(data: Path, number: int) -> None:
    """Replace it, durably. Raises OSError."""
    handle, beside = tempfile.mkstemp(dir=data, prefix=f".{_NAME}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            state = os.fstat(handle)
            json.dump({"number": number, "inode": state.st_ino, "at": state.st_ctime}, file)
            file.flush()
            os.fsync(handle)
        Path(beside).replace(data / _NAME)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    sync_folder(data)
