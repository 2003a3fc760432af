"""Times, sizes and initials in words, in the active language and time zone. Pure but for those two."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import get_language, gettext, pgettext

NEAR = timedelta(hours=1)
UNITS = ("B", "kB", "MB", "GB", "TB")
HUES = 8


def is_near(at: datetime, now: datetime) -> bool:
    """Within the hour, before or after."""
    return abs(now - at) < NEAR


def near_or_day(at: datetime, now: datetime) -> str:
    """The same where there is little room: without the hour, but for today."""
    here, today = timezone.localtime(at).date(), timezone.localtime(now).date()
    days = (here - today).days
    if is_near(at, now) or days == 0:
        return near_or_far(at, now)
    if days in (-1, 1):
        return gettext("yesterday") if days < 0 else gettext("tomorrow")
    return date_format(here, "l") if abs(days) < 7 else day_and_time(at, now)


def near_or_far(at: datetime, now: datetime) -> str:
    """How a person says the time: minutes when near, then the day's name, then the date."""
    away = now - at
    if timedelta(0) <= away < timedelta(minutes=1):
        return gettext("just now")
    if timedelta(0) <= away < NEAR:
        return gettext("%(minutes)d min. ago") % {"minutes": away.seconds // 60}
    if timedelta(0) < -away < NEAR:
        return gettext("in %(minutes)d min.") % {"minutes": -(-(-away).seconds // 60)}
    return day_and_time(at, now)


def day_and_time(at: datetime, now: datetime, *, always_time: bool = False) -> str:
    """The day's name with the time; from a week away on the date, with the time only on demand."""
    return on_day(at, timezone.localtime(now).date(), always_time=always_time)


def on_day(at: datetime, today: date, *, always_time: bool = False) -> str:
    """The same, where it is known which day it is."""
    here = timezone.localtime(at)
    return _day_and_time(here, here.tzinfo, today, get_language(), always_time=always_time)


@lru_cache(maxsize=4096)
def _day_and_time(
    here: datetime, _zone: tzinfo | None, today: date, _language: str | None, *, always_time: bool
) -> str:
    clock = date_format(here, pgettext("time format", "H:i"))
    days = (here.date() - today).days
    named = {0: gettext("today %(time)s"), -1: gettext("yesterday %(time)s"), 1: gettext("tomorrow %(time)s")}
    if days in named:
        return named[days] % {"time": clock}
    if abs(days) < 7:
        return f"{date_format(here, 'D')} {clock}"
    pattern = pgettext("date format", "j M") if here.year == today.year else pgettext("date format", "j M Y")
    day = date_format(here, pattern)
    return f"{day} {clock}" if always_time else day


def clock_in(at: datetime, zone: tzinfo) -> str:
    """Day and time on somebody else's clock."""
    there = at.astimezone(zone)
    return f"{date_format(there, 'D')} {date_format(there, pgettext('time format', 'H:i'))}"


def full_time(at: datetime) -> str:
    """The whole truth, with seconds and time zone; shown on hover."""
    here = timezone.localtime(at)
    return _full_time(here, here.tzinfo, get_language())


# Kept: a list asks for a hundred, and for the same again when it is sorted otherwise. The zone is named beside the
# moment: the same moment is equal in all zones.
@lru_cache(maxsize=4096)
def _full_time(here: datetime, _zone: tzinfo | None, _language: str | None) -> str:
    return date_format(here, pgettext("date format", "l, j F Y, H:i:s T"))


def hour(at: time) -> str:
    """A time of day."""
    return time_format(at, pgettext("time format", "H:i"))


def days_of_week(days: Collection[int]) -> str:
    """ISO numbers of days as words: Mon–Fri, or one by one when days between are missing."""
    ordered = sorted(days)
    names = [str(WEEKDAYS_ABBR[day - 1]) for day in ordered]
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{names[0]}\N{EN DASH}{names[-1]}"
    return ", ".join(names)


def human_size(size: int) -> str:
    """Bytes as people read them, in steps of 1,000: 950 B, 12 kB, 1.4 MB."""
    value, unit = float(max(size, 0)), 0
    while value >= 999.5 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    places = 1 if unit > 1 and value < 99.95 else 0
    return f"{number_format(round(value, places), places)}\N{NO-BREAK SPACE}{UNITS[unit]}"


def initials(name: str) -> str:
    """Two letters that stand for a name; one when it has one word, ? when it has no letter."""
    letters = [word[0] for word in name.replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    if not letters:
        return "?"
    return (letters[0] + (letters[-1] if len(letters) > 1 else "")).upper()


def hue(name: str) -> int:
    """1 to 8, always the same for the same name."""
    return zlib.crc32(name.casefold().encode()) % HUES + 1
