"""Completion, preferences, the follow panel and the recipients' settings (C1, F1, F2, O1)."""

import json
from typing import Any

import pytest
from django.test import Client

from odziv.models import RecordEmail
from tests.compose.support import account, contact
from tests.support.cast import Cast


@pytest.fixture
def ana(cast: Cast, client: Client) -> Any:
    client.force_login(cast.ana)
    return client


def options(client: Client, text: str) -> Any:
    return client.get("/compose/recipients/", {"q": text}).json()["options"]


def test_people_are_found_by_name_company_and_address(ana: Client, cast: Cast) -> None:
    company = account(cast.ana, "Čebelarstvo Hrast", "info@hrast.example")
    contact(cast.ana, "Špela Žagar", "spela@hrast.example", account=company)
    contact(cast.ana, "Jan", "jan@alpine.example", allow=False)
    assert [one["label"] for one in options(ana, "spela")] == ["Špela Žagar"]
    assert [one["label"] for one in options(ana, "cebel")] == ["Čebelarstvo Hrast", "Špela Žagar"]
    assert [one["detail"] for one in options(ana, "info@hr")] == ["info@hrast.example"]
    (jan,) = options(ana, "alpine")
    assert (jan["value"], jan["preference"], jan["icon"]) == ("Jan <jan@alpine.example>", "deny", "eye-off")
    assert (jan["mark"], options(ana, "spela")[0]["mark"]) == ("Do not allow", "Allow")
    assert options(ana, "spela")[0]["note"] == "Čebelarstvo Hrast"


def test_every_address_that_fits_is_offered(ana: Client, cast: Cast) -> None:
    row = contact(cast.ana, "Maja", "maja@hrast.example")
    RecordEmail.objects.create(organisation=cast.lipa, record=row, address="m.novak@doma.example", position=1)
    assert len(options(ana, "maja")) == 1
    assert [one["detail"] for one in options(ana, "doma")] == ["m.novak@doma.example"]


def test_at_most_ten_in_few_queries(ana: Client, cast: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        contact(cast.ana, f"Maja {number:02}", f"maja{number}@hrast.example")
    with django_assert_max_num_queries(7):
        found = options(ana, "maja")
    assert [one["label"] for one in found] == [f"Maja {number:02}" for number in range(10)]


def test_nobody_of_another_organisation(ana: Client, cast: Cast) -> None:
    contact(cast.eva, "Maja", "maja@hrast.example", allow=False)
    assert options(ana, "maja") == []
    body = json.dumps({"addresses": ["maja@hrast.example"]})
    said = ana.post("/compose/preferences/", body, content_type="application/json").json()
    assert said["maja@hrast.example"]["preference"] == "unknown"


def test_preferences_say_why(ana: Client, cast: Cast) -> None:
    company = account(cast.ana, "Hrast", allow=False)
    contact(cast.ana, "Maja", "maja@hrast.example", account=company)
    contact(cast.ana, "Bine", "bine@x.si")
    body = json.dumps({"addresses": ["maja@hrast.example", "bine@x.si"]})
    said = ana.post("/compose/preferences/", body, content_type="application/json").json()
    assert said["maja@hrast.example"]["title"] == "Follow email: Do not allow, at the account Hrast"
    assert said["bine@x.si"]["preference"] == "allow"


@pytest.mark.parametrize("body", ["", "[]", '{"addresses": 1}', '{"addresses": null}', "\x00"])
def test_a_broken_question_is_refused(ana: Client, body: str) -> None:
    assert ana.post("/compose/preferences/", body, content_type="application/json").status_code == 400


def test_the_panel_has_the_state_and_its_buttons(ana: Client, cast: Cast) -> None:
    contact(cast.ana, "Jan Kranjc", "jan@alpine.example", allow=False)
    form = {"to": "maja@hrast.example", "bcc": "jan@alpine.example"}
    page = ana.post("/compose/follow/", form).content.decode()
    assert 'data-state="blocked"' in page
    for words in ("Jan Kranjc does not allow it", "Show settings", "Retry following", "Don&#x27;t follow"):
        assert words in page or words.replace("&#x27;", "'") in page
    assert 'data-state="off"' in ana.post("/compose/follow/", {**form, "wants_following": "0"}).content.decode()
    assert 'data-state="on"' in ana.post("/compose/follow/", {"to": "maja@hrast.example"}).content.decode()


def test_the_settings_name_everybody_and_lead_to_their_records(ana: Client, cast: Cast) -> None:
    company = account(cast.ana, "Hrast", allow=False)
    contact(cast.ana, "Maja Novak", "maja@hrast.example", account=company)
    bine = contact(cast.ana, "Bine", "bine@x.si")
    form = {"to": "neznan@y.si, bine@x.si", "cc": "maja@hrast.example"}
    page = ana.post("/compose/recipient-settings/", form).content.decode()
    assert f'href="/accounts/{company.pk}/"' in page  # where it can be changed
    assert f'href="/contacts/{bine.pk}/"' in page
    assert page.index("maja@hrast.example") < page.index("neznan@y.si")


def test_two_thousand_recipients_are_answered(ana: Client, cast: Cast, django_assert_max_num_queries: Any) -> None:
    line = ", ".join(f"p{number}@x.si" for number in range(2000))
    with django_assert_max_num_queries(9):
        assert ana.post("/compose/follow/", {"to": line}).status_code == 200
