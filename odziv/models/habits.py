"""What an organisation saw of each domain that it writes to: events of people, unsure ones, machines' (SPEC J5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import models

from odziv.lib.uuid7 import uuid7
from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.bulk import add_up


class Tally(NamedTuple):
    """How many copies had any event, and how many opens, clicks and views were whose."""

    copies: int = 0
    people: int = 0
    unsure: int = 0
    machines: int = 0

    def plus(self, other: Tally) -> Tally:
        copies, people, unsure, machines = other
        return Tally(self.copies + copies, self.people + people, self.unsure + unsure, self.machines + machines)

    def minus(self, other: Tally) -> Tally:
        copies, people, unsure, machines = other
        return Tally(self.copies - copies, self.people - people, self.unsure - unsure, self.machines - machines)


class DomainHabitQuerySet(OwnedQuerySet["DomainHabit"]):
    def move(self, moved: Iterable[tuple[UUID, str, Tally]]) -> None:
        """Add to the tallies of places (organisation, place, by how much, with whatever sign); in the transaction that
        changes the figures behind them."""
        # In one order, so that two workers cannot wait for each other.
        rows = [(uuid7(), organisation, place, *by) for organisation, place, by in sorted(moved)]
        add_up(self.model, ("organisation", "place"), Tally._fields, rows)

    def tallies(self, organisation: UUID, places: Collection[str]) -> dict[str, Tally]:
        """What is known of these places, in one query."""
        rows = self.of(organisation).filter(place__in=places)
        return {place: Tally(*numbers) for place, *numbers in rows.values_list("place", *Tally._fields)}

    def all_of(self, organisation: UUID) -> dict[str, Tally]:
        """The tallies of all places, whose rows stay locked until the transaction ends."""
        rows = self.of(organisation).order_by("place").select_for_update(no_key=True)
        return {row.place: Tally(row.copies, row.people, row.unsure, row.machines) for row in rows}


class DomainHabit(Owned):
    """A company's domain, or that of a provider of mail for everybody (`measure.companies.place_of`).

    The sums of its copies' figures, moved in the transaction that writes those.
    """

    place = models.CharField(max_length=254)
    copies = models.BigIntegerField(default=0)
    people = models.BigIntegerField(default=0)
    unsure = models.BigIntegerField(default=0)
    machines = models.BigIntegerField(default=0)

    objects = DomainHabitQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "place"], name="habit_once")]
