"""On which days a user gets a summary, when, and what it looks back on. Pure but for the calendar of holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from odziv.advise.holidays import holidays_of
from odziv.advise.working_time import instant, never
from odziv.models import OWN_HOLIDAYS, User

LATE = timedelta(hours=4)
"""A summary that could not leave within so long of its time does not leave any more: it would be of yesterday."""

_LOOKED_BACK = 14


class Span(NamedTuple):
    """From the beginning of the day of the last summary up to the beginning of this one's, and this one's end."""

    since: datetime
    until: datetime
    end: datetime
    first_day: date


def is_wanted_on(user: User, day: date) -> bool:
    """Whether the user wants one on that day: any, or a working day of the organisation that is no public holiday."""
    if not user.digest_work_days:
        return True
    week = user.organisation.working_week
    holiday = holidays_of(week.holidays) if week.holidays not in ("", OWN_HOLIDAYS) else never
    return day.isoweekday() in week.days and not holiday(day)


def time_on(user: User, day: date) -> datetime:
    """The instant at which the user's clock shows the wanted time on that day."""
    return instant(day, user.digest_at, user.zone)


def today_of(user: User, now: datetime) -> date:
    """The day that the user's calendar shows."""
    return now.astimezone(user.zone).date()


def span_of(user: User, day: date) -> Span:
    """What a summary of that day speaks of. Nothing is left out because of a weekend."""
    before = [day - timedelta(days=back) for back in range(1, _LOOKED_BACK + 1)]
    first = next((one for one in before if is_wanted_on(user, one)), before[0])
    return Span(_midnight(user, first), _midnight(user, day), _midnight(user, day + timedelta(days=1)), first)


def _midnight(user: User, day: date) -> datetime:
    return instant(day, time(0), user.zone).astimezone(UTC)
