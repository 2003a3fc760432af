"""The worker's job: copies whose journal has grown get their figures anew (invariant 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from odziv.measure import journal
from odziv.measure.evidence import Folded
from odziv.measure.folding import Folding, WeighedAnew
from odziv.measure.journal import Ahead, Arriving, Copy, Read
from odziv.models import Delivery

BATCH = 1_000
MOST_EVENTS = 10_000  # in one batch: each is held with 2 kB while it is folded (docs/decisions/memory.md)


def measure(limit: int = BATCH, *, now: datetime | None = None) -> int:
    """Fold at most `limit` copies that were touched; returns how many, 0 when none waits.

    Safe to run in several workers at once: `touched` is read before the events, so a copy that grows meanwhile, or
    whose figures an older reading overwrites, is touched still and comes again.
    """
    now = now or timezone.now()
    rows = Delivery.objects.due_to_fold(now).values_list("pk", "message_id", "touched")[:limit]
    copies: list[Copy] = []
    events = 0
    for pk, message, touched in rows:
        copies.append(Copy(pk, message, touched, touched))
        events += min(touched, journal.MOST_EVENTS)
        if events > MOST_EVENTS:
            break
    if copies:
        fold_copies(copies, now)
    return len(copies)


def fold_copies(copies: Sequence[Copy], now: datetime) -> None:
    """Write verdicts and figures of copies and of their messages: in one transaction, unless they have more events than
    may be held at once."""
    while copies:
        seen = look(copies)
        try:
            with transaction.atomic():
                seen.folding().store(now)
        except WeighedAnew:
            continue
        copies = [copy for copy in copies if copy.id not in seen.found]


def look(
    copies: Sequence[Copy], arriving: Mapping[UUID, Arriving] | None = None, ahead: Ahead = journal.NOTHING_AHEAD
) -> Seen:
    """Read and fold copies, as many as may be held at once, and their colleagues' whose verdicts may change with
    theirs; nothing is written yet."""
    if not copies:
        return Seen({}, {}, [])
    found = journal.read(copies, arriving=arriving, ahead=ahead, widely=True)
    asked = {copy.id for copy in copies}
    late = [id for id, read in found.items() if id not in asked and journal.is_long(read.copy)]
    for id in late:
        del found[id]
    return Seen(found, {id: read.folded() for id, read in found.items()}, late)


class Seen(NamedTuple):
    """Copies as they were read, and what the fold made of them; which colleagues' are too long for that in passing."""

    found: dict[UUID, Read]
    folded: dict[UUID, Folded]
    late: list[UUID]

    def folding(self) -> Folding:
        return Folding.of(self.found, self.folded, self.late)
