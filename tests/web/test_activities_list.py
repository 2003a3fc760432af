"""The lists of e-mails (V2, O3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.lib.seal import Kind
from odziv.models import Account, Activity, Message
from odziv.web.lists.emails import VIEWS
from odziv.web.lists.shape import View
from tests.support.cast import Cast
from tests.support.journal import NOON, SCANNER, delivery_of, followed_message, happened, hit

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def draft(cast: Cast, subject: str = "Osnutek") -> Message:
    activity = Activity.objects.create(organisation=cast.lipa, kind="email", subject=subject, owner=cast.ana)
    return Message.objects.create(activity=activity, organisation=cast.lipa, owner=cast.ana, subject=subject)


def subjects(client: Client, query: str = "") -> list[str]:
    """What the list shows, in its order, over all its pages."""
    found: list[str] = []
    cursor = ""
    while True:
        answer = client.get(f"/activities/?{query}&cursor={cursor}")
        assert answer.status_code == 200
        page = answer.context["page"]
        found += [message.subject for message in page.rows]
        cursor = page.older
        if not cursor:
            return found


def test_each_view_shows_its_own(cast: Cast, ana: Client) -> None:
    followed_message(cast.ana, subject="mine")
    followed_message(cast.bor, subject="his", sent_at=NOON - timedelta(days=1))
    followed_message(cast.ana, subject="quiet", followed=False, sent_at=NOON - timedelta(days=2))
    draft(cast)
    assert subjects(ana) == ["mine", "his", "quiet"]
    assert subjects(ana, "view=followed") == ["mine", "his"]
    assert subjects(ana, "view=mine") == ["mine"]
    assert subjects(ana, "view=drafts") == ["Osnutek"]
    ana.force_login(cast.bor)
    assert subjects(ana, "view=drafts") == []


def test_it_shows_people_and_machines_apart(cast: Cast, ana: Client) -> None:
    copy = delivery_of(followed_message(cast.ana))
    happened(hit(copy), hit(copy, Kind.CLICK, after=10, agent=SCANNER))
    page = ana.get("/activities/").content.decode()
    assert '<span class="count"><b>1</b></span>' in page
    assert '<span class="count"><b>0</b>' in page
    assert "1 automatic" in page


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.key)
def test_every_column_sorts_and_every_page_comes_once(
    cast: Cast, ana: Client, view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("odziv.web.views.activities.SIZE", 3)
    accounts = [Account.objects.create(organisation=cast.lipa, owner=cast.ana, name=name) for name in "CBA"]
    for number in range(11):
        one = draft(cast, f"s{number:02}") if view.key in ("drafts", "scheduled") else followed_message(
            cast.ana, subject=f"s{number:02}", sent_at=NOON + timedelta(hours=number % 4) if number % 5 else None
        )  # fmt: skip
        Message.objects.filter(pk=one.pk).update(
            opens=number % 3, link_clicks=number % 2, last_opened_at=NOON if number % 2 else None
        )
        if view.key == "scheduled":
            Message.objects.filter(pk=one.pk).update(state="scheduled", send_at=NOON + timedelta(hours=number % 4))
        if number % 3:
            Activity.objects.filter(pk=one.pk).update(regarding=accounts[number % 3])
    for column in (column for column in view.columns if not column.more):
        assert column.path
        up, down = (subjects(ana, f"view={view.key}&sort={sign}{column.key}") for sign in ("", "-"))
        assert sorted(up) == sorted(down) == [f"s{number:02}" for number in range(11)], column.key
    assert subjects(ana, f"view={view.key}&sort=subject") == sorted(f"s{number:02}" for number in range(11))
    assert subjects(ana, f"view={view.key}&sort=nonsense")


def test_pages_lead_back_too(cast: Cast, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odziv.web.views.activities.SIZE", 2)
    for number in range(5):
        followed_message(cast.ana, subject=str(number), sent_at=NOON + timedelta(hours=number))
    first = ana.get("/activities/").context["page"]
    second = ana.get(f"/activities/?cursor={first.older}").context["page"]
    back = ana.get(f"/activities/?cursor={second.newer}").context["page"]
    assert [row.subject for row in back.rows] == ["4", "3"]
    assert back.newer == ""


def test_words_and_filters_narrow_it(cast: Cast, ana: Client) -> None:
    opened = followed_message(cast.ana, subject="Miza", to=("maja@hrast.example",))
    followed_message(cast.ana, subject="Stol", to=("jan@hrast.example",))
    happened(hit(delivery_of(opened)))
    assert subjects(ana, "q=maja") == ["Miza"]
    assert subjects(ana, "q=STOL") == ["Stol"]
    assert subjects(ana, "opened=yes") == ["Miza"]
    assert subjects(ana, "opened=no") == ["Stol"]
    assert subjects(ana, "clicked=yes") == []
    assert "Nothing found" in ana.get("/activities/?q=zzz").content.decode()


def test_with_engagement_off_the_columns_stay_and_are_empty(cast: Cast, ana: Client) -> None:
    happened(hit(delivery_of(followed_message(cast.ana))))
    cast.lipa.engagement = False
    cast.lipa.save()
    page = ana.get("/activities/?view=followed").content.decode()
    for head in ("Opens", "Last opened", "Attachment views", "Link clicks", "Replies"):
        assert head in page
    assert 'class="count"' not in page
    assert "Email engagement is off" in page


@pytest.mark.parametrize("view", [view.key for view in VIEWS])
def test_an_empty_list_leads_to_the_next_step(ana: Client, view: str) -> None:
    page = ana.get(f"/activities/?view={view}").content.decode()
    assert 'class="empty"' in page
    assert 'href="/compose/"' in page


def test_a_list_takes_a_bounded_number_of_queries(
    cast: Cast, ana: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    account = Account.objects.create(organisation=cast.lipa, owner=cast.ana, name="Hrast")
    for number in range(60):
        one = followed_message(cast.ana, subject=str(number))
        Activity.objects.filter(pk=one.pk).update(regarding=account)
    ana.get("/activities/?view=all")
    with django_assert_num_queries(8):  # session, user, choice, saved views, cards, count, keys, rows
        ana.get("/activities/?view=all")


def test_live_rows_keep_their_place(cast: Cast, ana: Client) -> None:
    one, other = (followed_message(cast.ana, subject=subject) for subject in ("first", "second"))
    happened(hit(delivery_of(other)))
    answer = ana.get(f"/activities/rows?ids={one.pk.hex},{other.pk.hex}&view=all")
    page = answer.content.decode()
    assert page.index("first") < page.index("second")
    assert "<b>1</b>" in page
    assert ana.get("/activities/rows?ids=nonsense").status_code == 404


def test_a_draft_opens_in_the_composer(cast: Cast, ana: Client) -> None:
    one = draft(cast)
    assert f'data-href="/compose/{one.pk}/"' in ana.get("/activities/?view=drafts").content.decode()
    assert ana.get(f"/messages/{one.pk}/").headers["Location"] == f"/compose/{one.pk}/"


def test_it_speaks_slovenian(cast: Cast, ana: Client) -> None:
    cast.ana.language = "sl"
    cast.ana.save()
    followed_message(cast.ana)
    page = ana.get("/activities/").content.decode()
    assert "Kliki povezav" in page
    assert "1 sporočilo" in page


def test_what_is_still_being_sent_stands_on_top(cast: Cast, ana: Client) -> None:
    followed_message(cast.ana, subject="old", sent_at=NOON - timedelta(days=3))
    waiting = followed_message(cast.ana, subject="waiting")
    Message.objects.filter(pk=waiting.pk).update(state="sending", sent_at=None)
    assert subjects(ana) == ["waiting", "old"]
    assert "Sending" in ana.get("/activities/").content.decode()
