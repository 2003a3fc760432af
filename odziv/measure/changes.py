"""What would be other than it is, were copies folded now: by the rules as they are, or by what somebody tries (J1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from odziv.measure import journal
from odziv.measure.evidence import Event, Figures
from odziv.measure.journal import Copy, Read, Weighing
from odziv.measure.weights import in_force
from odziv.models import Delivery

FIGURES = tuple(name for name in Figures._fields if not name.endswith("_opened_at"))


class EventChange(NamedTuple):
    """An event that stands for itself, before or after, and is judged otherwise; the verdicts are `Verdict`s."""

    event: Event
    before: str
    after: str


class CopyChange(NamedTuple):
    """A copy, its figures as they stand and as they would; `stale` when anything at all would be written anew."""

    copy: Copy
    before: Figures
    after: Figures
    events: Sequence[EventChange]
    stale: bool


def changes(rows: Sequence[Delivery], copies: Sequence[Copy], weighing: Weighing = in_force) -> list[CopyChange]:
    """Of each row, which stands in `copies` at the same place. Writes nothing."""
    of = {row.pk: (row, copy) for row, copy in zip(rows, copies, strict=True)}
    found = {id: _change(*of[id], read) for part in journal.in_parts(copies, weighing) for id, read in part.items()}
    return [found[copy.id] for copy in copies]


def _change(row: Delivery, copy: Copy, read: Read) -> CopyChange:
    folded = read.folded()
    before = Figures(*(getattr(row, name) for name in Figures._fields))
    other = journal.differences(read.stored, folded.judgements)
    events = [
        EventChange(event, read.stored[event.id].verdict, folded.judgements[event.id].verdict)
        for event in read.events
        if event.id in other and (read.stored[event.id].counted or other[event.id].counted)
    ]
    changed = [one for one in events if one.before != one.after]
    return CopyChange(copy, before, folded.figures, changed, bool(other) or before != folded.figures)
