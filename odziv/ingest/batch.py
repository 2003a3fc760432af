"""One batch of hits: what is made of it before the transaction, and what stands in that.

While a batch is being stored the next one is looked at, as the journal will be then (`Ahead`). Where that was not what
came of it, the next one is looked at again (`settle`). Of a copy with very many events nothing is said ahead; so its
colleagues' may be found to have been overtaken, and be folded once more by `measure`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from odziv.ingest.rows import Understood, known, understood
from odziv.lib.hit import Hit
from odziv.lib.logs import Own
from odziv.lib.probe import NOBODY
from odziv.lib.seal import Kind
from odziv.measure import journal
from odziv.measure.evidence import Figures
from odziv.measure.journal import Ahead, Arriving
from odziv.measure.run import Folding, WeighedAnew, look
from odziv.models import Heartbeat, journal_rows
from odziv.models.journal_rows import Standing
from odziv.privacy.refusing import Said, refuse

log = logging.getLogger("odziv.ingest")


@dataclass(slots=True)
class Batch:
    """Hits in the order in which they were recorded, and what was made of them so far."""

    hits: Sequence[Hit]
    refusals: Sequence[Said] = ()
    probes: Mapping[UUID, datetime] = field(default_factory=dict)
    arrived: Mapping[UUID, Sequence[Understood]] = field(default_factory=dict)
    """What is kept of the hits, by copy."""
    arriving: Mapping[UUID, Arriving] = field(default_factory=dict)
    folding: Folding = field(default_factory=Folding.of_nothing)
    looked: bool = False

    def look(self, ahead: Ahead = journal.NOTHING_AHEAD) -> None:
        """What is kept of the hits, and what the fold makes of those copies that are not too long for it."""
        copies = known({hit.delivery for hit in self.hits})
        self.arrived, dropped = understood(self.hits, copies)
        if dropped:
            told = (f"{count} {reason}" for reason, count in sorted(dropped.items()))
            log.info("dropped: %s", Own(", ".join(told)))
        self.arriving = {
            id: Arriving(ahead.rows.get(id) or copies[id].recipient.row, [one.event for one in kept])
            for id, kept in self.arrived.items()
        }
        passing = journal.in_passing([one.copy for one in self.arriving.values()])
        self.folding = look(passing, self.arriving, ahead)
        self.looked = True

    def settle(self, *, as_expected: bool) -> None:
        """The batch before is stored; look, unless it was done with that in mind."""
        if not (self.looked and as_expected):
            self.look()

    def ahead(self) -> Ahead | None:
        """What will stand in the journal when this is stored; None when that decides what may be kept."""
        if self.refusals:
            return None
        folded = self.folding.folded
        rows = {id: read.row for id, read in self.folding.found.items() if read.row}
        return Ahead(
            {id: row._replace(touched=row.touched + len(self.arrived.get(id, ()))) for id, row in rows.items()},
            {id: (self.folding.found[id].events, folded[id].judgements) for id in rows},
        )

    def store(self, move: Callable[[], None], now: datetime) -> bool:
        """In one transaction, in which `move` notes that these records are done with: rows with their verdicts, and
        figures. Returns whether everything was written as it was looked at."""
        as_looked_at = True
        while True:
            try:
                with transaction.atomic():
                    move()
                    Heartbeat.objects.note_probes(self.probes)
                    written = self._store(now)
                    # Behind the rows: what was done before the refusal, and came with it, was allowed.
                    refuse(self.refusals)
            except WeighedAnew:
                as_looked_at = False
                self.look()
                continue
            return written and as_looked_at

    def _store(self, now: datetime) -> bool:
        """Add rows, passing over known ids, mark their copies, and write the figures of those that were folded."""
        arrived, arriving, folding = self.arrived, self.arriving, self.folding
        if not arrived:
            return True
        messages = journal_rows.hold_messages({one.row.message for one in arriving.values()}, Figures._fields)
        held = journal_rows.hold(arrived)
        # What happened to a copy that is gone by now was evidence about its colleagues'.
        shaken = {one.row.message for id, one in arriving.items() if id not in held}
        changed = {id for id, one in arriving.items() if _as_read(one) != held.get(id)}
        left_out = {id for id, read in folding.found.items() if id in changed or read.copy.message in shaken}
        folding.leave_out(left_out)
        journal_rows.add(
            [
                (one.row, folding.judgement(id, one.event.id))
                for id, kept in arrived.items()
                if id in held
                for one in kept
            ]
        )
        touched = {id: standing.touched + len(arrived[id]) for id, standing in held.items()}
        folding.store(now, touched, messages)
        journal_rows.raise_touched({id: len(arrived[id]) for id in touched if id not in folding.found})
        return not left_out and not shaken


def _as_read(arriving: Arriving) -> Standing:
    row = arriving.row
    return Standing(row.touched, row.accepted_at, row.replies)


def batch_of(hits: Iterable[Hit]) -> Batch:
    """Nothing is looked at yet."""
    probes: dict[UUID, datetime] = {}
    seen: list[Hit] = []
    refusals: list[Said] = []
    for hit in hits:
        if hit.organisation == NOBODY:
            probes[hit.delivery] = datetime.fromtimestamp(hit.at, UTC)
        elif hit.kind != Kind.PREFERENCE:
            seen.append(hit)
        elif hit.method == "POST":
            refusals.append(Said(hit.organisation, hit.delivery, datetime.fromtimestamp(hit.at, UTC)))
    return Batch(seen, refusals, probes)
