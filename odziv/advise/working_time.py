"""The working day on somebody's clock, and the nearest hour inside it (D2). Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONDAY_TO_FRIDAY = frozenset(range(5))
_LOOKED_AHEAD = 60  # days; no row of holidays is longer


def never(_day: date) -> bool:
    """No day is a holiday."""
    return False


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When people work: from `begins` up to, but not including, `ends`, on `days` (0 is Monday), not on a `holiday`."""

    begins: time = time(8)
    ends: time = time(17)
    days: frozenset[int] = MONDAY_TO_FRIDAY
    holiday: Callable[[date], bool] = never

    def is_working(self, day: date) -> bool:
        return day.weekday() in self.days and not self.holiday(day)

    def contains(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether people in that zone are at work at this instant."""
        there = now.astimezone(zone)
        return self.is_working(there.date()) and self.begins <= there.time() < self.ends

    def next_opening(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The first beginning of a working day behind `now`, in UTC; None when there is none within sixty days."""
        today = now.astimezone(zone).date()
        for ahead in range(_LOOKED_AHEAD + 1):
            day = today + timedelta(days=ahead)
            opening = instant(day, self.begins, zone)
            if self.is_working(day) and opening > now:
                return opening
        return None


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a wall clock in the zone shows that time: for one that a clock change skips the
    first after the gap, for one that it repeats the first of the two.
    """
    wall = datetime.combine(day, clock, tzinfo=zone)
    found = wall.astimezone(UTC)
    if not is_skipped(day, clock, zone):
        return found
    # PEP 495: fold=0 reads a time inside a gap with the offset before it, fold=1 with the one behind it. What is shown
    # then lies as far behind the gap as the time lay inside it; the gap's end is what the clock shows first.
    before, behind = wall.utcoffset(), wall.replace(fold=1).utcoffset()
    assert before is not None and behind is not None
    return _gap_end(found, before, behind, zone)


def is_skipped(day: date, clock: time, zone: ZoneInfo) -> bool:
    """Whether no clock of the zone shows this time on that day: it is jumped over."""
    wall = datetime.combine(day, clock, tzinfo=zone)
    return wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None)


def is_repeated(day: date, clock: time, zone: ZoneInfo) -> bool:
    """Whether the clocks of the zone show this time twice on that day."""
    wall = datetime.combine(day, clock, tzinfo=zone)
    return not is_skipped(day, clock, zone) and wall.utcoffset() != wall.replace(fold=1).utcoffset()


def _gap_end(inside: datetime, before: timedelta, behind: timedelta, zone: ZoneInfo) -> datetime:
    """The instant of the clock change near `inside`, to the second, found by halving."""
    early, late = inside - abs(behind - before), inside + abs(behind - before)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
