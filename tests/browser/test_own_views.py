"""Looking at one's own mail here asks the edge for nothing, as the browser's own log of requests shows (D6, J5)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser

from odziv.environment import ENV
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import FileRef, KeyRing
from odziv.models import Message, MessageState
from tests.support.cast import Cast, make_cast
from tests.support.journal import followed_message

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def test_the_pages_of_a_message_a_reply_and_a_preview_ask_the_edge_for_nothing(
    chromium: Browser, web: str, cast: Cast
) -> None:
    keys = KeyRing.load_or_create(ENV.seal_keys)
    ours = EdgeAddresses(ENV.edge_url, keys, cast.lipa.pk, uuid4())
    picture = FileRef("0" * 32 + "/aa/" + "a" * 64, "image/png", "chart.png", 9)
    copy = (
        f'<p>Quoted <a href="{ours.click(0, "https://lipa.example/cenik")}">Cenik</a>'
        f'<img src="{ours.image(0, picture)}"><a href="{ours.honeypot()}" aria-hidden="true"></a>'
        f'<img src="{ours.open()}"></p><p background="{ours.open()}">'
    )
    sent, reply, draft = (followed_message(cast.ana, html=copy, subject=name) for name in ("sent", "reply", "draft"))
    Message.objects.filter(pk=reply.pk).update(direction="in")
    Message.objects.filter(pk=draft.pk).update(state=MessageState.DRAFT, sent_at=None)
    client = Client()
    client.force_login(cast.ana)
    context = chromium.new_context()
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": web}])
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    for path in (
        *(reverse("message", args=[message.pk]) for message in (sent, reply)),
        *(reverse("message-body", args=[message.pk]) for message in (sent, reply)),
        reverse("compose-preview-body", args=[draft.pk]),
    ):
        page.goto(f"{web}{path}", wait_until="networkidle") if "body" in path else page.goto(f"{web}{path}")
        if "body" in path:
            assert page.get_by_role("link", name="Cenik").get_attribute("href") == "https://lipa.example/cenik"
    context.close()
    assert sum(url.startswith(web) for url in asked) > 5
    assert [url for url in asked if url.startswith(ENV.edge_url)] == []
