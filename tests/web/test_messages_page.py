"""The page of a message (V3, J3, J5)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.environment import ENV
from odziv.lib.seal import Kind
from odziv.models import Attachment, Delivery, Message, StoredFile
from odziv.web.tiles import _state_of_sent
from tests.support.cast import Cast
from tests.support.journal import (
    GMAIL,
    IPHONE,
    NOON,
    SCANNER,
    WINDOWS,
    delivery_of,
    followed_message,
    happened,
    hit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


@pytest.fixture
def message(cast: Cast) -> Message:
    return followed_message(
        cast.ana,
        subject="Ponudba",
        to=("maja@hrast.example", "jan@hrast.example"),
        links=("https://lipa.example/cenik?a=1&b=2", "mailto:ana@lipa.example"),
    )


def read(client: Client, message: Message, more: str = "") -> str:
    answer = client.get(f"/messages/{message.pk}/{more}")
    assert answer.status_code == 200
    return answer.content.decode()


def sentences(page: str) -> list[str]:
    """The lines of the timeline as a reader sees them, without reasons."""
    texts = re.findall(r'<div class="event-text">(.*?)(?:<div class="event-detail"|<details|</div>)', page, re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)).strip() for text in texts]


def test_the_timeline_tells_it_newest_first(message: Message, ana: Client) -> None:
    maja, jan = delivery_of(message, 0), delivery_of(message, 1)
    happened(
        hit(maja, after=100),
        hit(maja, Kind.CLICK, after=200, agent=WINDOWS, peer="10.0.0.1"),
        hit(jan, after=300, agent=GMAIL, peer="66.249.93.10"),
        hit(maja, Kind.CLICK, after=50, agent=SCANNER),
    )
    assert sentences(read(ana, message)) == [
        "Jan opened it",
        "Maja clicked lipa.example/cenik?a=1&amp;b=2 on a Windows computer",
        "Maja opened it on an iPhone in Slovenia",
        "Barracuda Sentinel followed a link in the copy for Maja automatic",
        "Sent to Maja and Jan",
    ]


def test_why_opens_to_the_evidence(message: Message, ana: Client) -> None:
    happened(hit(delivery_of(message), Kind.CLICK, agent=SCANNER))
    page = read(ana, message)
    assert "The program calls itself a security scanner." in page
    assert "From the network 193.2.1.0/24" in page
    assert '<span class="points">+20</span>' in page and "Against it spoke" not in page


def test_what_spoke_against_it_stands_there_too(message: Message, ana: Client) -> None:
    happened(hit(delivery_of(message), Kind.CLICK, after=60, agent=WINDOWS))
    page = read(ana, message)
    assert "It came within two minutes" in page and "+6" in page
    against = page.partition("Against it spoke")[2].partition("</details>")[0]
    assert "An ordinary mail program or browser asked for it." in against and "−3" in against
    assert "193.2.1.66" not in page


def test_figures_stand_on_top_and_say_that_they_are_approximations(message: Message, ana: Client) -> None:
    maja, jan = delivery_of(message, 0), delivery_of(message, 1)
    happened(
        hit(maja),
        hit(maja, after=9000),
        hit(jan, after=3700),
        hit(jan, method="HEAD", agent=WINDOWS, peer="64.235.150.9"),
    )
    answer = ana.get(f"/messages/{message.pk}/")
    kpis = {kpi.label: kpi for kpi in answer.context["kpis"]}
    assert (kpis["Opens"].value, kpis["Opens"].machine) == (3, 1)
    assert kpis["Opens"].bars == [("Maja", 2), ("Jan", 1)]
    assert kpis["Opens"].note.startswith("Last opened")
    assert [kpis[name].value for name in ("Attachment views", "Link clicks", "Replies")] == [0, 0, 0]
    assert "Figures are approximations" in answer.content.decode()


def test_links_show_their_clicks_and_why_some_are_left_alone(message: Message, ana: Client) -> None:
    happened(hit(delivery_of(message), Kind.CLICK), hit(delivery_of(message, 1), Kind.CLICK, agent=SCANNER))
    links = ana.get(f"/messages/{message.pk}/").context["links"]
    first = links[0]["row"]
    assert (first.address, first.clicks, first.machine_clicks) == ("https://lipa.example/cenik?a=1&b=2", 1, 1)


def test_an_unfollowed_message_says_why_there_is_nothing(cast: Cast, ana: Client) -> None:
    quiet = followed_message(cast.ana, followed=False)
    Message.objects.filter(pk=quiet.pk).update(wants_following=False)
    page = read(ana, quiet)
    assert "It was sent with Don&#x27;t follow" in page
    assert 'class="kpis"' not in page
    Message.objects.filter(pk=quiet.pk).update(follow_state="blocked")
    assert "does not allow following" in read(ana, quiet)


def test_each_copy_says_what_became_of_it(message: Message, ana: Client) -> None:
    jan = delivery_of(message, 1)
    Delivery.objects.filter(pk=jan.pk).update(
        state="refused",
        tried_at=NOON + timedelta(seconds=5),
        reason="recipient",
        answer_code=550,
        answer="5.1.1 No such user",
    )
    page = read(ana, message)
    assert "Delivery failed" in page
    assert "The mail server does not take mail for this recipient. It said: “550 5.1.1 No such user”." in page
    assert sentences(page) == ["Delivery to Jan failed", "Sent to Maja"]


def test_foreign_text_is_shown_as_text(cast: Cast, ana: Client) -> None:
    nasty = "<script>alert(1)</script>%(who)s"
    evil = followed_message(cast.ana, subject=nasty, to=("x@evil.example",), links=(f"https://evil.example/{nasty}",))
    copy = delivery_of(evil)
    copy.party.name = nasty
    copy.party.save()
    happened(hit(copy, Kind.CLICK, agent=f"{IPHONE} {nasty}"), hit(copy, agent=nasty))
    page = read(ana, evil)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_mail_itself_runs_nothing_and_loads_nothing_from_the_edge(cast: Cast, ana: Client) -> None:
    beacon = f"{ENV.edge_url}/o/AQEabc.gif"
    html = f'<!doctype html><html><body><script>x()</script><img src="cid:logo@lipa"><img src="{beacon}"></body></html>'
    sent = followed_message(cast.ana, html=html)
    file = StoredFile.objects.create(organisation=cast.lipa, sha256="0" * 64, size=3, key="x")
    image = Attachment.objects.create(
        organisation=cast.lipa, message=sent, file=file, ordinal=0, name="logo.png", inline=True, content_id="logo@lipa"
    )
    answer = ana.get(f"/messages/{sent.pk}/body")
    assert "sandbox allow-same-origin" in answer.headers["Content-Security-Policy"]
    assert "allow-scripts" not in answer.headers["Content-Security-Policy"]
    shown = answer.content.decode()
    assert shown.startswith("<!doctype html>")
    assert f'src="/attachments/{image.pk}/"' in shown
    assert beacon not in shown
    assert "/o/AQE" not in read(ana, sent)


@pytest.mark.slow
def test_a_long_timeline_is_read_in_pages(message: Message, ana: Client) -> None:
    maja = delivery_of(message)
    happened(*[hit(maja, Kind.CLICK, after=number) for number in range(100)], hit(maja, after=1))
    first = ana.get(f"/messages/{message.pk}/")
    assert len(first.context["lines"]) == 40
    assert "Show earlier events" in first.content.decode()
    grown = ana.get(f"/messages/{message.pk}/now?shown=80")
    assert len(grown.context["lines"]) == 80
    seen = [line.id for line in first.context["lines"]]
    older = first.context["older"]
    while older:
        answer = ana.get(f"/messages/{message.pk}/?before={older}")
        seen += [line.id for line in answer.context["lines"]]
        older = answer.context["older"]
    assert len(seen) == len(set(seen)) == 102
    assert seen[-1] == "sent"


def test_the_page_takes_a_bounded_number_of_queries(
    cast: Cast, ana: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many = followed_message(cast.ana, to=[f"p{number}@hrast.example" for number in range(60)])
    happened(*[hit(copy, kind) for copy in many.deliveries.all() for kind in (Kind.OPEN, Kind.CLICK)])
    ana.get(f"/messages/{many.pk}/")
    with django_assert_max_num_queries(20):
        ana.get(f"/messages/{many.pk}/")
    with django_assert_max_num_queries(16):
        ana.get(f"/messages/{many.pk}/now")


def test_a_colleague_reads_it_and_a_stranger_does_not(cast: Cast, message: Message, client: Client) -> None:
    client.force_login(cast.bor)
    assert client.get(f"/messages/{message.pk}/").status_code == 200
    client.force_login(cast.eva)
    assert client.get(f"/messages/{message.pk}/").status_code == 404
    client.logout()
    assert client.get(f"/messages/{message.pk}/").status_code == 302


def test_it_speaks_slovenian(cast: Cast, message: Message, ana: Client) -> None:
    cast.ana.language = "sl"
    cast.ana.save()
    happened(hit(delivery_of(message)))
    page = read(ana, message)
    assert "Maja: sporočilo odprto (iPhone, Slovenija)" in sentences(page)
    assert "Številke so približki" in page


def test_where_opens_cannot_be_measured_it_says_so_instead_of_a_number(message: Message, ana: Client) -> None:
    maja, jan = delivery_of(message, 0), delivery_of(message, 1)
    happened(hit(maja, agent="Mozilla/5.0"), hit(maja, agent="Mozilla/5.0", after=9000))
    page = read(ana, message)
    assert page.count("not measurable") == 1
    happened(hit(jan, agent="Mozilla/5.0"))
    assert read(ana, message).count("not measurable") == 2
    assert "not measurable" in ana.get(reverse("activities")).content.decode()
    message.refresh_from_db()
    assert _state_of_sent(message, NOON).text == "Opens not measurable"
    happened(hit(maja, Kind.CLICK, after=9900), hit(jan, agent=SCANNER))
    assert "not measurable" not in read(ana, message)


def test_what_may_be_either_is_named_unsure(message: Message, ana: Client) -> None:
    happened(hit(delivery_of(message), after=3))
    page = read(ana, message)
    assert "+ 1 unsure" in page
    assert "hardly anybody reads that fast" in page
