"""Logging that no flood of bad requests can fill a disk with."""

from __future__ import annotations

import logging
import time

from odziv.lib import logs


class Quiet(logging.Filter):
    """Lets `most` lines of each kind (the text before its arguments) through in a window of `seconds`.

    The first line after a window that was cut tells how many were left out.
    """

    def __init__(self, most: int = 5, seconds: float = 60) -> None:
        super().__init__()
        self._most = most
        self._seconds = seconds
        self._windows: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        kind = str(record.msg)
        now = time.monotonic()
        since, count = self._windows.get(kind, (now, 0))
        left_out = 0
        if now - since >= self._seconds:
            since, count, left_out = now, 0, max(0, count - self._most)
        self._windows[kind] = since, count + 1
        if left_out:
            record.msg = f"{kind} ({left_out} more like this were left out)"
        return count < self._most


def to_stderr(name: str, level: int = logging.WARNING) -> None:
    """Write what `name` logs, from this level on, to standard error, limited by `Quiet`."""
    logs.to_stderr(name, level=level).addFilter(Quiet())
