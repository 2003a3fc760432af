"""The composer's page (C1, C2, O3): what it shows, what it asks of the database, and that looking writes nothing."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from odziv.compose import attachments, drafts, send
from odziv.lib import clock
from odziv.models import Message, Opportunity
from tests.compose.support import account, contact, draft
from tests.support.cast import Cast


@pytest.fixture
def ana(cast: Cast, client: Client) -> Any:
    client.force_login(cast.ana)
    return client


def config(answer: Any) -> Any:
    found = re.search(r'<script id="composer-config" type="application/json">(.*?)</script>', answer.content.decode())
    return json.loads(unescape(found[1]))


def test_a_new_message_is_addressed_to_the_record_and_not_stored(ana: Client, cast: Cast) -> None:
    maja = contact(cast.ana, "Maja Novak", "maja@hrast.example")
    answer = ana.get(f"/compose/?regarding={maja.pk}")
    assert "Maja Novak &lt;maja@hrast.example&gt;" in answer.content.decode()
    assert config(answer)["id"] is None
    assert not Message.objects.exists()


def test_about_an_opportunity_it_goes_to_the_primary_contact(ana: Client, cast: Cast) -> None:
    maja = contact(cast.ana, "Maja", "maja@hrast.example")
    deal = Opportunity.objects.create(organisation=cast.lipa, owner=cast.ana, name="Deal", primary_contact=maja)
    assert "Maja &lt;maja@hrast.example&gt;" in ana.get(f"/compose/?regarding={deal.pk}").content.decode()


def test_the_body_of_a_draft_is_shown_with_images_of_ours(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    image = attachments.attach(message, "a.png", "image/png", [b"x"], inline=True)
    message.html = f'<html><body style="color: red"><p>č</p><img src="cid:{image.content_id}"></body></html>'
    message.save()
    answer = ana.get(f"/compose/{message.pk}/")
    assert (
        f"&lt;p&gt;č&lt;/p&gt;&lt;img src=&quot;/attachments/{image.pk}/&quot;&gt;</textarea>"
        in answer.content.decode()
    )
    assert config(answer)["editor"]["body_style"] == "color: red"


def test_no_script_stands_in_the_page(ana: Client, cast: Cast) -> None:
    html = "</textarea><script>alert(1)</script>"
    message = draft(cast.ana, subject="</script><script>alert(2)</script>", html=html)
    page = ana.get(f"/compose/{message.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "script-src 'self';" in ana.get(f"/compose/{message.pk}/").headers["Content-Security-Policy"]


def test_without_engagement_the_grid_keeps_its_column_and_nothing_else(ana: Client, cast: Cast) -> None:
    cast.lipa.engagement = False
    cast.lipa.save()
    message = draft(cast.ana)
    attachments.attach(message, "a.pdf", "", [b"x"])
    page = ana.get(f"/compose/{message.pk}/").content.decode()
    assert ">Followed<" in page
    assert 'id="follow"' not in page and 'role="switch" hx-post' not in page


def test_a_sent_message_leads_to_its_page(ana: Client, cast: Cast) -> None:
    message = draft(cast.ana)
    send.submit(message, cast.ana, clock.now())
    answer = ana.get(f"/compose/{message.pk}/")
    assert (answer.status_code, answer.url) == (302, reverse("message", args=[message.pk]))


def test_a_teammates_draft_is_not_there(ana: Client, cast: Cast) -> None:
    assert ana.get(f"/compose/{draft(cast.bor).pk}/").status_code == 404


def test_whoever_is_not_signed_in_is_led_there_and_back(client: Client, cast: Cast) -> None:
    answer = client.get("/compose/?to=maja@hrast.example")
    assert answer.url == "/account/login/?next=/compose/%3Fto%3Dmaja%40hrast.example"


def test_the_number_of_queries_does_not_grow(ana: Client, cast: Cast, django_assert_max_num_queries: Any) -> None:
    message = draft(cast.ana, to=", ".join(f"p{n}@x.si" for n in range(200)), cc="a@y.si", bcc="b@y.si")
    for number in range(5):
        attachments.attach(message, f"{number}.pdf", "", [b"%d" % number])
    company = account(cast.ana, "Hrast")
    for number in range(30):
        contact(cast.ana, f"P{number}", f"p{number}@x.si", account=company)
    with django_assert_max_num_queries(13):
        ana.get(f"/compose/{message.pk}/")
    with django_assert_max_num_queries(12):
        ana.get("/compose/?to=p1@x.si")


def test_a_user_without_a_mailbox_is_told_where_to_get_one(ana: Client, cast: Cast) -> None:
    cast.ana.mailboxes.all().delete()
    assert reverse("mailboxes") in ana.get("/compose/").content.decode()
    assert drafts.new_draft(cast.ana).mailbox is None
