"""The nearest hour at which somebody is at work, anywhere on earth (D2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.advise import WorkingTime, suggest
from odziv.advise.holidays import holidays_of
from odziv.advise.working_time import instant, is_repeated, is_skipped

# The instant at which somebody writes, where the recipient is, and when to deliver on the recipient's clock ("": now).
CASES = [
    ("2026-05-04T06:30+00:00", "Europe/Ljubljana", ""),  # Monday 8:30 there
    ("2026-05-04T06:00+00:00", "Europe/Ljubljana", ""),  # 8:00 sharp is inside
    ("2026-05-04T15:00+00:00", "Europe/Ljubljana", "2026-05-05 08:00"),  # 17:00 sharp is not
    ("2026-05-04T14:59+00:00", "Europe/Ljubljana", ""),
    ("2026-05-04T02:00+00:00", "Europe/Ljubljana", "2026-05-04 08:00"),
    ("2026-05-08T16:00+00:00", "Europe/Ljubljana", "2026-05-11 08:00"),  # Friday evening
    ("2026-05-09T10:00+00:00", "Europe/Ljubljana", "2026-05-11 08:00"),  # Saturday
    ("2026-05-10T23:00+00:00", "Europe/Ljubljana", "2026-05-11 08:00"),  # Sunday is Monday there already
    ("2026-03-27T17:00+00:00", "Europe/Ljubljana", "2026-03-30 08:00"),  # clocks go forward on the Sunday
    ("2026-10-23T17:00+00:00", "Europe/Ljubljana", "2026-10-26 08:00"),  # and back
    ("2026-05-04T09:00+00:00", "America/New_York", "2026-05-04 08:00"),  # five in the morning
    ("2026-05-04T21:00+00:00", "America/New_York", "2026-05-05 08:00"),
    ("2026-05-04T09:00+00:00", "America/Los_Angeles", "2026-05-04 08:00"),
    ("2026-05-04T09:00+00:00", "Asia/Kolkata", ""),  # 14:30
    ("2026-05-04T12:00+00:00", "Asia/Kolkata", "2026-05-05 08:00"),  # 17:30
    ("2026-05-04T01:00+00:00", "Asia/Kathmandu", "2026-05-04 08:00"),  # 6:45
    ("2026-05-04T09:00+00:00", "Australia/Adelaide", "2026-05-05 08:00"),  # half an hour; 18:30
    ("2026-04-05T00:00+00:00", "Australia/Sydney", "2026-04-06 08:00"),  # summer time ends there on that Sunday
    ("2026-10-02T08:00+00:00", "Australia/Sydney", "2026-10-05 08:00"),  # and begins on the 4th
    ("2026-10-03T20:00+00:00", "Australia/Lord_Howe", "2026-10-05 08:00"),  # by half an hour
    ("2026-05-04T09:00+00:00", "Pacific/Auckland", "2026-05-05 08:00"),
    ("2026-05-08T09:00+00:00", "Pacific/Kiritimati", "2026-05-11 08:00"),  # Friday 23:00, fourteen hours ahead
    ("2026-05-11T09:00+00:00", "Pacific/Pago_Pago", "2026-05-11 08:00"),  # Sunday 22:00, eleven behind
    ("2026-05-04T09:00+00:00", "America/Sao_Paulo", "2026-05-04 08:00"),
    ("2026-12-31T16:00+00:00", "Africa/Nairobi", "2027-01-01 08:00"),
    ("2028-02-28T21:00+00:00", "America/St_Johns", "2028-02-29 08:00"),
]


@pytest.mark.parametrize(("now", "zone", "there"), CASES, ids=[f"{now} {zone}" for now, zone, _there in CASES])
def test_the_nearest_working_hour_on_the_recipients_clock(now: str, zone: str, there: str) -> None:
    found = suggest(datetime.fromisoformat(now), ZoneInfo(zone), WorkingTime())
    assert (found.at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if found else "") == there


def test_public_holidays_are_days_off() -> None:
    working = WorkingTime(holiday=holidays_of("SI"))
    found = suggest(datetime(2026, 4, 30, 18, tzinfo=UTC), ZoneInfo("Europe/Ljubljana"), working)
    assert found is not None
    assert found.at == datetime(2026, 5, 4, 6, tzinfo=UTC)  # the 1st and 2nd of May are holidays, the 3rd a Sunday


def test_a_country_without_known_holidays_has_none() -> None:
    assert not holidays_of("XX")(date(2026, 12, 25))


def test_the_organisation_may_work_on_other_days_and_hours() -> None:
    working = WorkingTime(time(9, 30), time(15), days=frozenset({6}))
    found = suggest(datetime(2026, 5, 4, 9, tzinfo=UTC), ZoneInfo("Asia/Dubai"), working)
    assert found is not None
    assert found.at == datetime(2026, 5, 10, 5, 30, tzinfo=UTC)


def test_who_never_works_gets_no_suggestion() -> None:
    assert suggest(datetime(2026, 5, 4, tzinfo=UTC), ZoneInfo("UTC"), WorkingTime(days=frozenset())) is None


def test_a_time_that_the_clock_skips_is_the_first_behind_the_gap() -> None:
    zone = ZoneInfo("Europe/Ljubljana")
    assert is_skipped(date(2026, 3, 29), time(2, 30), zone)
    assert instant(date(2026, 3, 29), time(2, 30), zone) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_time_that_the_clock_shows_twice_is_the_first_of_them() -> None:
    zone = ZoneInfo("America/New_York")
    assert is_repeated(date(2026, 11, 1), time(1, 30), zone)
    assert instant(date(2026, 11, 1), time(1, 30), zone) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


ZONES = ["Europe/Ljubljana", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati", "Asia/Kathmandu"]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.sampled_from(ZONES))
def test_what_is_suggested_lies_ahead_within_four_days_and_in_the_working_day(now: datetime, name: str) -> None:
    now, zone, working = now.replace(tzinfo=UTC), ZoneInfo(name), WorkingTime()
    found = suggest(now, zone, working)
    assert (found is None) == working.contains(now, zone)
    if found:
        assert now < found.at <= now + timedelta(days=4)
        assert working.contains(found.at, zone)
