"""Has hits recorded before they are answered, but lets no recipient wait for a disk that does not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from odziv.lib.spool import FileSpool, SpoolError

log = logging.getLogger("odziv.edge")

T = TypeVar("T")


@dataclass(slots=True)
class Counts:
    """Since the start. `failed` were answered without having been recorded by then."""

    recorded: int = 0
    failed: int = 0


class Recorder:
    """Hands hits to the spool. Every answer leaves, at the latest when the spool gives its hit up."""

    def __init__(self, spool: FileSpool) -> None:
        self.counts = Counts()
        self._spool = spool

    def record(self, record: bytes, then: Callable[[T], object], what: T, failed: T) -> None:
        """Call `then(what)` once the record is durable; `then(failed)` when it cannot be or the time is over."""
        try:
            self._spool.submit(record, partial(self._settled, then, what, failed))
        except SpoolError as error:
            self._settled(then, what, failed, error)

    def _settled(self, then: Callable[[Any], object], what: object, failed: object, error: SpoolError | None) -> None:
        if error is None:
            self.counts.recorded += 1
            then(what)
        else:
            self.counts.failed += 1
            log.error("hits are answered but not recorded: %s", error)
            then(failed)
