"""In which time zone a recipient is, and what says so (D2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odziv.advise.cities import CitiesMissing
from odziv.advise.places import zone_of_address, zone_of_phone
from odziv.models import Record, RecordAddress


class Evidence(Enum):
    """What the zone rests on, the strongest first."""

    SET = "set"  # somebody chose it on the record
    ADDRESS = "address"
    PHONE = "phone"
    ACCOUNT = "account"  # the account's address; its zone when somebody chose one


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """`detail` is the town, the number or the account's name, for the sentence that says what it rests on.

    `country` is ISO 3166-1 alpha-2, for the public holidays; empty when it is not known.
    """

    zone: ZoneInfo
    evidence: Evidence
    detail: str
    country: str


def whereabouts(record: Record, now: datetime) -> Whereabouts | None:
    """Where a record's person is, by the first evidence that is certain; None when none is.

    Reads addresses, phones and the account of the record: few rows, prefetched or not.
    """
    return next(_evidence(record, now), None)


def _evidence(record: Record, now: datetime) -> Iterator[Whereabouts]:
    addresses = list(record.addresses.all())
    country = next((address.country for address in addresses if address.country), "")
    if zone := _known(record.time_zone):
        yield Whereabouts(zone, Evidence.SET, record.time_zone, country)
    yield from _addresses(addresses, Evidence.ADDRESS, "", now)
    account = record.account
    behind = list(account.addresses.all()) if account else []
    home = country or next((address.country for address in behind if address.country), "")
    for phone in record.phones.all():
        if zone := _known(zone_of_phone(phone.number, home, now)):
            yield Whereabouts(zone, Evidence.PHONE, phone.number, home)
    if account:
        if zone := _known(account.time_zone):
            yield Whereabouts(zone, Evidence.ACCOUNT, account.name, home)
        yield from _addresses(behind, Evidence.ACCOUNT, account.name, now)


def _addresses(rows: list[RecordAddress], evidence: Evidence, name: str, now: datetime) -> Iterator[Whereabouts]:
    for row in rows:
        name_of_zone = ""
        with suppress(CitiesMissing):  # the health list says it; nobody's writing has to suffer
            name_of_zone = zone_of_address(row.city, row.region, row.country, now)
        if zone := _known(name_of_zone):
            yield Whereabouts(zone, evidence, name or row.city or row.region or row.country, row.country)


def _known(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
