"""The switches of the organisation, and who may turn them (O2, O3, F5)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.cast import Cast

ADMINISTRATION = ["users", "user-new", "health"]
SWITCHES = ["engagement", "follow-unknown"]


@pytest.fixture
def dora(cast: Cast, client: Client) -> Client:
    client.force_login(cast.dora)
    return client


@pytest.mark.parametrize(("name", "field"), [("engagement", "engagement"), ("follow-unknown", "follow_unknown")])
def test_an_administrator_turns_it_off_and_on(cast: Cast, dora: Client, name: str, field: str) -> None:
    for on in (False, True):
        assert dora.post(reverse(name), {"on": str(int(on))}).headers["Location"] == reverse("settings")
        cast.lipa.refresh_from_db()
        assert getattr(cast.lipa, field) is on
    cast.hrast.refresh_from_db()
    assert getattr(cast.hrast, field) is True


@pytest.mark.parametrize("name", [*ADMINISTRATION, *SWITCHES])
@pytest.mark.parametrize("who", ["ana", "cene"])
def test_others_are_told_that_they_may_not(cast: Cast, client: Client, name: str, who: str) -> None:
    client.force_login(getattr(cast, who))
    answer = client.post(reverse(name), {"on": "0"}) if name in SWITCHES else client.get(reverse(name))
    assert answer.status_code == 403
    assert "Ask your administrator" in answer.content.decode()
    cast.lipa.refresh_from_db()
    assert cast.lipa.engagement and cast.lipa.follow_unknown


def test_a_link_turns_nothing(cast: Cast, dora: Client) -> None:
    assert dora.get(reverse("engagement") + "?on=0").status_code == 405


def test_everybody_sees_what_holds(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    page = client.get(reverse("settings")).content.decode()
    assert "Email engagement" in page and reverse("engagement") not in page and reverse("users") not in page


def test_turning_engagement_off_asks_first(dora: Client) -> None:
    assert 'data-confirm="Turn Email engagement off?' in dora.get(reverse("settings")).content.decode()


def test_health_names_every_part_with_its_state(dora: Client) -> None:
    page = dora.get(reverse("health"))
    assert page.context["findings"] and b"Worker" in page.content
    part = dora.get(reverse("health"), headers={"HX-Request": "true"})
    assert b"<html" not in part.content and b"Worker" in part.content


@pytest.mark.parametrize("language", ["en", "sl"])
def test_what_goes_wrong_is_said_in_our_look_and_language(cast: Cast, dora: Client, language: str) -> None:
    dora.cookies["django_language"] = language
    cast.dora.language = language
    cast.dora.save()
    page = dora.get("/contacts/no-such-thing/")
    assert page.status_code == 404 and ("does not exist" if language == "en" else "ne obstaja") in page.content.decode()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["django_language"] = language
    refused = strict.post("/account/login/", {})
    assert refused.status_code == 403 and b"entrance-card" in refused.content
