"""Has hits recorded before they are answered, but lets no recipient wait for a disk that does not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from odziv.edge.answers import Answer
from odziv.lib.spool.files import SpoolError
from odziv.lib.spool.writer import FileSpool

log = logging.getLogger("odziv.edge")

T = TypeVar("T")


class Recorder:
    """Hands hits to the spool. Every answer leaves, at the latest `seconds` after its hit was handed in.

    Raises SpoolError when there can be no spool in the folder.
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self.spool = FileSpool(folder, failed=self._failed, patience=seconds, own_process=True)
        self.failed = 0
        """Hits that were answered without having been recorded by then."""

    @property
    def recorded(self) -> int:
        """Hits that were durable before their answer left."""
        return self.spool.state.records - self.spool.state.late

    def record(self, record: bytes, then: Callable[[T], object], what: T) -> None:
        """Call `then(what)` once the record is durable, and also when it cannot be or the time is over.

        Where `what` is an answer that would not be true then, its `unrecorded` takes its place.
        """
        try:
            self.spool.submit(record, then, what)
        except SpoolError as error:
            self._failed(then, what, error)

    def _failed(self, then: Callable[[Any], object], what: object, error: SpoolError) -> None:
        self.failed += 1
        log.error("hits are answered but not recorded: %s", error)
        then((what.unrecorded or what) if isinstance(what, Answer) else what)
