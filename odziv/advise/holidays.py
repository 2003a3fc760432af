"""Public holidays of a country, from the package `holidays` (D2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import holidays

from odziv.advise.working_time import never


def holidays_of(country: str) -> Callable[[date], bool]:
    """Whether a day is a public holiday in all of that country (ISO 3166-1 alpha-2); none where that is unknown."""
    calendar = _calendar(country.upper())
    return never if calendar is None else calendar.__contains__


@lru_cache(maxsize=300)
def _calendar(country: str) -> holidays.HolidayBase | None:
    if country not in holidays.list_supported_countries():
        return None
    return holidays.country_holidays(country)
