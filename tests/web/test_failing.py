"""A database that is full or away: whoever asked is told so, in their language, and what to do (STYLE 14)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from odziv.models import ApiToken
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)  # a statement that failed spoils a transaction

FULL, AWAY = "database or disk is full", "connection refused"


@contextmanager
def no_writing(words: str) -> Iterator[None]:
    """The database refuses all writes with these words."""

    def refuse(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if sql.startswith(("INSERT", "UPDATE")):
            raise OperationalError(words)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(("words", "said"), [(FULL, "is full"), (AWAY, "does not answer")])
def test_a_form_says_what_is_wrong_and_what_is_safe(cast: Cast, client: Client, words: str, said: str) -> None:
    client.force_login(cast.dora)
    client.raise_request_exception = False
    with no_writing(words):
        answer = client.post(reverse("location-service"), {"on": "0"})
    page = answer.content.decode()
    assert answer.status_code == 503 and said in page and "What was saved is safe" in page
    assert answer.headers["Retry-After"] == "10"


def test_part_of_a_page_and_a_program_get_it_as_json(cast: Cast, ana: Client) -> None:
    token = ApiToken.objects.issue(cast.ana, "writer")[1]
    with no_writing(FULL):
        part = ana.post(reverse("letter-keys"), {"on": "1"}, headers={"HX-Request": "true"})
        written = ana.post(
            "/api/messages", json.dumps({"to": "a@x.example"}), content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
    for answer in (part, written):
        assert answer.status_code == 503
        assert answer.json()["error"] == "database-full" and "make room" in answer.json()["message"]


def test_another_fault_is_one_of_ours(ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odziv.web.views.today.clock.now", lambda: 1 / 0)
    answer = ana.get(reverse("today"))
    assert answer.status_code == 500 and "Something went wrong here" in answer.content.decode()
