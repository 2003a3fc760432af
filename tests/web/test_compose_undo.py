"""Undo send over HTTP (C3): the message waits as long as its sender chose, and every page offers to take it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from odziv.lib import clock
from odziv.models import Delivery, Message, MessageState, UndoSeconds
from tests.compose.support import draft
from tests.support.cast import Cast


@pytest.fixture
def ana(cast: Cast, client: Client) -> Any:
    client.force_login(cast.ana)
    return client


def sent(client: Client, cast: Cast, **fields: Any) -> Message:
    message = draft(cast.ana, **fields)
    assert client.post(f"/compose/{message.pk}/send/").status_code == 200
    return Message.objects.get(pk=message.pk)


def test_it_waits_ten_seconds_unless_its_sender_chose_otherwise(ana: Client, cast: Cast) -> None:
    assert sent(ana, cast).deliveries.get().due_at - sent(ana, cast).at < timedelta(seconds=10.5)
    assert sent(ana, cast).send_at is not None
    form = {"name": "Ana", "language": "en", "time_zone": "Europe/Ljubljana", "undo_seconds": UndoSeconds.NONE}
    ana.post("/settings/profile/", form)
    message = sent(ana, cast)
    assert (message.send_at, message.deliveries.get().due_at) == (None, message.at)


def test_every_page_shows_it_and_asks_no_database_for_it(
    ana: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    ana.get("/contacts/")
    with django_assert_max_num_queries(20) as before:
        ana.get("/contacts/")
    asked = len(before)
    message = sent(ana, cast, subject='<b>"Ponudba"</b>')
    with django_assert_max_num_queries(asked):
        page = ana.get("/contacts/").content.decode()
    assert f'action="/messages/{message.pk}/undo/"' in page
    assert "“&lt;b&gt;&quot;Ponudba&quot;&lt;/b&gt;” leaves in" in page


def test_undo_opens_the_draft(ana: Client, cast: Cast) -> None:
    message = sent(ana, cast)
    answer = ana.post(f"/messages/{message.pk}/undo/", follow=True)
    assert answer.redirect_chain == [(f"/compose/{message.pk}/", 302)]
    assert "Taken back: nothing was sent" in answer.content.decode()
    assert f"/messages/{message.pk}/undo/" not in ana.get("/contacts/").content.decode()


def test_when_it_has_begun_to_leave_it_says_so(ana: Client, cast: Cast) -> None:
    message = sent(ana, cast, cc="jan@x.si")
    first = message.deliveries.first()
    assert first is not None
    Delivery.objects.claim([first.pk], now=clock.now() + timedelta(seconds=11), lease=timedelta(minutes=1))
    answer = ana.post(f"/messages/{message.pk}/undo/", follow=True)
    assert answer.redirect_chain == [(f"/messages/{message.pk}/", 302)]
    assert "has begun to leave" in answer.content.decode()
    message.refresh_from_db()
    assert message.state == MessageState.SENDING


def test_a_teammate_sees_when_it_leaves_but_cannot_take_it_back(ana: Client, cast: Cast) -> None:
    message = sent(ana, cast)
    assert "Undo send" in ana.get(f"/messages/{message.pk}/").content.decode()
    bor = Client()
    bor.force_login(cast.bor)
    page = bor.get(f"/messages/{message.pk}/").content.decode()
    assert "Leaves in" in page and "undo/" not in page
    assert bor.post(f"/messages/{message.pk}/undo/").status_code == 404


def test_a_page_that_still_shows_it_goes_on_to_the_draft(ana: Client, cast: Cast) -> None:
    message = sent(ana, cast)
    ana.post(f"/messages/{message.pk}/undo/")
    assert ana.get(f"/messages/{message.pk}/now").headers["HX-Redirect"] == f"/compose/{message.pk}/"
