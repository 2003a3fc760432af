"""The page *Test mailbox*: what was caught, as its recipient would see it, for its organisation only (O1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from odziv.environment import ENV
from odziv.lib.mime import FilePart, Letter, Person, address_header, unstructured
from odziv.models import Organisation, TestMail
from odziv.testmail import store
from tests.deliver.letters import NOW, later
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db

HTML = f'<p><img src="{ENV.edge_url}/o/x.gif"><a href="{ENV.edge_url}/c/x">our offer</a></p>'
FILE = FilePart("text/html", 'Ponudba "št" 7.html', b"<script>alert(1)</script>")


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def caught(organisation: Organisation, recipient: str = "maja@example.com", minute: int = 0, **bodies: Any) -> TestMail:
    """A message in the organisation's test mailbox."""
    bodies = {"text": "See https://lipa.example/offer.\n", "html": HTML, **bodies}
    head = [unstructured("Subject", f"Offer for {recipient}"), address_header("To", [Person("", recipient)])]
    raw = Letter(recipient, files=[FILE.entity()]).copy(head, **bodies)
    return store.keep(organisation.pk, "ana@lipa.example", recipient, raw, later(minutes=minute))


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_mailbox_says_how_mail_gets_here(ana: Client) -> None:
    assert "send it from your test mailbox" in page(ana, "/test-mailbox/")


def test_the_list_shows_the_newest_first_and_unread_ones_marked(cast: Cast, ana: Client) -> None:
    first, second = caught(cast.lipa, "a@example.com"), caught(cast.lipa, "b@example.com", minute=1)
    page(ana, f"/test-mailbox/{first.pk}/")
    text = page(ana, "/test-mailbox/")
    assert text.index("b@example.com") < text.index("a@example.com") and "2 messages, 1 unread" in text
    assert text.count('class="unread"') == 1 and f'id="mail-{second.pk}"' in text


def test_a_long_list_is_paged(cast: Cast, ana: Client, django_assert_max_num_queries: Any) -> None:
    TestMail.objects.bulk_create(
        TestMail(
            organisation=cast.lipa, recipient=f"r{n:03}@example.com", key="x", size=1, received_at=later(seconds=n)
        )
        for n in range(120)
    )
    with django_assert_max_num_queries(9):
        text = page(ana, "/test-mailbox/")
    assert "r119@example.com" in text and "r070@example.com" in text and "r069@example.com" not in text
    assert "120 messages" in text and "cursor=" in text


def test_the_frame_runs_nothing_and_loads_no_image_until_asked(cast: Cast, ana: Client) -> None:
    mail = caught(cast.lipa)
    quiet, loading = (ana.get(f"/test-mailbox/{mail.pk}/frame/{query}") for query in ("", "?images=1"))
    policy = quiet["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-downloads allow-popups allow-popups-to-escape-sandbox; default-src 'none';")
    assert "img-src 'none'" in policy and "script" not in policy
    assert f"img-src {ENV.edge_url} https: data:" in loading["Content-Security-Policy"]
    assert quiet["Referrer-Policy"] == "no-referrer" and quiet["X-Frame-Options"] == "SAMEORIGIN"
    assert f'<a target="_blank" rel="noopener noreferrer" href="{ENV.edge_url}/c/x">' in quiet.content.decode()


def test_the_page_offers_to_load_images(cast: Cast, ana: Client) -> None:
    mail = caught(cast.lipa)
    text = page(ana, f"/test-mailbox/{mail.pk}/")
    assert 'href="?images=1"' in text and f'src="/test-mailbox/{mail.pk}/frame/"' in text
    assert 'sandbox="allow-downloads allow-popups allow-popups-to-escape-sandbox"' in text
    text = page(ana, f"/test-mailbox/{mail.pk}/?images=1")
    assert 'href="?images=1"' not in text and f'src="/test-mailbox/{mail.pk}/frame/?images=1"' in text


