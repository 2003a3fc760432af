"""The worker's job: copies whose journal has grown get their figures anew (invariant 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from odziv.measure import habits, journal
from odziv.measure.evidence import EventId, Figures, Folded, Judgement
from odziv.measure.fold import settles_at
from odziv.measure.journal import Ahead, Arriving, Copy, Read
from odziv.measure.verdict import UNSURE
from odziv.models import CardKind, Delivery, Happening, TemplateVersion, journal_rows
from odziv.models.journal_rows import Held

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
    """Write verdicts and figures of copies and of their messages, in one transaction."""
    while True:
        folding = look(copies)
        try:
            with transaction.atomic():
                folding.store(now)
        except WeighedAnew:
            continue
        return


class WeighedAnew(Exception):
    """Somebody changed what evidence weighs while the events were read."""


@dataclass(slots=True)
class Folding:
    """What a fold of copies made of them, before it is written."""

    found: dict[UUID, Read]
    folded: dict[UUID, Folded]
    late: list[UUID]
    """Colleagues' copies that are too long to be folded in passing."""

    @classmethod
    def of_nothing(cls) -> Self:
        return cls({}, {}, [])

    @property
    def messages(self) -> list[UUID]:
        return sorted({read.copy.message for read in self.found.values()})

    def leave_out(self, copies: Iterable[UUID]) -> None:
        """What is not to be written."""
        for copy in copies:
            self.found.pop(copy, None)
            self.folded.pop(copy, None)

    def judgement(self, copy: UUID, event: EventId) -> Judgement:
        """How an event that is not in the journal yet is judged."""
        folded = self.folded.get(copy)
        return folded.judgements[event] if folded else _NOT_JUDGED

    def store(
        self, now: datetime, touched: Mapping[UUID, int] | None = None, held: Mapping[UUID, Held] | None = None
    ) -> None:
        """Write it, in a transaction of the caller's; `touched` of copies is written too. Raises WeighedAnew.

        `held` are the messages, where the caller has locked them already, with their figures.
        """
        copies = [read.copy for read in self.found.values()]
        # Two workers with copies of one message: each must see the other's figures when it adds them up.
        held = held or journal_rows.hold_messages(self.messages, Figures._fields)
        before = {key: Figures(*one.values) for key, one in held.items()}
        # Whoever applies other weights commits them before the copies are folded anew: what is read here and still the
        # same will be folded after this has been written.
        if journal.weighed_anew(self.found.values()):
            raise WeighedAnew
        self._store_judgements()
        figures = {id: one.figures for id, one in self.folded.items()}
        habits.move((owner, address, former, figures[id])
                    for id, owner, address, former in journal.former_figures(copies))  # fmt: skip
        journal.store_figures(figures, copies, now, touched or {})
        totals = journal.sums_and_touched(self.messages)
        after = {key: figures for key, (figures, _touched) in totals.items()}
        journal.store_sums(after, now, before)
        again = self._overtaken({key: number for key, (_figures, number) in totals.items()}, touched or {})
        journal_rows.raise_touched(dict.fromkeys([*self.late, *again], 1))
        settling = _settling(self.found.values(), self.folded)
        # The first open by a person, or that what looked like one was none: the assistant should know.
        opened = [
            (one.organisation, key, settling.get(key))
            for key, one in held.items()
            if key in after and (before[key].first_opened_at is None) != (after[key].first_opened_at is None)
        ]
        Happening.objects.note_all(CardKind.OPENED, opened)
        TemplateVersion.objects.touch(one.template_version for one in held.values())

    def _overtaken(self, totals: Mapping[UUID, int], touched: Mapping[UUID, int]) -> list[UUID]:
        """Copies of messages of which somebody else touched a copy since they were read: what happened to that one may
        be evidence about these, so they are folded again. Exact, since whoever touches one holds its message."""
        expected = {read.copy.message: read.of_message for read in self.found.values()}
        for id, read in self.found.items():
            if id in touched:
                expected[read.copy.message] += touched[id] - read.touched
        return [id for id, read in self.found.items() if totals.get(read.copy.message) != expected[read.copy.message]]

    def _store_judgements(self) -> None:
        changed: dict[EventId, Judgement] = {}
        for id, read in self.found.items():
            after = self.folded[id].judgements
            changed |= {id: after[id] for id, before in read.stored.items() if after[id] != before}
            if read.facts.beyond:
                journal.store_flood(id, read.floor)
        journal.store_judgements(changed)


_NOT_JUDGED = Judgement(UNSURE, (), False, ())


def look(
    copies: Sequence[Copy], arriving: Mapping[UUID, Arriving] | None = None, ahead: Ahead = journal.NOTHING_AHEAD
) -> Folding:
    """Read and fold copies, and their colleagues' whose verdicts may change with theirs; nothing is written yet."""
    if not copies:
        return Folding.of_nothing()
    found = journal.read(copies, arriving=arriving, ahead=ahead, widely=True)
    asked = {copy.id for copy in copies}
    late = [id for id, read in found.items() if id not in asked and journal.is_long(read.copy)]
    for id in late:
        del found[id]
    return Folding(found, {id: read.folded() for id, read in found.items()}, late)


def _settling(found: Iterable[Read], folded: Mapping[UUID, Folded]) -> dict[UUID, datetime]:
    """Until when the assistant should wait with the first opens of messages; left out where one of them is clear."""
    waiting: dict[UUID, datetime] = {}
    clear: set[UUID] = set()
    for read in found:
        copy = read.copy
        figures = folded[copy.id].figures
        if figures.first_opened_at is None:
            continue
        at = settles_at(read.events, read.facts, figures)
        if at is None:
            clear.add(copy.message)
        else:
            waiting[copy.message] = min(at, waiting.get(copy.message, at))
    return {message: at for message, at in waiting.items() if message not in clear}
