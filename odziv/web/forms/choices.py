"""Countries, currencies, languages and time zones to choose from, in the language of the page, the near ones first."""

from __future__ import annotations

import gettext as system_gettext
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

import pycountry
from django import forms
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from holidays.registry import COUNTRIES as HOLIDAY_COUNTRIES

from odziv.lib.text import sort_key

Choices = list[tuple[str, str]]

NEAR_COUNTRIES = ("SI", "AT", "DE", "HR", "IT", "HU", "CH")
NEAR_CURRENCIES = ("EUR", "USD", "GBP", "CHF")
NEAR_LANGUAGES = ("sl", "en", "de", "hr", "it")
CONTINENTS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
SHARED_MONEY = ("XAF", "XCD", "XOF", "XPF")  # of several countries; the other codes in X are gold, tests, accounting


def countries() -> Choices:
    """(ISO 3166-1 alpha-2, name)."""
    return _countries(get_language() or "en")


def holiday_countries() -> Choices:
    """Countries whose public holidays are known; (ISO 3166-1 alpha-2, name)."""
    known = {code for names in HOLIDAY_COUNTRIES.values() for code in names}
    return [(code, name) for code, name in countries() if code in known]


def currencies() -> Choices:
    """(ISO 4217, code and name)."""
    return _currencies(get_language() or "en")


def languages() -> Choices:
    """(ISO 639-1, name)."""
    return _languages(get_language() or "en")


@lru_cache(maxsize=1)
def time_zones() -> Choices:
    """(IANA name, the same with spaces), those of a continent or an ocean, and UTC."""
    names = sorted(name for name in available_timezones() if name.split("/")[0] in CONTINENTS)
    return [(name, name.replace("_", " ")) for name in ["UTC", *names]]


def country_name(code: str) -> str:
    """The name of a country, in the language of the page; the code itself when there is none."""
    return dict(countries()).get(code, code)


def language_name(code: str) -> str:
    return dict(languages()).get(code, code)


def phone_labels() -> Choices:
    """(code, words) of what a number is for."""
    return [("work", _("Work")), ("mobile", _("Mobile")), ("home", _("Home")), ("other", _("Other"))]


def address_labels() -> Choices:
    """(code, words) of what a postal address is for."""
    return [("main", _("Main address")), ("billing", _("Billing")), ("delivery", _("Delivery")), ("home", _("Home"))]


class Many(BaseChoiceIterator):
    """Many pairs of value and label, none of them a group: Django looks for groups in a list each time it is used."""

    def __init__(self, pairs: Callable[[], Choices]) -> None:
        self._pairs = pairs

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs())


class ManySelect(forms.Select):
    """A <select> of many options. Of each it says what is drawn and no more; a contact's form has 1,200 of them."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        options = [
            {"value": one, "label": label, "attrs": {"selected": True} if one in value else {}}
            for one, label in self.choices
        ]
        return [(None, options, 0)]


def optional(choices: Choices) -> Choices:
    """The same with nothing chosen at first."""
    return [("", "–"), *choices]


@lru_cache(maxsize=4)
def _countries(language: str) -> Choices:
    say = _catalogue("iso3166-1", language)
    named = [(row.alpha_2, say(getattr(row, "common_name", row.name))) for row in pycountry.countries]
    return _near_first(named, NEAR_COUNTRIES)


@lru_cache(maxsize=4)
def _currencies(language: str) -> Choices:
    say = _catalogue("iso4217", language)
    rows = [row for row in pycountry.currencies if row.alpha_3[0] != "X" or row.alpha_3 in SHARED_MONEY]
    return _near_first([(row.alpha_3, f"{row.alpha_3} – {say(row.name)}") for row in rows], NEAR_CURRENCIES)


@lru_cache(maxsize=4)
def _languages(language: str) -> Choices:
    say = _catalogue("iso639-3", language)
    rows = [row for row in pycountry.languages if hasattr(row, "alpha_2")]
    named = [(row.alpha_2, say(row.name).split(";")[0].split(" (")[0].capitalize()) for row in rows]
    return _near_first(named, NEAR_LANGUAGES)


def _catalogue(domain: str, language: str) -> Callable[[str], str]:
    found = system_gettext.translation(domain, pycountry.LOCALES_DIR, languages=[language], fallback=True)
    return found.gettext


def _near_first(choices: Choices, near: tuple[str, ...]) -> Choices:
    ordered = sorted(choices, key=lambda choice: sort_key(choice[1]))
    first = [choice for code in near for choice in ordered if choice[0] == code]
    return first + [choice for choice in ordered if choice[0] not in near]