def test_a_message_without_images_offers_nothing_to_load(cast: Cast, ana: Client) -> None:
    assert "Load images" not in page(ana, f"/test-mailbox/{caught(cast.lipa, html='<p>Hello</p>').pk}/")


def test_plain_text_has_links_and_no_html(cast: Cast, ana: Client) -> None:
    mail = caught(cast.lipa, text="See <b> https://lipa.example/a?b=1&c=2).\n", html="")
    text = page(ana, f"/test-mailbox/{mail.pk}/")
    link = "https://lipa.example/a?b=1&amp;c=2"
    assert f'<a href="{link}" target="_blank" rel="noopener noreferrer">{link}</a>).' in text and "&lt;b&gt;" in text


def test_source_and_headers(cast: Cast, ana: Client) -> None:
    mail = caught(cast.lipa)
    assert "MIME-Version: 1.0" in page(ana, f"/test-mailbox/{mail.pk}/?show=source")
    assert "<dt>Subject</dt><dd>Offer for maja@example.com</dd>" in page(ana, f"/test-mailbox/{mail.pk}/?show=headers")
    answer = ana.get(f"/test-mailbox/{mail.pk}/message.eml")
    assert answer.content == store.read(mail) and answer["Content-Type"] == "message/rfc822"


def test_an_attachment_is_a_download_whatever_it_is(cast: Cast, ana: Client) -> None:
    mail = caught(cast.lipa)
    answer = ana.get(f"/test-mailbox/{mail.pk}/parts/2/")
    assert answer.content == FILE.content and "sandbox" in answer["Content-Security-Policy"]
    name = "Ponudba%20%22%C5%A1t%22%207.html"
    assert answer["Content-Disposition"] == f"attachment; filename=\"Ponudba _t_ 7.html\"; filename*=utf-8''{name}"
    assert ana.get(f"/test-mailbox/{mail.pk}/parts/1/").status_code == 404


def test_the_list_answers_only_when_it_changed(cast: Cast, ana: Client) -> None:
    caught(cast.lipa)
    text = page(ana, "/test-mailbox/list/?seen=other")
    seen = text.partition("?seen=")[2].partition('"')[0]
    assert ana.get(f"/test-mailbox/list/?seen={seen}").status_code == 204
    caught(cast.lipa, "b@example.com", minute=1)
    assert "b@example.com" in page(ana, f"/test-mailbox/list/?seen={seen}")


def test_the_first_message_brings_a_page_of_another_shape(cast: Cast, ana: Client) -> None:
    assert ana.get("/test-mailbox/list/?seen=-0-0").status_code == 204
    caught(cast.lipa)
    assert ana.get("/test-mailbox/list/?seen=-0-0")["HX-Refresh"] == "true"


def test_a_message_whose_file_is_gone_says_so(cast: Cast, ana: Client) -> None:
    mail = TestMail.objects.create(organisation=cast.lipa, recipient="a@example.com", key="gone", size=1)
    assert "cannot be read" in page(ana, f"/test-mailbox/{mail.pk}/")
    assert ana.get(f"/test-mailbox/{mail.pk}/frame/").status_code == 404


def test_delete_all_leaves_other_organisations_alone(cast: Cast, ana: Client) -> None:
    mine, theirs = caught(cast.lipa), caught(cast.hrast)
    assert ana.get("/test-mailbox/empty/").status_code == 405
    assert "1 message was deleted." in ana.post("/test-mailbox/empty/", follow=True).content.decode()
    assert list(TestMail.objects.all()) == [theirs] and store.read(theirs)
    with pytest.raises(store.FileStoreError):
        store.read(mine)


def test_two_rows_of_one_file_share_it(cast: Cast) -> None:
    first, second = (store.keep(cast.lipa.pk, "", "a@example.com", b"same", NOW) for _ in range(2))
    assert store.forget([first]) == 1 and store.read(second) == b"same"
