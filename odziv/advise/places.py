"""From a postal address or a telephone number to a time zone: one, or none when it could be several (D2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as phone_zones

from odziv.advise import cities
from odziv.advise.regions import region_code

# A town that is this many times as large as all its namesakes elsewhere is the one that is meant: Paris, and not Paris
# in Texas; but none of the Springfields.
_OUTSTANDING = 8


def zone_of_address(city: str, region: str, country: str, now: datetime) -> str:
    """The zone in which a town lies, by its name, region and ISO country; empty when that is not certain.

    Without a town: the region's or the country's, if all its clocks show the same the whole year round. Where the words
    contradict each other (no such town in that region), the region decides.
    """
    code = region_code(country, region)
    towns = cities.named(city, country) if city.strip() else []
    here = [town for town in towns if code and town.region == code] or ([] if code else towns)
    if here:
        return _meant(here, now)
    if country:
        return _only(cities.zones(country, code), now)
    return ""


def zone_of_phone(number: str, country: str, now: datetime) -> str:
    """The zone of a telephone number, if all those it may ring in show the same time today; else empty.

    A number without its country's code is read as one of `country`.
    """
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    found = [zone for zone in phone_zones.time_zones_for_number(parsed) if zone != phone_zones.UNKNOWN_TIMEZONE]
    return _only(found, now, days=1)


def _meant(towns: Sequence[cities.City], now: datetime) -> str:
    """The zone of towns with one name: the one they share, or that of the one that stands out."""
    largest, *others = towns
    elsewhere = sum(town.population for town in others if not _same_clock(town.zone, largest.zone, now))
    if not elsewhere or largest.population >= _OUTSTANDING * elsewhere:
        return largest.zone
    return ""


def _only(zones: Iterable[str], now: datetime, days: int = 366) -> str:
    """The first of the zones, if the others show the same time on each of the coming days."""
    known = [zone for zone in zones if _zone(zone)]
    if known and all(_same_clock(known[0], other, now, days) for other in known[1:]):
        return known[0]
    return ""


def _same_clock(one: str, other: str, now: datetime, days: int = 366) -> bool:
    if one == other:
        return True
    first, second = _zone(one), _zone(other)
    if first is None or second is None:
        return False
    # Every two weeks: no zone leaves its usual offset for less, but for Morocco's month of fasting.
    sampled = (now + timedelta(days=day) for day in range(0, days, 14))
    return all(at.astimezone(first).utcoffset() == at.astimezone(second).utcoffset() for at in sampled)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
