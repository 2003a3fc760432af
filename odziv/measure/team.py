"""What a team sent, and what people did with it: by week and by salesperson (V5).

A week is one indexed walk over the e-mails that stand in it, so the cost grows with what was sent in the weeks that are
shown, and not with all that there is. Days begin and end on the clock of whoever looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from odziv.models import Message, User

FIGURES = ("sent", "followed", "opened", "clicked", "replied")


@dataclass(frozen=True, slots=True)
class Tally:
    """E-mails: `sent` are all, `followed` those of which the rest can be told; the rest counts e-mails, not events."""

    sent: int = 0
    followed: int = 0
    opened: int = 0
    clicked: int = 0
    replied: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in FIGURES))

    def share(self, name: str) -> float | None:
        """The part of the followed e-mails that was opened, clicked or replied; None without any."""
        return getattr(self, name) / self.followed if self.followed else None


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday on."""

    begins: date
    tally: Tally


@dataclass(frozen=True, slots=True)
class Person:
    """What one salesperson sent in all the weeks."""

    user: User
    tally: Tally


@dataclass(frozen=True, slots=True)
class Team:
    """Weeks from the oldest to the present one; people by how much they sent."""

    weeks: tuple[Week, ...]
    people: tuple[Person, ...]
    total: Tally


def team(user: User, weeks: int, now: datetime) -> Team:
    """The team of the user's organisation in the last so many weeks, the present one included."""
    zone = user.zone
    monday = _monday(now.astimezone(zone).date())
    found: list[Week] = []
    of: dict[UUID, Tally] = {}
    for back in range(weeks - 1, -1, -1):
        begins = monday - timedelta(weeks=back)
        rows = _week(user, begins, zone)
        found.append(Week(begins, _sum(rows.values())))
        for owner, tally in rows.items():
            of[owner] = of.get(owner, Tally()) + tally
    users = User.objects.for_(user).in_bulk(list(of))
    people = [Person(users[owner], tally) for owner, tally in of.items() if owner in users]
    people.sort(key=lambda person: (-person.tally.sent, person.user.name))
    return Team(tuple(found), tuple(people), _sum(week.tally for week in found))


def _week(user: User, begins: date, zone: ZoneInfo) -> dict[UUID, Tally]:
    start, end = (_midnight(day, zone) for day in (begins, begins + timedelta(days=7)))
    return {owner: Tally(*numbers) for owner, *numbers in Message.objects.for_(user).tallied(start, end)}


def _sum(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
