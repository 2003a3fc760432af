"""A time as a person chose it on a clock, kept as that and as an instant (D1). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odziv.advise.working_time import instant, is_repeated, is_skipped

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Chosen:
    """`wall` (2026-05-04T08:30) on the clocks of `zone` (IANA), and the instant `at`, in UTC.

    `clock` says what a clock change does to it: *skipped* (no clock shows it: the first time behind the gap is meant),
    *repeated* (clocks show it twice: the first one is meant), or nothing.
    """

    at: datetime
    zone: str
    wall: str
    clock: str = ""


def read(text: str, zone: ZoneInfo) -> Chosen:
    """A time from a form: year to minute, without an offset. Raises ValueError when it is none."""
    wall = datetime.fromisoformat(text.strip())
    if wall.tzinfo is not None or not 1970 < wall.year < 9999:
        raise ValueError("a time on the wall has no offset")
    wall = wall.replace(second=0, microsecond=0)
    day, time = wall.date(), wall.time()
    change = "skipped" if is_skipped(day, time, zone) else "repeated" if is_repeated(day, time, zone) else ""
    return Chosen(instant(day, time, zone), zone.key, wall.isoformat(timespec="minutes"), change)


def at_instant(at: datetime, zone: ZoneInfo) -> Chosen:
    """The same of an instant, to the full minute."""
    here = at.astimezone(zone).replace(second=0, microsecond=0)
    return Chosen(here.astimezone(UTC), zone.key, here.replace(tzinfo=None).isoformat(timespec="minutes"))


def lies_ahead(chosen: Chosen, now: datetime) -> bool:
    """Whether it lies ahead, and within a year."""
    return now < chosen.at <= now + LONGEST
