"""The pages around actions on many rows: asked, done, refused with a reason, watched, taken back (V2, O2)."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from odziv.bulk import run as bulk
from odziv.models import Activity, BulkRun, Contact, Record, RunState
from tests.support.cast import Cast
from tests.test_bulk import people, to_do, waiting
from tests.web.tenancy import stored
from tests.web.test_records_lists import HOSTILE, add

DENY = "/lists/contacts/bulk/record-deny/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def named(rows: list[Any]) -> str:
    return ",".join(row.pk.hex for row in rows)


def triggers(answer: HttpResponse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.headers["HX-Trigger"])
    return found


def test_it_asks_first_and_then_does_it_with_a_way_back(cast: Cast, ana: Client) -> None:
    rows = people(cast, 2)
    asked = ana.post(DENY, {"ids": [row.pk for row in rows]}, headers=HTMX)
    assert b"2 contacts" in asked.content and not Record.objects.filter(follow_email="deny").exists()
    done = ana.post(DENY, {"ids": named(rows), "go": "1"}, headers=HTMX)
    toast = triggers(done)["toast"]
    assert toast["text"] == "Follow email: Do not allow: 2 contacts"
    assert ana.post(toast["undo"]).status_code == 204
    assert ana.post(toast["undo"]).status_code == 409
    assert not Record.objects.filter(follow_email="deny").exists()


def test_without_scripts_it_is_a_page_and_leads_back(cast: Cast, ana: Client) -> None:
    given = {"ids": [row.pk for row in people(cast, 2)], "query": "q=person&sort=-name"}
    assert b"<h1" in ana.post(DENY, given).content
    answer = ana.post(DENY, {**given, "go": "1"})
    assert answer.url == "/contacts/?view=all&q=person&sort=-name"
    page = ana.get(answer.url).content.decode()
    assert "Follow email: Do not allow: 2 contacts" in page and "data-undo" in page


def test_what_needs_no_question_is_done_at_once_but_not_with_all(cast: Cast, ana: Client) -> None:
    rows = [to_do(cast, f"Samples {n}") for n in range(3)]
    url = "/lists/activities/bulk/todo-complete/"
    assert b"3 calls and tasks" in ana.post(url, {"all": "1", "query": "view=tasks&state=open"}, headers=HTMX).content
    ana.post(url, {"ids": named(rows[:1]), "query": "view=tasks"}, headers=HTMX)
    assert Activity.objects.done().get() == rows[0]
    ana.post(url, {"all": "1", "query": "view=tasks&state=open", "go": "1"}, headers=HTMX)
    assert not Activity.objects.open().exists()


def test_all_are_those_of_the_filter(cast: Cast, ana: Client) -> None:
    people(cast, 3)
    add(cast.bor, Contact(name="His"))
    ana.post(DENY, {"all": "1", "query": f"owner={cast.ana.pk}", "go": "1"})
    assert list(Record.objects.filter(follow_email="allow").values_list("name", flat=True)) == ["His"]


@pytest.mark.parametrize("query", ["account=6c7121d3-72d4-40ad-aef8-86cf1e702bed", "owner=nonsense", "follow=maybe"])
def test_a_filter_that_cannot_be_understood_means_nobody(cast: Cast, ana: Client, query: str) -> None:
    people(cast, 2)
    assert ana.post(DENY, {"all": "1", "query": query, "go": "1"}).status_code == 422
    assert not Record.objects.filter(follow_email="deny").exists()


def test_of_too_many_it_does_none(cast: Cast, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    people(cast, 3)
    monkeypatch.setattr(bulk, "MOST", 2)
    answer = ana.post(DENY, {"all": "1", "go": "1"}, headers=HTMX)
    assert answer.status_code == 422 and b"More than 2 rows match." in answer.content
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"ids": ""},
        {"ids": "nonsense"},
        {"ids": "' OR 1=1 --"},
        {"ids": ",".join(["0" * 32] * 700)},
        {"ids": ["0" * 32] * 600},
        {"ids": "0" * 1_000_000},
        {"ids": uuid4().hex},
        {"all": "1", "query": "view=mine&" * 5000},
    ],
)
def test_bad_choices_change_nothing_and_are_told_why(cast: Cast, ana: Client, given: dict[str, Any]) -> None:
    add(cast.bor, Contact(name="His"))
    before = stored()
    answer = ana.post(DENY, {**given, "go": "1"}, headers=HTMX)
    assert answer.status_code == 422 and b"Nothing was changed." in answer.content
    assert stored() == before


@pytest.mark.parametrize(
    "url",
    [
        "/lists/nowhere/bulk/record-deny/",
        "/lists/contacts/bulk/todo-complete/",
        "/lists/opportunities/bulk/record-deny/",
        "/lists/contacts/bulk/__class__/",
        "/lists/activities/bulk/email-now/",  # not in the view of all e-mails
    ],
)
def test_a_list_does_only_what_it_offers(cast: Cast, ana: Client, url: str) -> None:
    assert ana.post(url, {"ids": named(people(cast, 1)), "go": "1"}).status_code == 404


def test_with_engagement_off_nobody_is_asked_whether_to_follow(cast: Cast, ana: Client) -> None:
    cast.lipa.engagement = False
    cast.lipa.save()
    rows = people(cast, 1)
    assert b"record-deny" not in ana.get("/contacts/").content and b"record-owner" in ana.get("/contacts/").content
    assert ana.post(DENY, {"ids": named(rows), "go": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("url", "query", "given", "words"),
    [
        ("/lists/contacts/bulk/record-owner/", "", {"owner": "nobody"}, "valid"),
        ("/lists/activities/bulk/email-delay/", "view=scheduled", {"wall": "soon"}, "This is not a date with a time."),
        ("/lists/activities/bulk/email-delay/", "view=scheduled", {"wall": "2001-01-01T08:00"}, "lies ahead"),
        ("/lists/activities/bulk/todo-due/", "view=tasks", {"wall": "99999-01-01T08:00"}, "not a date with a time"),
        ("/lists/activities/bulk/todo-due/", "view=tasks", {"wall": ""}, "required"),
    ],
)
def test_a_bad_value_is_told_beside_its_field_and_the_rows_are_kept(
    cast: Cast, ana: Client, url: str, query: str, given: dict[str, str], words: str
) -> None:
    row = waiting(cast.ana)
    answer = ana.post(url, {"ids": row.pk.hex, "query": query, "go": "1", **given}, headers=HTMX)
    assert answer.status_code == 422 and words in answer.content.decode() and row.pk.hex in answer.content.decode()
    assert not BulkRun.objects.exists()


def test_rows_that_stay_are_named_and_harmless(cast: Cast, ana: Client) -> None:
    his = waiting(cast.bor, HOSTILE)
    given = {"ids": named([his, waiting(cast.ana)]), "query": "view=scheduled", "go": "1"}
    answer = ana.post("/lists/activities/bulk/email-delete/", given, headers=HTMX)
    text = answer.content.decode()
    assert "belongs to somebody else" in text and "Bor" in text and "&lt;img src=x" in text and "<img" not in text
    assert answer.headers["HX-Trigger"] == "bulk-done"


def test_long_work_is_watched_left_and_found_again(cast: Cast, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    rows = people(cast, 3)
    answer = ana.post(DENY, {"ids": named(rows), "go": "1"}, headers=HTMX)
    run = BulkRun.objects.get()
    assert b"<progress" in answer.content and b"every 1s" in answer.content
    assert b"is under way." in ana.get("/contacts/").content
    while bulk.make_next():
        pass
    ended = ana.get(f"/lists/bulk/{run.pk}/", headers=HTMX)
    assert b"Follow email: Do not allow: 3 contacts" in ended.content and ended.headers["HX-Trigger"] == "bulk-done"
    assert str(run.pk) not in ana.get("/contacts/").content.decode()
    assert ana.post(f"/lists/bulk/{run.pk}/undo/", {"page": "1"}).url == f"/lists/bulk/{run.pk}/"
    while bulk.make_next():
        pass
    assert b"Undone: 3 contacts" in ana.get(f"/lists/bulk/{run.pk}/").content
    run.refresh_from_db()
    assert run.state == RunState.UNDONE


def test_a_run_is_its_users_alone(cast: Cast, ana: Client, client: Client) -> None:
    ana.post(DENY, {"ids": named(people(cast, 1)), "go": "1"})
    url = f"/lists/bulk/{BulkRun.objects.get().pk}/"
    assert ana.get(url).status_code == 200
    client.force_login(cast.dora)
    assert client.get(url).status_code == 404 and client.post(f"{url}undo/").status_code == 404


def test_the_answer_costs_a_bounded_number_of_queries(
    cast: Cast, ana: Client, django_assert_max_num_queries: Any
) -> None:
    rows = named(people(cast, 50))
    with django_assert_max_num_queries(40):
        ana.post(DENY, {"ids": rows, "go": "1"}, headers=HTMX)
