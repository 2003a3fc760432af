"""What happened, in words (V3, U1)."""

from __future__ import annotations

import pytest
from django.utils import translation

from odziv.measure.timeline import Entry
from odziv.measure.wording import place_of, sentence, shown_address
from tests.support.journal import NOON


def entry(kind: str = "open", **more: object) -> Entry:
    told = {"verdict": "human", "who": "Maja"} | more
    return Entry(id="1", kind=kind, at=NOON, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (entry(), "Maja opened it"),
        (entry(device="phone", system="iPhone", country="SI"), "Maja opened it on an iPhone in Slovenia"),
        (entry(device="tablet", system="Android"), "Maja opened it on an Android tablet"),
        (entry(device="desktop"), "Maja opened it on a computer"),
        (entry(device="unknown", country="US"), "Maja opened it in the United States"),
        (entry(country="SI", city="Kranj"), "Maja opened it in Kranj, Slovenia"),
        (entry(country="XX"), "Maja opened it"),
        (entry("click", what="https://www.lipa.si/a/"), "Maja clicked lipa.si/a"),
        (entry("click"), "Maja clicked a link"),
        (entry("file", what="Ponudba.pdf"), "Maja viewed Ponudba.pdf"),
        (entry("click", verdict="machine", client="Barracuda"), "Barracuda followed a link in the copy for Maja"),
        (entry("open", verdict="machine"), "A program loaded the pictures of the copy for Maja"),
        (entry("sent", names=("Maja",)), "Sent to Maja"),
        (entry("sent", count=2, names=("Maja", "Jan")), "Sent to Maja and Jan"),
        (entry("sent", count=9, names=("Maja", "Jan", "Eva")), "Sent to 9 recipients"),
        (entry("refused"), "Delivery to Maja failed"),
        (entry("click", who="100%(x)s", what="https://a.si/%(who)s%"), "100%(x)s clicked a.si/%(who)s%"),
    ],
)
def test_it_says_what_happened(told: Entry, text: str) -> None:
    assert str(sentence(told)) == text


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (entry(device="phone", system="iPhone", country="SI"), "Maja: sporočilo odprto (iPhone, Slovenija)"),
        (entry("sent", count=2, names=("Maja", "Jan")), "Poslano: Maja in Jan"),
        (entry("sent", count=101, names=("a", "b", "c")), "Poslano 101 prejemniku"),
        (entry("sent", count=5, names=("a", "b", "c")), "Poslano 5 prejemnikom"),
    ],
)
def test_it_says_it_in_slovenian(told: Entry, text: str) -> None:
    with translation.override("sl"):
        assert str(sentence(told)) == text


def test_countries_have_the_names_that_people_use() -> None:
    assert (place_of("CZ"), place_of("BO"), place_of("")) == ("Czechia", "Bolivia", "")
    with translation.override("sl"):
        assert place_of("US") == "Združene države"


def test_long_addresses_are_cut() -> None:
    assert shown_address("https://lipa.si/" + "x" * 200) == "lipa.si/" + "x" * 61 + "…"
