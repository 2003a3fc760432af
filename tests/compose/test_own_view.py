"""A mail that quotes a followed copy is shown here with originals: nothing loads from the edge (C5, J5)."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from odziv.compose import drafts
from odziv.compose.own_view import own_view, writable
from odziv.environment import ENV
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import FileRef, KeyRing
from odziv.models import Message
from odziv.web import security
from tests.deliver.letters import attach
from tests.support.cast import Cast
from tests.support.journal import followed_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(cast: Cast) -> EdgeAddresses:
    return EdgeAddresses(ENV.edge_url, KeyRing.load_or_create(ENV.seal_keys), cast.lipa.pk, uuid4())


def test_links_lead_to_the_originals_and_beacons_are_gone(cast: Cast, ours: EdgeAddresses) -> None:
    html = (
        f'<a href="{ours.click(0, "https://lipa.example/?a=1&b")}">x</a><img src="{ours.open()}">'
        f'<a href="{ours.honeypot()}"></a><td background="{ours.open()}">'
    )
    assert own_view(html, cast.lipa.pk, str) == (
        '<a href="https://lipa.example/?a=1&amp;b">x</a><td background="about:blank#'
        + ours.open().removeprefix(f"{ENV.edge_url}/")
        + '">'
    )


def test_images_and_files_come_from_here(cast: Cast, ours: EdgeAddresses) -> None:
    message = followed_message(cast.ana)
    image = attach(message, "a.png", b"\x89PNG", content_type="image/png", inline=True, content_id="a@x")
    file = attach(message, "b.pdf", b"%PDF", content_type="application/pdf", followed=True)
    refs = [FileRef(one.file.key, one.content_type, one.name, one.file.size) for one in (image, file)]
    html = f'<img src="{ours.image(0, refs[0])}"><a href="{ours.file(0, refs[1])}">b</a>'
    assert own_view(html, cast.lipa.pk, lambda pk: f"/{pk}/") == f'<img src="/{image.pk}/"><a href="/{file.pk}/">b</a>'
    gone = FileRef("0" * 32 + "/aa/" + "a" * 64, "application/pdf", "c.pdf", 1)
    assert own_view(f'<a href="{ours.file(0, gone)}">c</a>', cast.lipa.pk, str) == '<a href="#">c</a>'


def test_a_draft_keeps_nothing_of_a_copy_whoever_writes_it(cast: Cast, ours: EdgeAddresses) -> None:
    """Who gets the draft would count as the reader of the copy."""
    message = followed_message(cast.ana)
    image = attach(message, "a.png", b"\x89PNG", content_type="image/png", inline=True, content_id="a@x")
    ref = FileRef(image.file.key, image.content_type, image.name, image.file.size)
    link, images = ours.click(0, "https://lipa.example/"), (ours.image(0, ref), ours.open())
    html = f'<a href="{link}">x</a>' + "".join(f'<img src="{one}">' for one in images)
    draft = drafts.new_draft(cast.ana)
    saved = drafts.save(draft, drafts.DraftFields(html=html))
    own = draft.attachments.get()
    assert own.file == image.file
    assert saved.html == f'<a href="https://lipa.example/">x</a><img src="cid:{own.content_id}">'


def test_one_goes_on_writing_with_links_that_recipients_can_follow(cast: Cast, ours: EdgeAddresses) -> None:
    html = f'<a href="{ours.file(0, FileRef("0" * 32, "application/pdf", "c.pdf", 1))}">c</a><img src="{ours.open()}">'
    assert writable(html, cast.lipa.pk, str) == html.partition("<img")[0]


def test_no_page_may_load_an_image_from_the_edge(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    policy = client.get(reverse("compose")).headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob:;" in policy and ENV.edge_url not in policy


def test_nor_where_the_edge_has_the_address_of_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "ENV", replace(ENV, web_url="https://crm.example", edge_url="https://crm.example/t"))
    images = security.content_security_policy().partition("img-src ")[2].partition(";")[0].split()
    assert "https://crm.example/static/" in images
    assert not {"'self'", "https://crm.example", "https://crm.example/", "https://crm.example/t"} & set(images)


def test_a_mail_without_any_stays_as_it_is(cast: Cast) -> None:
    assert own_view("<P>Š &amp; b", cast.lipa.pk, str) == "<P>Š &amp; b"


def test_the_page_of_a_message_shows_it_so(cast: Cast, ours: EdgeAddresses, client: Client) -> None:
    html = f'<a href="{ours.click(0, "https://lipa.example/")}">x</a><img src="{ours.open()}">'
    message = followed_message(cast.ana, html=html)
    Message.objects.filter(pk=message.pk).update(direction="in")
    client.force_login(cast.ana)
    assert ENV.edge_url not in client.get(reverse("message-body", args=[message.pk])).content.decode()
