"""The absence of a recipient is offered on the message's page and on the reminder's card (M, P2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from odziv.lib import clock
from odziv.models import Arrival, Message, Reminder
from tests.support.cast import Cast
from tests.support.journal import delivery_of, followed_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(cast: Cast) -> Message:
    now = clock.now()
    message = followed_message(cast.ana, sent_at=now - timedelta(hours=1))
    Reminder.objects.create(
        organisation=cast.lipa, user=cast.ana, message=message, title="Ring Maja", condition="anyway",
        at=now + timedelta(days=1), look_at=now + timedelta(days=1), zone="Europe/Ljubljana", wall="2026-01-01T08:00",
    )  # fmt: skip
    Arrival.objects.create(
        organisation=cast.lipa, message=message, delivery=delivery_of(message), key="1", kind="auto-reply", at=now,
        matched_by="message-id", from_name="<b>Maja</b>", away_until=(now + timedelta(days=9)).date(),
    )  # fmt: skip
    return message


def day_of(message: Message) -> str:
    return Arrival.objects.get(message=message).away_until.isoformat()  # type: ignore[union-attr]


def test_the_page_offers_it_and_one_button_moves_the_reminder(cast: Cast, client: Client, message: Message) -> None:
    client.force_login(cast.ana)
    page = client.get(reverse("message", args=[message.pk])).content.decode()
    assert "&lt;b&gt;Maja&lt;/b&gt; is away until" in page and "<b>Maja</b> is" not in page
    before = Reminder.objects.get().at
    client.post(reverse("message-away", args=[message.pk]), {"choice": "accept", "day": day_of(message)})
    assert Reminder.objects.get().at > before
    assert "is away until" not in client.get(reverse("message", args=[message.pk])).content.decode()


def test_the_other_button_leaves_it(cast: Cast, client: Client, message: Message) -> None:
    client.force_login(cast.ana)
    before = Reminder.objects.get().at
    client.post(reverse("message-away", args=[message.pk]), {"choice": "refuse", "day": day_of(message)})
    assert Reminder.objects.get().at == before
    assert "is away until" not in client.get(reverse("message", args=[message.pk])).content.decode()


@pytest.mark.parametrize("day", ["", "yesterday", "2026-13-01", "9999999-01-01", "2030-01-01\0"])
def test_a_day_that_is_none_is_refused(cast: Cast, client: Client, message: Message, day: str) -> None:
    client.force_login(cast.ana)
    answer = client.post(reverse("message-away", args=[message.pk]), {"choice": "accept", "day": day})
    assert answer.status_code == 400


def test_a_colleague_may_not_move_it(cast: Cast, client: Client, message: Message) -> None:
    client.force_login(cast.bor)
    url = reverse("message-away", args=[message.pk])
    assert client.post(url, {"choice": "accept", "day": day_of(message)}).status_code == 404
    assert client.get(url).status_code == 405
