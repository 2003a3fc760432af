"""Whole months in UTC: the pieces in which the journal is kept and let go."""

from __future__ import annotations

from datetime import UTC, datetime


def month_of(at: datetime) -> datetime:
    """The first moment of the month, in UTC, in which a moment lies."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def later(month: datetime, number: int) -> datetime:
    """The first moment of the month that comes so many months after this one; before it, for a negative number."""
    year, index = divmod(month.year * 12 + month.month - 1 + number, 12)
    return month.replace(year=year, month=index + 1)
