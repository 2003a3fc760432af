"""Two versions of a draft over HTTP: compared without storing anything, and kept as an e-mail of its own (C1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from odziv.compose import attachments, drafts, send
from odziv.compose.drafts import DraftFields
from odziv.lib import clock
from odziv.models import Message
from tests.compose.support import PNG, contact, draft
from tests.support.cast import Cast


@pytest.fixture
def ana(cast: Cast, client: Client) -> Any:
    client.force_login(cast.ana)
    return client


def test_both_versions_stand_side_by_side_as_text(ana: Client, cast: Cast) -> None:
    maja = contact(cast.ana, "Maja Novak", "maja@hrast.example")
    message = drafts.save(draft(cast.ana, html="<p>Cena je 100 EUR.</p>"), DraftFields(regarding=maja))
    here = {"to": message.to_line, "subject": "<b>Tu</b>", "html": "<p>Cena je 120 EUR.</p>", "wants_following": "0"}
    page = ana.post(f"/compose/{message.pk}/versions/", here).content.decode()
    assert "<mark>&lt;b&gt;Tu&lt;/b&gt;</mark>" in page and "<mark>Ponudba</mark>" in page
    assert "<mark>120</mark>" in page and "<mark>100</mark>" in page
    assert "Maja Novak" in page and "Don&#x27;t follow" in page and ">Cc<" not in page
    assert f'data-seen="{message.version}"' in page
    message.refresh_from_db()
    assert (message.subject, Message.objects.count()) == ("Ponudba", 1)


def test_a_copy_has_text_images_and_files_of_its_own(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    image = attachments.attach(message, "a.png", "image/png", [PNG], inline=True)
    attachments.attach(message, "a.pdf", "", [b"x"], followed=True)
    style = "<html><head><style>p{}</style></head><body>"
    drafts.save(message, DraftFields(html=f'{style}<p>a</p><img src="cid:{image.content_id}"></body></html>'))
    here = {"copy_of": str(message.pk), "subject": "Kopija", "html": f'<p>b</p><img src="/attachments/{image.pk}/">'}
    said = ana.post("/compose/save/", here).json()
    copy = Message.objects.get(pk=said["id"])
    assert copy.subject == "Kopija" and copy.html.startswith(f"{style}<p>b</p>")
    (own,) = copy.attachments.images()
    assert f"cid:{own.content_id}" in copy.html and own.pk != image.pk
    assert [(one.name, one.followed) for one in copy.attachments.files()] == [("a.pdf", True)]
    assert message.attachments.count() == 2


def test_what_was_sent_meanwhile_is_kept_as_a_copy_too(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    send.submit(message, cast.ana, clock.now())
    assert ana.post(f"/compose/{message.pk}/versions/", {"subject": "x"}).status_code == 404
    said = ana.post("/compose/save/", {"copy_of": str(message.pk), "html": "<p>Še nekaj</p>"}).json()
    assert "Še nekaj" in Message.objects.get(pk=said["id"]).html
    assert Message.objects.get(pk=message.pk).html == "<p>Pozdrav</p>"


def test_only_what_is_seen_is_sent(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    seen = message.version
    drafts.save(message, DraftFields(subject="drugje"))
    answer = ana.post(f"/compose/{message.pk}/send/", {"version": seen, "confirmed": "1"})
    assert (answer.status_code, answer.json()["version"]) == (409, seen + 1)
    assert ana.post(f"/compose/{message.pk}/send/", {"version": seen + 1}).status_code == 200
