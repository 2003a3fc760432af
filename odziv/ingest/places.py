"""Network addresses: where they are, and what of them may be kept (E4, L4)."""

from __future__ import annotations

import logging
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any, NamedTuple

import iptocc
import maxminddb

from odziv.lib.logs import Own

log = logging.getLogger("odziv.ingest")


class Place(NamedTuple):
    """`country` is an ISO 3166-1 alpha-2 code; both are empty when not known."""

    country: str = ""
    city: str = ""


_A_BATCH = 20_000  # asked again while a batch is looked at; what was found is kept for longer where it is used


@lru_cache(maxsize=_A_BATCH)
def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """The address; None for what is none."""
    try:
        return ip_address(address)
    except ValueError:
        return None


@lru_cache(maxsize=_A_BATCH)
def is_public(address: str) -> bool:
    """Whether it is one host's in all the world: not loopback, private or reserved (RFC 6890)."""
    found = parsed(address)
    return found is not None and found.is_global


@lru_cache(maxsize=_A_BATCH)
def truncated(address: str) -> str:
    """The network that may be stored: /24 of an IPv4 address, /48 of an IPv6 one; empty for what is no address."""
    found = parsed(address)
    if found is None:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if isinstance(found, IPv6Address):
        return f"{IPv6Address(int(found) >> 80 << 80)}/48"
    return f"{IPv4Address(int(found) >> 8 << 8)}/24"


class Places:
    """Looks addresses up: in an administrator's .mmdb when there is one (country and city), else by registry data.

    A database that cannot be read is reported once in the log; countries are then still known.
    """

    def __init__(self, database: Path | None = None) -> None:
        self._database = _opened(database) if database else None
        self.of = lru_cache(maxsize=_A_BATCH)(self._look_up)

    def _look_up(self, address: str) -> Place:
        """The place of an address; empty for private, reserved and malformed ones."""
        if not is_public(address):
            return Place()
        if self._database is not None and (place := _read(self._database, address)):
            return place
        return Place(iptocc.country_code(address) or "")


def _opened(path: Path) -> maxminddb.Reader | None:
    try:
        return maxminddb.open_database(path)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        log.error("ODZIV_GEOIP: %s cannot be read (%s); only countries will be known.", Own(path), error)
        return None


def _read(database: maxminddb.Reader, address: str) -> Place | None:
    """The place in a database of the usual layout (GeoLite2, DB-IP); None when it does not know the address."""
    try:
        row = database.get(address)
    except (ValueError, maxminddb.InvalidDatabaseError):
        return None
    if not isinstance(row, dict):
        return None
    country: Any = row.get("country") or row.get("registered_country")
    city: Any = row.get("city")
    code = country.get("iso_code", "") if isinstance(country, dict) else ""
    names = city.get("names", {}) if isinstance(city, dict) else {}
    name = names.get("en", "") if isinstance(names, dict) else ""
    return Place(str(code)[:2], str(name)[:100]) if code else None
