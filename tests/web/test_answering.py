"""The page of an e-mail leads to answers, and shows its conversation (C5)."""

from __future__ import annotations

import pytest
from django.test import Client

from odziv.lib import clock
from odziv.models import Message
from tests.support.cast import Cast
from tests.support.journal import followed_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(cast: Cast) -> Message:
    found = followed_message(cast.ana, to=("maja@hrast.example", "jan@alpine.example"), sent_at=clock.now())
    Message.objects.filter(pk=found.pk).update(message_id="<1@lipa.example>")
    return found


def test_a_reply_opens_in_the_composer_and_shows_in_the_conversation(
    client: Client, cast: Cast, message: Message
) -> None:
    client.force_login(cast.ana)
    said = client.post(f"/messages/{message.pk}/answer/", {"kind": "reply"})
    draft = Message.objects.drafts().get()
    assert said.headers["Location"] == f"/compose/{draft.pk}/"
    assert "Re: Ponudba" in client.get(f"/compose/{draft.pk}/").content.decode()
    page = client.get(f"/messages/{message.pk}/").content.decode()
    assert f'href="{draft.get_absolute_url()}"' in page and "Conversation" in page


@pytest.mark.parametrize("kind", ["", "delete", "REPLY", "reply\0"])
def test_other_kinds_are_not_found(client: Client, cast: Cast, message: Message, kind: str) -> None:
    client.force_login(cast.ana)
    assert client.post(f"/messages/{message.pk}/answer/", {"kind": kind}).status_code == 404
    assert not Message.objects.drafts().exists()


def test_what_has_not_left_says_so(client: Client, cast: Cast, message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(sent_at=None, state="scheduled")
    client.force_login(cast.ana)
    assert "Reply to all" not in client.get(f"/messages/{message.pk}/").content.decode()
    said = client.post(f"/messages/{message.pk}/answer/", {"kind": "all"}, follow=True).content.decode()
    assert "has not left yet" in said and not Message.objects.drafts().exists()
