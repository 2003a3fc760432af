"""The team page: sent, opened, answered, by salesperson and week; for managers and administrators (V5, O2, O3, J5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from odziv.lib import clock
from odziv.measure.team import Tally, team
from odziv.models import Message
from tests.support.cast import Cast
from tests.support.journal import SCANNER, delivery_of, followed_message, happened, hit

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 5, 4, 8, tzinfo=UTC)


@pytest.fixture
def cene(cast: Cast, client: Client) -> Client:
    client.force_login(cast.cene)
    return client


def test_it_counts_e_mails_by_week_and_person(cast: Cast) -> None:
    opened = followed_message(cast.ana, sent_at=MONDAY)
    scanned = followed_message(cast.ana, sent_at=MONDAY - timedelta(days=1))
    followed_message(cast.bor, sent_at=MONDAY, followed=False)
    followed_message(cast.eva, sent_at=MONDAY)
    happened(hit(delivery_of(opened)), hit(delivery_of(opened), after=9000), hit(delivery_of(scanned), agent=SCANNER))
    found = team(cast.cene, 4, MONDAY + timedelta(days=2))
    assert [week.tally for week in found.weeks] == [Tally(), Tally(), Tally(1, 1), Tally(2, 1, 1)]
    assert [(person.user, person.tally) for person in found.people] == [
        (cast.ana, Tally(2, 2, 1)),
        (cast.bor, Tally(1)),
    ]
    assert found.total == Tally(3, 2, 1)
    assert found.total.share("opened") == 0.5


def test_weeks_begin_on_the_clock_of_whoever_looks(cast: Cast) -> None:
    followed_message(cast.ana, sent_at=datetime(2026, 5, 3, 22, 30, tzinfo=UTC))  # Monday 0:30 in Ljubljana
    found = team(cast.cene, 4, MONDAY)
    assert [week.tally.sent for week in found.weeks] == [0, 0, 0, 1]
    cast.cene.time_zone = "America/New_York"
    assert [week.tally.sent for week in team(cast.cene, 4, MONDAY).weeks] == [0, 0, 1, 0]


def test_its_queries_are_one_for_each_week(cast: Cast, django_assert_num_queries: Any) -> None:
    for number in range(30):
        followed_message(cast.ana, sent_at=MONDAY - timedelta(days=number))
    with django_assert_num_queries(13 + 1):
        team(cast.cene, 13, MONDAY)


@pytest.mark.parametrize(("who", "status"), [("ana", 403), ("cene", 200), ("dora", 200)])
def test_it_is_for_managers_and_administrators(cast: Cast, client: Client, who: str, status: int) -> None:
    client.force_login(getattr(cast, who))
    assert client.get("/team/").status_code == status
    assert ("/team/" in client.get("/today/").content.decode()) == (status == 200)


def test_the_page_shows_numbers_and_shares(cast: Cast, cene: Client) -> None:
    copy = delivery_of(followed_message(cast.ana, sent_at=clock.now()))
    Message.objects.update(opens=3)
    assert copy
    page = cene.get("/team/?weeks=4").content.decode()
    assert "100 %" in page
    assert "approximations" in page


def test_with_engagement_off_only_what_was_sent_is_told(cast: Cast, cene: Client) -> None:
    followed_message(cast.ana, sent_at=clock.now())
    cast.lipa.engagement = False
    cast.lipa.save()
    page = cene.get("/team/").content.decode()
    assert "Email engagement is off" in page
    assert "100 %" not in page


def test_an_empty_team_is_told_what_comes(cene: Client) -> None:
    assert "Nothing was sent" in cene.get("/team/?weeks=nonsense").content.decode()
