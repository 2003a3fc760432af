"""Countries and languages by whatever name a file calls them: codes, and names in English, Slovenian and German."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator
from functools import lru_cache
from zoneinfo import available_timezones

import pycountry

from odziv.lib.text import fold

_LANGUAGES = ("sl", "de")
_MORE_COUNTRIES = {"uk": "GB", "england": "GB", "usa": "US", "u s a": "US", "bih": "BA", "holland": "NL", "zda": "US"}


def country_code(name: str) -> str:
    """ISO 3166-1 alpha-2; empty when no country is called so."""
    return _countries().get(fold(name).replace(".", ""), "")


def language_code(name: str) -> str:
    """ISO 639-1; empty when no language is called so. `sl-SI` is `sl`."""
    plain = fold(name)
    return _languages().get(plain) or _languages().get(plain.replace("_", "-").partition("-")[0], "")


def time_zone(name: str) -> str:
    """The IANA name, whatever its case; empty when there is no such zone."""
    return _zones().get(name.strip().casefold().replace(" ", "_"), "")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    found = dict(_MORE_COUNTRIES)
    say = list(_catalogues("iso3166-1"))
    for row in pycountry.countries:
        names = {row.name, getattr(row, "common_name", row.name), getattr(row, "official_name", row.name)}
        spoken = {one(name) for one in say for name in names}
        for name in (row.alpha_2, row.alpha_3, *names, *spoken):
            found.setdefault(fold(name).replace(".", ""), row.alpha_2)
    return found


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    found: dict[str, str] = {}
    say = list(_catalogues("iso639-3"))
    for row in pycountry.languages:
        if hasattr(row, "alpha_2"):
            for name in (row.alpha_2, row.alpha_3, row.name, *(one(row.name) for one in say)):
                # As choices say them: "Slovenian; Slovene" and "Greek, Modern (1453-)" by their first words.
                for plain in (name, name.split(";")[0].split(" (")[0]):
                    found.setdefault(fold(plain), row.alpha_2)
    return found


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def _catalogues(domain: str) -> Iterator[Callable[[str], str]]:
    for language in _LANGUAGES:
        yield gettext.translation(domain, pycountry.LOCALES_DIR, languages=[language], fallback=True).gettext
