"""Times, sizes and initials, as people say them, in both languages (U1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from odziv.web.words import day_and_time, full_time, hue, human_size, initials, near_or_far

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # 13:00 in Ljubljana, a Tuesday


@pytest.fixture(autouse=True)
def in_ljubljana() -> Iterator[None]:
    with timezone.override(ZoneInfo("Europe/Ljubljana")):
        yield


@pytest.mark.parametrize(
    ("away", "english", "slovenian"),
    [
        (timedelta(seconds=-20), "just now", "pravkar"),
        (timedelta(minutes=-12), "12 min. ago", "pred 12 min."),
        (timedelta(minutes=5), "in 5 min.", "čez 5 min."),
        (timedelta(minutes=4, seconds=30), "in 5 min.", "čez 5 min."),
        (timedelta(hours=-2), "today 11:00", "danes 11:00"),
        (timedelta(hours=20), "tomorrow 09:00", "jutri 09:00"),
        (timedelta(hours=-14), "yesterday 23:00", "včeraj 23:00"),
        (timedelta(days=-4), "Fri 13:00", "pet 13:00"),
        (timedelta(days=-40), "15 Oct", "15. 10."),
        (timedelta(days=-400), "20 Oct 2025", "20. 10. 2025"),
    ],
)
def test_times_are_relative_near_and_absolute_far(away: timedelta, english: str, slovenian: str) -> None:
    with translation.override("en"):
        assert near_or_far(NOW + away, NOW) == english
    with translation.override("sl"):
        assert near_or_far(NOW + away, NOW) == slovenian


def test_the_full_time_names_the_zone() -> None:
    with translation.override("en"):
        assert full_time(NOW) == "Tuesday, 24 November 2026, 13:00:00 CET"
    with translation.override("sl"):
        assert full_time(NOW) == "torek, 24. novembra 2026, 13:00:00 CET"


def test_the_same_moment_is_told_on_everybodys_own_clock() -> None:
    with translation.override("en"):
        for zone, day, full in (("Europe/Ljubljana", "13:00", "13:00:00 CET"), ("Asia/Tokyo", "21:00", "21:00:00 JST")):
            with timezone.override(zone):
                assert full_time(NOW).endswith(full)
                assert day_and_time(NOW, NOW) == f"today {day}"


@pytest.mark.parametrize(
    ("size", "english", "slovenian"),
    [
        (0, "0 B", "0 B"),
        (999, "999 B", "999 B"),
        (1_000, "1 kB", "1 kB"),
        (999_600, "1.0 MB", "1,0 MB"),
        (1_449_000, "1.4 MB", "1,4 MB"),
        (250_000_000, "250 MB", "250 MB"),
    ],
)
def test_sizes_have_the_decimal_sign_of_the_language(size: int, english: str, slovenian: str) -> None:
    with translation.override("en"):
        assert human_size(size) == english.replace(" ", "\N{NO-BREAK SPACE}")
    with translation.override("sl"):
        assert human_size(size) == slovenian.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Maja Novak", "MN"), ("Črt", "Č"), ("ana@lipa.example", "AE"), ("", "?"), ("Hrast d.o.o.", "HO"), ("()", "?")],
)
def test_initials_stand_for_a_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_name_keeps_its_hue() -> None:
    assert hue("Maja Novak") == hue("maja novak")
    assert {hue(f"person {n}") for n in range(200)} == set(range(1, 9))


def test_dates_are_written_as_in_europe() -> None:
    with translation.override("en"):
        assert date_format(NOW) == "24 November 2026"
        assert date_format(NOW, "SHORT_DATETIME_FORMAT") == "24 Nov 2026, 12:00"
    with translation.override("sl"):
        assert date_format(NOW) == "24. novembra 2026"
        assert date_format(NOW, "SHORT_DATE_FORMAT") == "24. 11. 2026"
