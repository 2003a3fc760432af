"""Opportunities are won and lost, leads given up; each change is kept and can be taken back (R1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from odziv.lib import clock
from odziv.models import Lead, Opportunity, Record, RecordStatus, StatusChange
from odziv.records import closing
from odziv.records.closing import StatusMoved, moment_of
from odziv.records.saving import StaleRecord, save
from tests.support.cast import Cast
from tests.web.test_records_lists import add

NOW = clock.now()
OPEN, WON, LOST = RecordStatus.OPEN, RecordStatus.WON, RecordStatus.LOST


@pytest.fixture
def deal(cast: Cast) -> Record:
    return add(cast.ana, Opportunity(name="Refit", status="open"))


def test_winning_keeps_when_why_and_who(cast: Cast, deal: Record) -> None:
    signed = NOW - timedelta(days=3)
    closing.change(deal, WON, seen=OPEN, closed_at=signed, note="Signed in Kranj", user=cast.bor, now=NOW)
    stored = Record.objects.get(pk=deal.pk)
    assert (stored.status, stored.closed_at) == ("won", signed)
    kept = StatusChange.objects.told(deal).get()
    assert (kept.was, kept.status, kept.note, kept.user, kept.at) == ("open", "won", "Signed in Kranj", cast.bor, NOW)


def test_the_second_of_two_who_close_it_is_told(cast: Cast, deal: Record) -> None:
    closing.change(deal, WON, seen=OPEN, user=cast.ana, now=NOW)
    with pytest.raises(StatusMoved) as moved:
        closing.change(deal, LOST, seen=OPEN, reason="price", user=cast.bor, now=NOW)
    assert moved.value.record.status == "won" and StatusChange.objects.count() == 1


def test_a_change_is_taken_back_as_if_it_had_not_been(cast: Cast, deal: Record) -> None:
    closing.change(deal, WON, seen=OPEN, closed_at=NOW - timedelta(days=9), user=cast.ana, now=NOW)
    reopened = closing.change(deal, OPEN, seen=WON, user=cast.ana, now=NOW + timedelta(hours=1))
    assert Record.objects.get(pk=deal.pk).closed_at is None
    stored = closing.take_back(reopened, NOW)
    assert (stored.status, stored.closed_at) == ("won", NOW - timedelta(days=9))
    assert StatusChange.objects.count() == 1


def test_only_the_last_change_can_be_taken_back(cast: Cast, deal: Record) -> None:
    first = closing.change(deal, WON, seen=OPEN, user=cast.ana, now=NOW)
    closing.change(deal, OPEN, seen=WON, user=cast.bor, now=NOW + timedelta(hours=1))
    with pytest.raises(StatusMoved):
        closing.take_back(first, NOW)


def test_whoever_has_it_open_in_a_form_does_not_open_it_again_unawares(cast: Cast, deal: Record) -> None:
    seen = Record.objects.get(pk=deal.pk)
    closing.change(deal, WON, seen=OPEN, user=cast.ana, now=NOW)
    with pytest.raises(StaleRecord):
        save(seen, user=cast.bor, now=NOW)


def test_a_status_changed_in_the_form_is_kept_too(cast: Cast, deal: Record) -> None:
    deal.status = LOST
    save(deal, user=cast.bor, now=NOW)
    kept = StatusChange.objects.told(deal).get()
    assert (kept.was, kept.status, kept.user) == ("open", "lost", cast.bor)
    assert closing.take_back(kept, NOW).closed_at is None


def test_a_lead_is_given_up_and_taken_up_again(cast: Cast) -> None:
    lead = add(cast.ana, Lead(name="Zoran", status="open"))
    closing.change(lead, RecordStatus.DISQUALIFIED, seen=OPEN, reason="silence", user=cast.ana, now=NOW)
    closing.change(lead, OPEN, seen=RecordStatus.DISQUALIFIED, user=cast.ana, now=NOW)
    assert Record.objects.get(pk=lead.pk).status == "open"


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 21, 30, tzinfo=UTC)),  # still today in Ljubljana: now
        (date(2026, 3, 28), datetime(2026, 3, 28, 11, 0, tzinfo=UTC)),  # noon, an hour before the clocks change
        (date(2026, 3, 30), datetime(2026, 3, 30, 10, 0, tzinfo=UTC)),
    ],
)
def test_a_day_becomes_noon_and_today_becomes_now(day: date, moment: datetime) -> None:
    now = datetime(2026, 3, 29, 21, 30, tzinfo=UTC)
    assert moment_of(day, now, ZoneInfo("Europe/Ljubljana")) == moment
