"""The habits of the domains that an organisation writes to: how much of what happens there is machines' doing (J5).

Kept as sums of the figures of copies, moved in the transaction that writes those (`run`), so that a look while
composing costs one query; `odziv rebuild` makes them anew and says when they were not equal.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from odziv.measure.companies import EVERYBODYS, place_of
from odziv.measure.evidence import Figures
from odziv.models import Delivery, DomainHabit
from odziv.models.habits import Tally

FEWEST_COPIES = 10
"""Of fewer copies that had any event nothing is said: one gateway that looked twice is no habit."""
WORTH_SAYING = 0.2
"""The least share of machines that tells a writer anything."""
MOST_SAID = 3
_FIGURES = tuple(name for name in Figures._fields if not name.endswith("_opened_at"))


class Habit(NamedTuple):
    """`share` of machines among so many events; `provider`: the domain is one for everybody."""

    place: str
    share: float
    events: int
    copies: int
    provider: bool

    @property
    def percent(self) -> int:
        return round(self.share * 100)


def habits(organisation: UUID, addresses: Iterable[str]) -> list[Habit]:
    """Those that are worth saying of where these recipients are, the most first. One query."""
    written = Counter(place for address in addresses if (place := place_of(address)))
    found = DomainHabit.objects.tallies(organisation, written.keys()) if written else {}
    rows = [
        Habit(place, tally.machines / events, events, tally.copies, place in EVERYBODYS)
        for place, tally in found.items()
        if tally.copies >= FEWEST_COPIES and (events := tally.people + tally.unsure + tally.machines) > 0
    ]
    rows = [row for row in rows if row.share >= WORTH_SAYING]
    return sorted(rows, key=lambda row: (-written[row.place], -row.share, row.place))[:MOST_SAID]


def tally_of(figures: Figures) -> Tally:
    """What a copy adds to its place."""
    people = figures.opens + figures.link_clicks + figures.attachment_views
    unsure = figures.unsure_opens + figures.unsure_link_clicks + figures.unsure_attachment_views
    machines = figures.machine_opens + figures.machine_link_clicks + figures.machine_attachment_views
    return Tally(int(people + unsure + machines > 0), people, unsure, machines)


def move(changes: Iterable[tuple[UUID, str, Figures, Figures]]) -> None:
    """Copies of an organisation, to an address, got other figures; call it in the transaction that writes them."""
    moved: dict[tuple[UUID, str], Tally] = defaultdict(Tally)
    for organisation, address, before, after in changes:
        if before == after:
            continue
        by = tally_of(after).minus(tally_of(before))
        if any(by) and (place := place_of(address)):
            moved[organisation, place] = moved[organisation, place].plus(by)
    DomainHabit.objects.move((organisation, place, by) for (organisation, place), by in moved.items() if any(by))


@transaction.atomic
def rebuild_habits(organisation: UUID, *, check: bool) -> Mapping[str, tuple[Tally, Tally]]:
    """The tallies that are not the sums of their copies' figures, with what they should be; written unless `check`."""
    stored = DomainHabit.objects.all_of(organisation)
    wanted: dict[str, Tally] = defaultdict(Tally)
    rows = Delivery.objects.of(organisation).judged().order_by().values_list("party__address", *_FIGURES)
    for address, *numbers in rows.iterator(chunk_size=2000):
        if place := place_of(address):
            wanted[place] = wanted[place].plus(tally_of(Figures(**dict(zip(_FIGURES, numbers, strict=True)))))
    wrong = {
        place: (stored.get(place, Tally()), wanted.get(place, Tally()))
        for place in {*stored, *wanted}
        if stored.get(place, Tally()) != wanted.get(place, Tally())
    }
    if not check:
        DomainHabit.objects.move((organisation, place, after.minus(before)) for place, (before, after) in wrong.items())
    return wrong
