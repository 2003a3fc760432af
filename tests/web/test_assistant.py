"""The assistant's sheet: its cards, what one does with them, what a stranger sees (A1 to A4)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from odziv.assist.run import assist
from odziv.lib import clock
from odziv.models import (
    Activity,
    ActivityKind,
    Card,
    CardKind,
    CardState,
    Contact,
    Delivery,
    DeliveryState,
    Happening,
    Message,
    Party,
)
from tests.support.cast import Cast
from tests.support.journal import delivery_of, followed_message
from tests.web.test_records_lists import add

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    cast.lipa.assistant = True
    cast.lipa.save()
    client.force_login(cast.ana)
    return client


@pytest.fixture
def card(cast: Cast, ana: Client) -> Card:
    """Maja, who is on record with a number, has opened an e-mail of Ana's."""
    message = followed_message(cast.ana, subject="Offer <b>1</b>", sent_at=clock.now())
    maja = add(cast.ana, Contact(name="Maja Novak"), "maja@hrast.example", phone="+386 1 234 56 78")
    Party.objects.filter(message=message).update(record=maja)
    for rows in (Message.objects.filter(pk=message.pk), Delivery.objects.filter(message=message)):
        rows.update(opens=1, first_opened_at=clock.now())
    Happening.objects.note(cast.lipa.pk, message.pk, CardKind.OPENED)
    assist()
    return Card.objects.get()


def test_it_says_what_happened_and_what_one_wrote_is_inert(ana: Client, card: Card) -> None:
    page = ana.get("/assistant/").content.decode()
    assert "<b>Maja</b> opened “Offer &lt;b&gt;1&lt;/b&gt;”." in page
    assert 'data-count="1"' in page


def test_a_dismissal_can_be_undone(ana: Client, card: Card) -> None:
    answer = ana.post(f"/assistant/{card.pk}/dismiss/", headers={"HX-Request": "true"})
    undo = json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]
    assert 'data-count="0"' in ana.get("/assistant/bell/").content.decode()
    assert ana.post(undo).status_code == 204
    assert 'data-count="1"' in ana.get("/assistant/bell/").content.decode()


@pytest.mark.parametrize("until", ["hour", "tomorrow", "week"])
def test_a_snooze_puts_it_away_for_a_while(ana: Client, card: Card, until: str) -> None:
    ana.post(f"/assistant/{card.pk}/snooze/", {"until": until}, headers={"HX-Request": "true"})
    card.refresh_from_db()
    assert card.snoozed_until is not None
    assert timedelta(minutes=59) < card.snoozed_until - clock.now() < timedelta(days=7, hours=9)
    assert 'data-count="0"' in ana.get("/assistant/bell/").content.decode()


@pytest.mark.parametrize("at", ["", "2001-01-01T08:00", "9999-12-31T23:59", "tomorrow", "2026-05-04T08:00+02:00"])
def test_a_snooze_without_a_time_ahead_is_refused(ana: Client, card: Card, at: str) -> None:
    answer = ana.post(f"/assistant/{card.pk}/snooze/", {"until": "at", "at": at}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    card.refresh_from_db()
    assert card.snoozed_until is None


def test_a_phone_call_is_made_of_it_due_today_with_the_number(cast: Cast, ana: Client, card: Card) -> None:
    ana.post(f"/assistant/{card.pk}/call/")
    call = Activity.objects.get(kind=ActivityKind.PHONE_CALL)
    assert call.phone_number == "+386 1 234 56 78"
    assert call.regarding is not None
    assert (call.owner, call.regarding.name) == (cast.ana, "Maja Novak")
    assert call.due_at is not None
    assert abs(call.due_at - clock.now()) < timedelta(minutes=1)


def test_all_are_dismissed_but_what_waits_for_a_decision(cast: Cast, ana: Client, card: Card) -> None:
    message = followed_message(cast.ana)
    Delivery.objects.filter(pk=delivery_of(message).pk).update(state=DeliveryState.UNCERTAIN)
    Happening.objects.note(cast.lipa.pk, message.pk, CardKind.UNCERTAIN)
    assist()
    ana.post("/assistant/dismiss/")
    assert list(Card.objects.filter(state=CardState.OPEN).values_list("kind", flat=True)) == [CardKind.UNCERTAIN]


def test_the_sender_decides_and_nobody_else(cast: Cast, ana: Client, client: Client, card: Card) -> None:
    Delivery.objects.update(state=DeliveryState.UNCERTAIN)
    url = f"/messages/{card.message_id}/uncertain/"
    client.force_login(cast.bor)
    assert client.post(url, {"choice": "sent"}).status_code == 404
    client.force_login(cast.ana)
    client.post(url, {"choice": "sent"})
    assert Delivery.objects.get().state == DeliveryState.ACCEPTED


def test_notifications_tell_only_what_is_new(ana: Client, card: Card) -> None:
    first = ana.get("/assistant/news/").json()
    before = (card.shown_at - timedelta(seconds=1)).isoformat()
    assert first["cards"] == []
    assert [one["title"] for one in ana.get("/assistant/news/", {"after": before}).json()["cards"]] == ["E-mail opened"]
    assert ana.get("/assistant/news/", {"after": first["now"]}).json()["cards"] == []


def test_with_the_assistant_off_the_page_says_so(cast: Cast, ana: Client) -> None:
    cast.lipa.assistant = False
    cast.lipa.save()
    assert "switched off" in ana.get("/assistant/").content.decode()


def test_the_page_takes_few_queries(ana: Client, card: Card, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(8):
        ana.get("/assistant/")


def test_the_bell_counts_in_slovenian_too(cast: Cast, ana: Client, card: Card) -> None:
    cast.ana.language = "sl"
    cast.ana.save()
    page = ana.get("/accounts/").content.decode()
    assert 'aria-label="Pomočnik: 1 kartica"' in page
