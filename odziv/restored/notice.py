"""Before mail leaves, a worker looks whether this is still the database of a moment ago."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from odziv.environment import ENV
from odziv.lib import clock
from odziv.models import Mark, Organisation
from odziv.restored import mark
from odziv.restored.holding import hold_all

log = logging.getLogger("odziv.restored")

STEP = 10.0
"""Seconds after which the mark moves on. A backup that is older than that is noticed when it is put back."""

_JUMP = 1_000_000  # so far a new beginning lies beyond whatever workers of other machines have noted
_looking = threading.Lock()
_moved_at: float | None = None


def look(data: Path | None = None) -> bool:
    """Whether the database is another one than it was; then all outgoing mail is held from now on.

    Raises DatabaseError, and OSError when the data folder cannot be read: then it is not known, and nothing may leave.
    """
    global _moved_at  # noqa: PLW0603  one pace for all jobs of the process
    folder = data or ENV.data
    with _looking:
        kept, there, now = mark.read(folder), Mark.objects.read(), time.monotonic()
        is_time = kept is None or there is None or _moved_at is None or now - _moved_at >= STEP
        # Tables that were made anew under a running worker hold an older number, which is seen at once.
        here = Mark.objects.here() if is_time or there is None else there.place
        why = _difference(kept, there, here)
        if why:
            log.warning("the database was restored or moved (%s): outgoing mail is held", why)
            begin_anew(folder)
            return True
        if kept is None:
            mark.write(folder, 0)  # before there is one in the database, which would miss it
        if there is None or there.place != here:
            Mark.objects.put(there.number if there else 0, here)
        if is_time:
            # First in the database: what stands beside it is never ahead of it.
            _note(folder, Mark.objects.advance())
            _moved_at = now
    return False


def begin_anew(folder: Path) -> int:
    """Hold all outgoing mail, and count from far ahead; returns of how many organisations. Raises as `look` does."""
    kept, there = mark.read(folder), Mark.objects.read()
    held = hold_all(clock.now())
    number = max(kept.number if kept else 0, there.number if there else 0) + _JUMP
    Mark.objects.put(number, Mark.objects.here())
    _note(folder, number)
    return held


def _difference(kept: mark.Kept | None, there: Mark | None, here: str) -> str:
    """What shows that the database is another one; empty when nothing does."""
    if there is None:
        # Older than the marks, or new. Beside a new one no mark says that there was another.
        return "it has no mark" if kept and kept.number and Organisation.objects.exists() else ""
    if kept and kept.number > there.number:
        return f"its mark {there.number} is behind {kept.number}"
    if there.place and there.place != here:
        return "its tables were made anew"
    if here:
        return ""  # a server is apart from the data folders, of which there may be new ones
    if kept is None:
        return "no mark is beside it"
    return "" if kept.is_original else "the mark beside it is a copy"


def _note(folder: Path, number: int) -> None:
    try:
        mark.write(folder, number)
    except OSError as error:
        # An older mark notices older backups only. Mail that waits now must not wait for the disk.
        log.warning("the mark in %s cannot be written: %s", folder, error.strerror)
