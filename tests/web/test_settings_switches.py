"""The switches of the organisation, and who may turn them (O2, O3, O4, O5, F5)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from odziv.models import CardKind
from tests.support.cast import Cast

ADMINISTRATION = ["users", "invite", "health", "working-week", "retention", "registrations"]
SWITCHES = ["engagement", "follow-unknown", "honeypot", "assistant", "assistant-cards", "location-service"]


@pytest.fixture
def dora(cast: Cast, client: Client) -> Client:
    client.force_login(cast.dora)
    return client


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("engagement", "engagement"),
        ("follow-unknown", "follow_unknown"),
        ("assistant", "assistant"),
        ("location-service", "location_service"),
    ],
)
def test_an_administrator_turns_it_off_and_on(cast: Cast, dora: Client, name: str, field: str) -> None:
    for on in (False, True):
        assert dora.post(reverse(name), {"on": str(int(on))}).headers["Location"] == reverse("settings")
        cast.lipa.refresh_from_db()
        assert getattr(cast.lipa, field) is on
    cast.hrast.refresh_from_db()
    assert getattr(cast.hrast, field) is True


def test_the_hidden_link_is_there_only_where_it_is_wanted(cast: Cast, dora: Client) -> None:
    assert cast.lipa.honeypot is False
    for on in (True, False):
        dora.post(reverse("honeypot"), {"on": str(int(on))})
        cast.lipa.refresh_from_db()
        assert cast.lipa.honeypot is on


@pytest.mark.parametrize("name", [*ADMINISTRATION, *SWITCHES])
@pytest.mark.parametrize("who", ["ana", "cene"])
def test_others_are_told_that_they_may_not(cast: Cast, client: Client, name: str, who: str) -> None:
    client.force_login(getattr(cast, who))
    answer = client.post(reverse(name), {"on": "0"}) if name in SWITCHES else client.get(reverse(name))
    assert answer.status_code == 403
    assert "Ask your administrator" in answer.content.decode()
    cast.lipa.refresh_from_db()
    assert cast.lipa.engagement and cast.lipa.follow_unknown and cast.lipa.assistant and not cast.lipa.muted_cards


@pytest.mark.parametrize("name", SWITCHES)
def test_a_link_turns_nothing(cast: Cast, dora: Client, name: str) -> None:
    assert dora.get(reverse(name) + "?on=0").status_code == 405


def test_others_see_only_what_is_their_own(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    page = client.get(reverse("settings")).content.decode()
    for name in ("profile", "mailboxes", "tokens"):
        assert reverse(name) in page
    for name in (*SWITCHES, *ADMINISTRATION):
        assert reverse(name) not in page


def test_turning_engagement_off_says_what_follows(dora: Client) -> None:
    page = dora.get(reverse("settings")).content.decode()
    assert "Turn Email engagement off?" in page
    assert "Nothing more is collected about e-mails that were sent already" in page
    assert "keep working for their recipients" in page


def test_turning_it_on_without_the_assistant_warns_and_offers_both(cast: Cast, dora: Client) -> None:
    dora.post(reverse("engagement"), {"on": "0"})
    assert "alerts will not be delivered" not in dora.get(reverse("settings")).content.decode()
    dora.post(reverse("assistant"), {"on": "0"})
    page = dora.get(reverse("settings")).content.decode()
    assert "alerts will not be delivered" in page and "Turn both on" in page
    dora.post(reverse("engagement"), {"on": "both"})
    cast.lipa.refresh_from_db()
    assert cast.lipa.engagement and cast.lipa.assistant


def test_each_kind_of_card_is_switched_in_place(cast: Cast, dora: Client) -> None:
    answer = dora.post(reverse("assistant-cards"), {"kinds": ["opened", "replied"]}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page and page.count(" checked") == 2
    cast.lipa.refresh_from_db()
    assert cast.lipa.wants_card(CardKind.OPENED) and not cast.lipa.wants_card(CardKind.FAILED)
    assert dora.post(reverse("assistant-cards"), {"kinds": ["<script>"]}).status_code == 400


def test_the_working_week_is_checked_and_said_in_words(cast: Cast, dora: Client) -> None:
    typed = {"days": ["1", "2", "3"], "starts": "07:30", "ends": "15:00", "holidays": "SI"}
    assert dora.post(reverse("working-week"), typed).status_code == 302
    page = dora.get(reverse("settings")).content.decode()
    assert "Mon–Wed, 07:30 to 15:00" in page and "holidays of Slovenia" in page
    for change in ({"days": []}, {"ends": "07:30"}, {"starts": "half past"}, {"holidays": "Narnia"}, {"days": ["9"]}):
        answer = dora.post(reverse("working-week"), {**typed, **change})
        assert answer.status_code == 422 and answer.context["form"].errors
    cast.lipa.refresh_from_db()
    assert cast.lipa.work_days == "123"


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
