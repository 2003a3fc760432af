"""One batch of records: what is made of it before the transaction, and what stands in that.

While a batch is being stored the next ones may be looked at, as the journal will be then (`Ahead`). Where that was not
what came of it, they are looked at again. Of a copy with very many events nothing is said ahead; so its
colleagues' may be found to have been overtaken, and be folded once more by `measure`.

What was made of a batch is plain and small, so that another process may make it (`beside`).
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from odziv.ingest.rows import KINDS, WITHDRAWN, Understood, known, understood
from odziv.lib.hit import Hit, HitError, decode
from odziv.lib.logs import Own
from odziv.lib.probe import NOBODY
from odziv.lib.seal import Kind
from odziv.measure import journal
from odziv.measure.evidence import Figures, Judgement
from odziv.measure.folding import Folding, WeighedAnew
from odziv.measure.journal import NOTHING_AHEAD, Ahead, Arriving
from odziv.measure.run import Seen, look
from odziv.measure.verdict import UNSURE
from odziv.measure.writing import Former
from odziv.models import Heartbeat, journal_rows
from odziv.models.consent import said_no_since
from odziv.models.journal_rows import CopyRow, HeldCopy, NewRow, Ready, Standing
from odziv.privacy.refusing import Said, refuse

log = logging.getLogger("odziv.ingest")

_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_LATE = 60.0  # seconds: a clock of another machine that goes behind, a transaction that ended later than its rows say
_NOT_JUDGED = Judgement(UNSURE, (), False, ())

MOST_AHEAD = 2
"""Batches that may be looked at while one is stored: with one, who looks waits whenever storing takes longer."""


class Arrived(NamedTuple):
    """What is kept of the hits on a copy, as it was read before."""

    copy: CopyRow
    rows: list[Ready]


@dataclass(slots=True)
class Looked:
    """What was made of a batch of records, in the order in which they were recorded."""

    refusals: list[Said] = field(default_factory=list)
    probes: dict[UUID, datetime] = field(default_factory=dict)
    arrived: dict[UUID, Arrived] = field(default_factory=dict)
    folding: Folding = field(default_factory=Folding.of_nothing)
    dropped: dict[str, int] = field(default_factory=dict)
    """How many hits are not kept, by the reason."""
    poison: list[tuple[int, str]] = field(default_factory=list)
    """Which records are no hits, and why."""
    begun: float = 0.0
    """When this was looked at, in Unix seconds."""

    def withdrawn(self) -> set[UUID]:
        """Copies whose recipient has said no since this was looked at, wherever: nothing of theirs is kept."""
        if not said_no_since(datetime.fromtimestamp(self.begun - _LATE, UTC)):
            return set()
        said = known(set(self.arrived))
        return {id for id in self.arrived if id in said and said[id].refuses}


class Looker:
    """Looks at one batch after the other, and remembers how copies stand when the last ones are stored."""

    def __init__(self) -> None:
        # Of those that may still be being stored, or wait for it.
        self._ahead: deque[Ahead] = deque(maxlen=MOST_AHEAD)

    def look(self, records: Sequence[bytes], *, onward: bool = False) -> Looked:
        """What is kept of the records, and what the fold makes of those copies that are not too long for it. `onward`:
        as though the batches before, of this one, were stored as they were looked at. Nothing is written."""
        begun = time.time()
        hits, poison = _decoded(records)
        looked, events = _sorted(hits)
        looked.poison, looked.begun = poison, begun
        if not onward:
            self._ahead.clear()
        ahead = _together(self._ahead)
        copies = known({hit.delivery for hit in events})
        kept, dropped = understood(events, copies)
        looked.dropped = dict(dropped)
        arriving = {
            id: Arriving(ahead.rows.get(id) or copies[id].recipient.row, [one.event for one in some])
            for id, some in kept.items()
        }
        seen = look(journal.in_passing([one.copy for one in arriving.values()]), arriving, ahead)
        looked.folding = seen.folding()
        looked.arrived = _arrived(arriving, kept, seen)
        self._ahead = deque((_without(one, kept) for one in self._ahead), MOST_AHEAD)
        self._ahead.append(_ahead(seen, kept))
        return looked


def _sorted(hits: Iterable[Hit]) -> tuple[Looked, list[Hit]]:
    """What is no event of a copy, and what is."""
    found, events = Looked(), list[Hit]()
    for hit in hits:
        if hit.organisation == NOBODY:
            found.probes[hit.delivery] = datetime.fromtimestamp(hit.at, UTC)
        elif hit.kind != Kind.PREFERENCE:
            events.append(hit)
        elif hit.method == "POST":
            found.refusals.append(Said(hit.organisation, hit.delivery, datetime.fromtimestamp(hit.at, UTC)))
    return found, events


def _arrived(
    arriving: Mapping[UUID, Arriving], kept: Mapping[UUID, Sequence[Understood]], seen: Seen
) -> dict[UUID, Arrived]:
    rows: list[tuple[NewRow, Judgement]] = []
    for id in arriving:
        folded = seen.folded.get(id)
        rows += ((one.row, folded.judgements[one.event.id] if folded else _NOT_JUDGED) for one in kept[id])
    ready = iter(journal_rows.ready(rows))
    return {id: Arrived(one.row, list(islice(ready, len(kept[id])))) for id, one in arriving.items()}


def _ahead(seen: Seen, kept: dict[UUID, list[Understood]]) -> Ahead:
    """What will stand in the journal when this is stored."""
    rows = {id: one.row for id, one in seen.found.items() if one.row}
    return Ahead(
        {id: row._replace(touched=row.touched + len(kept.get(id, ()))) for id, row in rows.items()},
        {id: (seen.found[id].events, seen.folded[id].judgements) for id in rows},
    )


def _together(ahead: Iterable[Ahead]) -> Ahead:
    """How copies stand behind several batches; the last one that folded a copy knows."""
    rows: dict[UUID, CopyRow] = {}
    told: dict[UUID, Any] = {}
    for one in ahead:
        rows |= one.rows
        told |= one.told
    return Ahead(rows, told) if rows else NOTHING_AHEAD


def _without(ahead: Ahead, later: Mapping[UUID, object]) -> Ahead:
    """What still holds of it behind a batch with hits on these copies."""
    rows = {id: row for id, row in ahead.rows.items() if id not in later}
    return Ahead(rows, {id: ahead.told[id] for id in rows})


def _decoded(records: Sequence[bytes]) -> tuple[list[Hit], list[tuple[int, str]]]:
    hits: list[Hit] = []
    poison: list[tuple[int, str]] = []
    for number, record in enumerate(records):
        try:
            hits.append(_checked(decode(record)))
        except HitError as error:
            poison.append((number, str(error)))
    return hits, poison


def _checked(hit: Hit) -> Hit:
    """The hit, when a row can be made of it. Raises HitError."""
    if hit.kind not in KINDS and hit.kind != Kind.PREFERENCE:
        raise HitError(f"kind {hit.kind} is not known")
    if not math.isfinite(hit.at) or not 0 < hit.at < _LATEST:
        raise HitError(f"{hit.at} is not a time")
    if not 0 <= hit.ordinal <= 2**31 - 1:
        raise HitError(f"ordinal {hit.ordinal} is out of range")
    return hit


class Batch:
    """Records, and what was made of them."""

    def __init__(self, records: Sequence[bytes], looked: Looked) -> None:
        self._records, self._looked = records, looked

    def store(self, move: Callable[[], None], now: datetime) -> bool:
        """In one transaction, in which `move` notes that these records are done with: rows with their verdicts, and
        figures. Returns whether everything was written as it was looked at."""
        as_looked_at = True
        while True:
            try:
                with transaction.atomic():
                    move()
                    Heartbeat.objects.note_probes(self._looked.probes)
                    written = self._store(now)
                    # Behind the rows: what was done before the refusal, and came with it, was allowed.
                    refuse(self._looked.refusals)
            except WeighedAnew:
                as_looked_at = False
                self._looked = Looker().look(self._records)
                continue
            return written and as_looked_at

    def _store(self, now: datetime) -> bool:
        """Add rows, passing over known ids, mark their copies, and write the figures of those that were folded."""
        arrived, folding = self._looked.arrived, self._looked.folding
        if not arrived:
            return True
        messages = journal_rows.hold_messages({one.copy.message for one in arrived.values()}, Figures._fields)
        withdrawn = self._looked.withdrawn()
        if hits := sum(len(arrived[id].rows) for id in withdrawn):
            log.info("dropped: %d %s", hits, Own(WITHDRAWN))
        held = journal_rows.hold(arrived.keys() - withdrawn, Figures._fields)
        # What happened to a copy that is gone by now, or withdrawn, was evidence about its colleagues'.
        gone = arrived.keys() - held
        shaken = {arrived[id].copy.message for id in gone}
        changed = gone | {id for id, one in held.items() if _as_read(arrived[id].copy) != one.standing}
        left_out = {id for id, made in folding.made.items() if id in changed or made.copy.message in shaken}
        folding.leave_out(left_out)
        rows: list[Ready] = []
        for id, one in arrived.items():
            if id in held:
                rows += one.rows if id in folding.made else journal_rows.otherwise(one.rows, _NOT_JUDGED)
        journal_rows.add(rows)
        touched = {id: one.standing.touched + len(arrived[id].rows) for id, one in held.items()}
        folding.store(now, touched, messages, {id: _former(arrived[id].copy, one) for id, one in held.items()})
        journal_rows.raise_touched({id: len(arrived[id].rows) for id in touched if id not in folding.made})
        return not left_out and not shaken


def _former(row: CopyRow, held: HeldCopy) -> Former:
    return Former(row.organisation, row.address, Figures(*held.values))


def _as_read(row: CopyRow) -> Standing:
    return Standing(row.touched, row.accepted_at, row.replies)
