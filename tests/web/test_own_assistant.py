"""Everybody chooses which cards they get, and when nothing disturbs them (A1)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from odziv.assist.run import assist
from odziv.lib import clock
from odziv.models import Card, CardKind, Delivery, Happening, Message, User
from tests.support.cast import Cast
from tests.support.journal import followed_message

pytestmark = pytest.mark.django_db
PAGE = "/settings/profile/assistant/"


def opened(cast: Cast) -> Message:
    cast.lipa.assistant = True
    cast.lipa.save()
    message = followed_message(cast.ana, sent_at=clock.now())
    for rows in (Message.objects.filter(pk=message.pk), Delivery.objects.filter(message=message)):
        rows.update(opens=1, first_opened_at=clock.now())
    Happening.objects.note(cast.lipa.pk, message.pk, CardKind.OPENED)
    return message


def test_a_kind_that_is_not_wanted_makes_no_card_of_mine(client: Client, cast: Cast) -> None:
    client.force_login(cast.ana)
    wanted = [kind.value for kind in CardKind if kind != CardKind.OPENED]
    assert client.post(PAGE, {"kinds": wanted}).status_code == 302
    opened(cast)
    assist()
    assert not Card.objects.exists()
    page = client.get(PAGE).content.decode()
    assert page.count("checked") >= len(wanted)


@pytest.mark.parametrize(("hour", "quiet"), [(21, False), (22, True), (2, True), (6, True), (7, False), (12, False)])
def test_quiet_hours_are_on_the_users_clock_and_may_pass_midnight(cast: Cast, hour: int, quiet: bool) -> None:
    cast.ana.quiet_from, cast.ana.quiet_until, cast.ana.time_zone = time(22), time(7), "Asia/Tokyo"
    at = datetime(2026, 5, 4, hour, tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(UTC)
    assert cast.ana.is_quiet(at) is quiet


def test_what_came_in_quiet_hours_is_said_behind_them(client: Client, cast: Cast) -> None:
    opened(cast)
    assist()
    before = (clock.now() - timedelta(minutes=5)).isoformat()
    there = clock.now().astimezone(cast.ana.zone)
    around = ((there - timedelta(hours=1)).time(), (there + timedelta(hours=1)).time())
    User.objects.filter(pk=cast.ana.pk).update(quiet_from=around[0], quiet_until=around[1])
    client.force_login(cast.ana)
    told = client.get("/assistant/news/", {"after": before}).json()
    assert told == {"cards": [], "now": before}
    User.objects.filter(pk=cast.ana.pk).update(quiet_from=None, quiet_until=None)
    assert len(client.get("/assistant/news/", {"after": told["now"]}).json()["cards"]) == 1


@pytest.mark.parametrize(
    "sent",
    [{"quiet_from": "22:00"}, {"quiet_from": "25:00", "quiet_until": "1:00"}, {"kinds": "everything"}],
)
def test_what_cannot_be_is_said_and_changes_nothing(client: Client, cast: Cast, sent: dict[str, str]) -> None:
    client.force_login(cast.ana)
    assert client.post(PAGE, sent).status_code == 422
    ana = User.objects.get(pk=cast.ana.pk)
    assert (ana.quiet_from, ana.muted_cards) == (None, [])
