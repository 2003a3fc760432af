"""The dialog Insert template: language first, then search, the recommended first; in and out again (T2, T3, C2, O3)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.compose import attachments
from odziv.lib import clock
from odziv.models import Message, TemplateAttachment
from tests.compose.support import contact, draft
from tests.support.cast import Cast
from tests.support.templates import counted, opened, sent_from, template

pytestmark = pytest.mark.django_db

HOSTILE = "<img src=x onerror=alert(1)>\"'&"


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def offered(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/compose/templates/?{query}")
    assert answer.status_code == 200
    return [row.title for row in answer.context["templates"]]


def test_it_begins_in_the_recipients_language(cast: Cast, ana: Client) -> None:
    for title, language in (("Ponudba", "sl"), ("Offer", "en"), ("Angebot", "de")):
        template(cast.ana, title, language=language)
    maja = contact(cast.ana, "Maja", "maja@hrast.example")
    maja.language = "sl"
    maja.save()
    assert offered(ana, "to=MAJA@hrast.example") == ["Ponudba"]
    assert offered(ana, f"regarding={maja.pk}") == ["Ponudba"]
    assert offered(ana, "to=nobody@nowhere.example") == ["Offer"]  # the writer's own
    maja.language = "ja"
    maja.save()
    assert offered(ana, "to=maja@hrast.example") == ["Offer"]  # there is none in theirs
    assert offered(ana, "language=*&q=angebot") == ["Angebot"]
    assert offered(ana, "language=de") == ["Angebot"]


def test_the_recommended_come_first_with_their_reason(
    cast: Cast, ana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(45):
        template(cast.bor, f"A{n:02}", language="en")
    best = template(cast.ana, "Zadnja po abecedi", language="en")
    opened(*[sent_from(best, cast.ana) for _ in range(12)])
    dull = template(cast.ana, "Dull", language="en")
    for _ in range(12):
        sent_from(dull, cast.ana)
    counted()
    with django_assert_max_num_queries(8):
        answer = ana.get("/compose/templates/")
    assert answer.context["templates"][0] == best and answer.context["more"]
    page = answer.content.decode()
    assert "Better than usual in 12 followed e-mails" in page and "12 of 12. Likely between" in page
    cast.lipa.engagement = False
    cast.lipa.save()
    assert offered(ana)[0] == "A00"
    assert "rate-cell" not in ana.get("/compose/templates/?q=zadnja").content.decode()


def test_nobody_inserts_what_is_put_away_or_somebody_elses(cast: Cast, ana: Client) -> None:
    away = template(cast.ana, "Away", language="en", archived_at=clock.now())
    his = template(cast.bor, "His", language="en", shared=False)
    assert offered(ana) == []
    message = draft(cast.ana)
    for row in (away, his):
        assert ana.get(f"/compose/templates/{row.pk}/").status_code == 404
        assert ana.post(f"/compose/{message.pk}/insert/", {"template": str(row.pk)}).status_code == 404


def test_it_shows_what_the_message_would_say(cast: Cast, ana: Client) -> None:
    contact(cast.ana, "Maja <b>Novak", "maja@hrast.example")
    html = "<p>{{ recipient.name }} {{ recipient.phone }}</p>"
    row = template(cast.ana, HOSTILE, subject="For {{ recipient.first_name }}", html=html)
    shown = ana.get(f"/compose/templates/{row.pk}/?to=maja@hrast.example").content.decode()
    assert "For Maja" in shown and "Recipient: phone number" in shown
    assert "<img src=x" not in shown and "<b>Novak" not in shown
    assert "<img src=x" not in ana.get("/compose/templates/?language=*").content.decode()


def test_it_is_inserted_and_taken_out_again(cast: Cast, ana: Client) -> None:
    contact(cast.ana, "Maja Novak", "maja@hrast.example")
    html = "<p>Dear {{ recipient.first_name }}, call {{ recipient.phone }}.</p>"
    row = template(cast.ana, subject="For {{ recipient.first_name }}", html=html)
    file = attachments.stored(cast.lipa.pk, "cenik.pdf", [b"cenik"])
    assert row.current is not None
    TemplateAttachment.objects.create(
        organisation=cast.lipa, version=row.current, ordinal=0, name="cenik.pdf", followed=True, file=file
    )
    message = draft(cast.ana, to="maja@hrast.example")
    said: Any = ana.post(f"/compose/{message.pk}/insert/", {"template": str(row.pk)}).json()
    assert said["subject"] == "For Maja" and said["html"] == "<p>Dear Maja, call {{ recipient.phone }}.</p>"
    assert said["missing"] == [{"value": "recipient.phone", "words": "Recipient: phone number"}]
    assert "cenik.pdf" in said["attachments"] and re.search(r"role=\"switch\"[^>]* checked", said["attachments"])
    message.refresh_from_db()
    assert message.template_version == row.current
    undo = {"file": [*said["undo"]["files"], "nonsense"], "before": said["undo"]["before"]}
    assert "cenik.pdf" not in ana.post(f"/compose/{message.pk}/insert/undo/", undo).json()["attachments"]
    message.refresh_from_db()
    assert message.template_version is None and not message.attachments.exists()


def test_a_message_that_has_left_takes_none(cast: Cast, ana: Client) -> None:
    message = draft(cast.ana)
    Message.objects.filter(pk=message.pk).update(state="sent")
    row = template(cast.ana)
    assert ana.post(f"/compose/{message.pk}/insert/", {"template": str(row.pk)}).status_code == 404


def test_without_any_template_the_dialog_leads_to_the_first(ana: Client) -> None:
    assert 'href="/templates/new/"' in ana.get("/compose/templates/").content.decode()
