"""What an organisation saw of each domain that it writes to: events of people, unsure ones, machines' (SPEC J5)."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import F

from odziv.models.base import Owned, OwnedQuerySet


class Tally(NamedTuple):
    """How many copies had any event, and how many opens, clicks and views were whose."""

    copies: int = 0
    people: int = 0
    unsure: int = 0
    machines: int = 0

    def plus(self, other: Tally) -> Tally:
        return Tally(*(one + two for one, two in zip(self, other, strict=True)))

    def minus(self, other: Tally) -> Tally:
        return Tally(*(one - two for one, two in zip(self, other, strict=True)))


class DomainHabitQuerySet(OwnedQuerySet["DomainHabit"]):
    def move(self, organisation: UUID, place: str, by: Tally) -> None:
        """Add to the tally of a place, with whatever sign; in the transaction that changes the figures behind it."""
        row = self.of(organisation).filter(place=place)
        added = {name: F(name) + number for name, number in by._asdict().items()}
        if not row.update(**added):
            self.bulk_create([self.model(organisation_id=organisation, place=place)], ignore_conflicts=True)
            row.update(**added)

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
