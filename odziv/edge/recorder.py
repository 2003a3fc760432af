"""Has hits recorded before they are answered, but lets no recipient wait for a disk that does not."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from odziv.lib.hit import Hit, encode
from odziv.lib.spool import SpoolError, SqliteSpool

log = logging.getLogger("odziv.edge")

_LOOKS_A_SECOND = 10


@dataclass(slots=True)
class _Ticket:
    """An answer that waits for its hit to be durable."""

    deadline: float
    then: Callable[[], object] | None
    failed: Callable[[], object]


@dataclass(slots=True)
class Counts:
    """Since the start. `failed` were answered without having been recorded by then; of these `late` were soon after."""

    recorded: int = 0
    failed: int = 0
    late: int = 0


class Recorder:
    """Hands hits to the spool. Every answer leaves, at the latest `seconds` after its hit was handed in."""

    def __init__(self, spool: SqliteSpool, seconds: float) -> None:
        self.counts = Counts()
        self._spool = spool
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Ticket] = deque()
        self._looking = False

    def record(self, hit: Hit, then: Callable[[], object], failed: Callable[[], object] | None = None) -> None:
        """Call `then` once the hit is durable; `failed`, or else `then` too, when it cannot be or the time is over."""
        ticket = _Ticket(self._loop.time() + self._seconds, then, failed or then)
        try:
            self._spool.submit(encode(hit), partial(self._settled, ticket))
        except SpoolError as error:
            self._failed(str(error))
            ticket.failed()
            return
        self._waiting.append(ticket)
        if not self._looking:
            self._looking = True
            self._loop.call_later(1 / _LOOKS_A_SECOND, self._look)

    def _settled(self, ticket: _Ticket, error: SpoolError | None) -> None:
        then, ticket.then = ticket.then, None
        if then is None:
            self.counts.late += error is None
            return
        if error is None:
            self.counts.recorded += 1
            then()
        else:
            self._failed(str(error))
            ticket.failed()

    def _look(self) -> None:
        """Let the answers go whose time is over; the oldest stand first."""
        now = self._loop.time()
        while self._waiting and (self._waiting[0].then is None or self._waiting[0].deadline <= now):
            ticket = self._waiting.popleft()
            then, ticket.then = ticket.then, None
            if then is not None:
                self._failed("The spool is too slow.")
                ticket.failed()
        self._looking = bool(self._waiting)
        if self._looking:
            self._loop.call_later(1 / _LOOKS_A_SECOND, self._look)

    def _failed(self, reason: str) -> None:
        self.counts.failed += 1
        log.error("hits are answered but not recorded: %s", reason)
