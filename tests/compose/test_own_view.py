"""A mail that quotes a followed copy is shown here with originals: nothing loads from the edge (C5, J5)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from odziv.compose.own_view import own_view
from odziv.environment import ENV
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import FileRef, KeyRing
from odziv.models import Message
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


def test_a_mail_without_any_stays_as_it_is(cast: Cast) -> None:
    assert own_view("<P>Š &amp; b", cast.lipa.pk, str) == "<P>Š &amp; b"


def test_the_page_of_a_message_shows_it_so(cast: Cast, ours: EdgeAddresses, client: Client) -> None:
    html = f'<a href="{ours.click(0, "https://lipa.example/")}">x</a><img src="{ours.open()}">'
    message = followed_message(cast.ana, html=html)
    Message.objects.filter(pk=message.pk).update(direction="in")
    client.force_login(cast.ana)
    assert ENV.edge_url not in client.get(reverse("message-body", args=[message.pk])).content.decode()
