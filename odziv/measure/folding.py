"""What a fold made of copies, until it is written: plain and small, so that another process may have made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from odziv.measure import habits, journal, writing
from odziv.measure.evidence import EventId, Figures, Folded, Judgement
from odziv.measure.fold import settles_at
from odziv.measure.journal import Copy, Read
from odziv.measure.writing import Former
from odziv.models import CardKind, Happening, TemplateVersion, journal_rows
from odziv.models.journal_rows import Held


class WeighedAnew(Exception):
    """Somebody changed what evidence weighs while the events were read."""


class Made(NamedTuple):
    """What is written of a copy, and as what it was read."""

    copy: Copy
    organisation: UUID | None
    figures: Figures
    judged: dict[str, Judgement]
    """The events of the journal that are judged otherwise than stands there."""
    touched: int
    of_message: int
    floor: UUID | None
    flood: bool
    """There are more events than were read."""
    settles_at: datetime | None
    """As `fold.settles_at` says."""

    @classmethod
    def of(cls, read: Read, folded: Folded) -> Self:
        after = folded.judgements
        judged = {str(id): after[id] for id, before in read.stored.items() if after[id] != before}
        settles = settles_at(read.events, read.facts, folded.figures)
        return cls(
            read.copy, read.organisation, folded.figures, judged, read.touched, read.of_message, read.floor,
            bool(read.facts.beyond), settles,
        )  # fmt: skip


@dataclass(slots=True)
class Folding:
    """What a fold of copies made of them, before it is written."""

    made: dict[UUID, Made]
    late: list[UUID]
    """Colleagues' copies that are too long to be folded in passing."""
    weighed: dict[UUID, dict[str, int]]
    """What evidence weighed in each organisation."""

    @classmethod
    def of_nothing(cls) -> Self:
        return cls({}, [], {})

    @classmethod
    def of(cls, found: Mapping[UUID, Read], folded: Mapping[UUID, Folded], late: list[UUID]) -> Self:
        weighed, _floors = journal.weighed(found.values())
        made = {id: Made.of(read, folded[id]) for id, read in found.items()}
        return cls(made, late, {owner: dict(points) for owner, points in weighed.items()})

    @property
    def messages(self) -> list[UUID]:
        return sorted({one.copy.message for one in self.made.values()})

    def leave_out(self, copies: Iterable[UUID]) -> None:
        """What is not to be written."""
        for copy in copies:
            self.made.pop(copy, None)

    def store(
        self,
        now: datetime,
        touched: Mapping[UUID, int] | None = None,
        held: Mapping[UUID, Held] | None = None,
        former: Mapping[UUID, Former] | None = None,
    ) -> None:
        """Write it, in a transaction of the caller's; `touched` of copies is written too. Raises WeighedAnew.

        `held` are the messages, where the caller has locked them already, with their figures; `former` is what it has
        read of copies since then.
        """
        copies = [one.copy for one in self.made.values()]
        # Two workers with copies of one message: each must see the other's figures when it adds them up.
        held = held or journal_rows.hold_messages(self.messages, Figures._fields)
        before = {key: Figures(*one.values) for key, one in held.items()}
        # Whoever applies other weights commits them before the copies are folded anew: what is read here and still the
        # same will be folded after this has been written.
        floors = {one.copy.message: one.floor for one in self.made.values() if one.organisation is not None}
        if journal.weighed_anew(self.weighed, floors):
            raise WeighedAnew
        self._store_judgements()
        figures = {id: one.figures for id, one in self.made.items()}
        former = former or {}
        stood = {**former, **writing.former_figures(copy for copy in copies if copy.id not in former)}
        habits.move((*stood[id], after) for id, after in figures.items() if id in stood)
        writing.store_figures(figures, copies, now, touched or {})
        totals = writing.sums_and_touched(self.messages)
        after = {key: figures for key, (figures, _touched) in totals.items()}
        writing.store_sums(after, now, before)
        again = self._overtaken({key: number for key, (_figures, number) in totals.items()}, touched or {})
        journal_rows.raise_touched(dict.fromkeys([*self.late, *again], 1))
        settling = self._settling()
        # The first open by a person, or that what looked like one was none: the assistant should know.
        opened = [
            (one.organisation, key, settling.get(key))
            for key, one in held.items()
            if key in after and (before[key].first_opened_at is None) != (after[key].first_opened_at is None)
        ]
        Happening.objects.note_all(CardKind.OPENED, opened)
        TemplateVersion.objects.touch(one.template_version for one in held.values())

    def _overtaken(self, totals: Mapping[UUID, int], touched: Mapping[UUID, int]) -> Sequence[UUID]:
        """Copies of messages of which somebody else touched a copy since they were read: what happened to that one may
        be evidence about these, so they are folded again. Exact, since whoever touches one holds its message."""
        expected = {one.copy.message: one.of_message for one in self.made.values()}
        for id, one in self.made.items():
            if id in touched:
                expected[one.copy.message] += touched[id] - one.touched
        return [id for id, one in self.made.items() if totals.get(one.copy.message) != expected[one.copy.message]]

    def _store_judgements(self) -> None:
        changed: dict[EventId, Judgement] = {}
        for id, one in self.made.items():
            changed.update(one.judged.items())
            if one.flood:
                writing.store_flood(id, one.floor)
        writing.store_judgements(changed)

    def _settling(self) -> dict[UUID, datetime]:
        """Until when the assistant should wait with first opens; left out where one of a message's is clear."""
        waiting: dict[UUID, datetime] = {}
        clear: set[UUID] = set()
        for one in self.made.values():
            message, at = one.copy.message, one.settles_at
            if one.figures.first_opened_at is None:
                continue
            if at is None:
                clear.add(message)
            else:
                waiting[message] = min(at, waiting.get(message, at))
        return {message: at for message, at in waiting.items() if message not in clear}
