"""Eva administers another organisation: whatever URL she asks, with any identifier of Lipa, nothing is there (O1)."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from django.test import Client

from odziv.api.router import api
from odziv.models import ApiToken
from tests.support.cast import Cast
from tests.web.tenancy import MARK, Case, Free, comparable, filled, make_world, nowhere, patterns, stored
from tests.web.tenancy_cases import CASES

WALK = [(name, cases) for name, cases in CASES.items() if not isinstance(cases, Free)]
READS = [pytest.param(url, id=url) for cases in CASES.values() if isinstance(cases, Free) for url in cases.reads]


@pytest.fixture
def eva(cast: Cast, client: Client) -> Client:
    client.force_login(cast.eva)
    client.raise_request_exception = False
    return client


@pytest.fixture
def token(cast: Cast) -> str:
    return ApiToken.objects.issue(cast.eva, "walk")[1]


def ask(client: Client, case: Case, ids: dict[str, str], token: str) -> Any:
    """Send the case's request with these identifiers."""
    headers = dict(case.headers)
    if case.url.startswith("/api/"):
        client.logout()
        headers["Authorization"] = f"Bearer {token}"
    url, data = filled(case.url, ids), filled(dict(case.data), ids)
    if case.json is not None:
        body = json.dumps(filled(case.json, ids))
        return client.generic(case.method, url, body, content_type="application/json", headers=headers)
    return getattr(client, case.method.lower())(url, data, headers=headers)


def said(client: Client, case: Case, ids: dict[str, str], token: str) -> tuple[int, str]:
    """Status and text of the answer, without what was sent in and comes back: in a form, in links, in words."""
    answer = ask(client, case, ids, token)
    text = b"".join(answer).decode()
    asked = dict(parse_qsl(urlsplit(filled(case.url, ids)).query))
    sent = [*filled(dict(case.data), ids).items(), *asked.items()]
    for name, echo in sorted(sent, key=lambda pair: len(pair[1]), reverse=True):
        for shape in (f'value="{echo}"', f"{name}={quote(echo)}", f"“{escape(echo)}”"):
            text = text.replace(shape, "") if echo else text
    return answer.status_code, comparable(text, ids)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "cases"), WALK, ids=[name for name, _cases in WALK])
def test_a_foreign_identifier_is_as_good_as_none(
    cast: Cast, eva: Client, token: str, name: str, cases: tuple[Case, ...]
) -> None:
    world = make_world(cast)
    before = stored()
    for case in cases:
        foreign, unknown = said(eva, case, world, token), said(eva, case, nowhere(world), token)
        assert foreign[0] == case.status, case
        assert foreign == unknown, case
        assert MARK not in foreign[1], case
        assert stored() == before, case


@pytest.mark.slow
@pytest.mark.parametrize("url", READS)
def test_nothing_of_another_organisation_shows(cast: Cast, eva: Client, url: str) -> None:
    make_world(cast)
    answer = eva.get(url)
    assert answer.status_code < 500
    assert MARK not in answer.content.decode().replace(f'value="{MARK}"', "").replace(f"“{MARK}”", "")


def test_every_url_has_its_case() -> None:
    named = dict(patterns())
    assert {name: route for name, route in named.items() if name not in CASES} == {}, "no case in tenancy_cases"
    assert {name for name in CASES if name not in named} == set(), "a case for a URL that does not exist"


def test_every_operation_of_the_api_has_its_case() -> None:
    asked = {(case.method, case.url) for cases in CASES.values() if not isinstance(cases, Free) for case in cases}
    operations = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    assert operations and operations <= {(method, re.sub(r"\{\w+\}", "{}", url)) for method, url in asked}


@pytest.mark.parametrize("name", [name for name, cases in CASES.items() if isinstance(cases, Free)])
def test_what_is_called_free_takes_no_identifier(name: str) -> None:
    routes = [route for known, route in patterns() if known == name]
    assert not [route for route in routes if "<uuid" in route or "_id>" in route]
