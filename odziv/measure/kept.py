"""What is kept of events that were let go: it is added to the fold of those that the journal holds (L4).

Figures of a copy = what is kept of it + fold(its events since then). So they stay what they were when events go, and
what happens to an old copy later is counted as always.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from odziv.lib.uuid7 import first_of
from odziv.measure.evidence import Figures
from odziv.models import JournalLimit, KeptFigures, Settled

_MOMENTS = ("first_opened_at", "last_opened_at")
_NUMBERS = tuple(name for name in Figures._fields if name not in _MOMENTS)


class Past(NamedTuple):
    """From which event on the journals of messages count (where not all of them do), and what is kept of copies."""

    floors: Mapping[UUID, UUID] = {}
    figures: Mapping[UUID, Figures] = {}

    def floor(self, message: UUID) -> UUID | None:
        return self.floors.get(message)


NOTHING = Past()


def past(organisations: Collection[UUID], messages: Iterable[UUID], copies: Iterable[UUID]) -> Past:
    """What was let go of these. One query, three where an organisation has let go of anything."""
    if not organisations or not JournalLimit.objects.begun(organisations):
        return NOTHING
    floors = {message: first_of(since) for message, since in Settled.objects.since(messages).items()}
    if not floors:
        return NOTHING
    return Past(floors, {copy: _read(one) for copy, one in KeptFigures.objects.of_copies(copies).items()})


def plus(kept: Figures, folded: Figures) -> Figures:
    """The figures of a copy: what is kept, and what its events come to."""
    numbers = {name: max(0, getattr(kept, name) + getattr(folded, name)) for name in _NUMBERS}
    if not numbers["opens"]:
        return Figures(**numbers)
    return Figures(
        first_opened_at=min(filter(None, (kept.first_opened_at, folded.first_opened_at)), default=None),
        last_opened_at=max(filter(None, (kept.last_opened_at, folded.last_opened_at)), default=None),
        **numbers,
    )


def minus(whole: Figures, folded: Figures, until: datetime) -> Figures:
    """What has to be kept so that the numbers stay those of the whole, beside these of what is left from then on."""
    numbers = {name: getattr(whole, name) - getattr(folded, name) for name in _NUMBERS}
    first, last = whole.first_opened_at, whole.last_opened_at
    if first is None or last is None or first >= until:
        return Figures(**numbers)
    return Figures(first_opened_at=first, last_opened_at=last if last < until else first, **numbers)


def written(kept: Figures) -> dict[str, Any]:
    """As `KeptFigures` holds it."""
    told = {name: value for name, value in kept._asdict().items() if value}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}


def clicks_with(kept: Mapping[str, Any], counted: Mapping[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """The clicks of links, people's and others', with what is kept of those that went."""
    found = dict(counted)
    for ordinal, (people, others) in kept.items():
        here = found.get(int(ordinal), (0, 0))
        found[int(ordinal)] = (here[0] + people, here[1] + others)
    return found


def _read(stored: Mapping[str, Any]) -> Figures:
    moments = {name: datetime.fromisoformat(stored[name]) for name in _MOMENTS if name in stored}
    return Figures(**{**stored, **moments})
