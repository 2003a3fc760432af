"""Countries, currencies, languages and time zones to choose from (R1, U1)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from odziv.web.forms import choices


@pytest.mark.parametrize(
    ("language", "country", "currency", "tongue"),
    [("en", "Slovenia", "EUR – Euro", "Slovenian"), ("sl", "Slovenija", "EUR – evro", "Slovenščina")],
)
def test_the_near_ones_stand_first_in_the_language_of_the_page(
    language: str, country: str, currency: str, tongue: str
) -> None:
    with translation.override(language):
        assert choices.countries()[0] == ("SI", country)
        assert choices.currencies()[0] == ("EUR", currency)
        assert choices.languages()[0] == ("sl", tongue)


def test_each_stands_once() -> None:
    for offered in (choices.countries(), choices.currencies(), choices.languages(), choices.time_zones()):
        codes = [code for code, _name in offered]
        assert len(codes) == len(set(codes)) > 150


def test_money_of_several_countries_is_there_and_gold_is_not() -> None:
    codes = dict(choices.currencies())
    assert "XOF" in codes and "XPF" in codes and "XAU" not in codes and "XXX" not in codes


def test_every_time_zone_exists_here() -> None:
    assert all(ZoneInfo(name) for name, _words in choices.time_zones())


def test_a_code_that_nobody_knows_stays_as_it_is() -> None:
    assert choices.country_name("ZZ") == "ZZ" and choices.language_name("zz") == "zz"
