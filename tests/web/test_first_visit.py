"""The first visit: two ways, until an organisation exists (O7)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from odziv.lib import clock
from odziv.models import Organisation, SampleRun, User
from odziv.organisations import create_organisation
from tests.support.cast import Cast

TYPED = {
    "organisation": "Lipa d.o.o.", "name": "Dora Leban", "email": "dora@lipa.example",
    "password": "a long enough pass phrase", "time_zone": "Europe/Ljubljana",
}  # fmt: skip

pytestmark = pytest.mark.django_db


def test_a_fresh_installation_leads_there(client: Client) -> None:
    assert client.get("/").headers["Location"] == reverse("first-visit")
    assert client.get(reverse("first-visit")).status_code == 200


def test_creating_signs_in_as_administrator(client: Client) -> None:
    client.cookies["django_language"] = "sl"
    assert client.post(reverse("first-visit-create"), TYPED).headers["Location"] == reverse("settings")
    dora = User.objects.get()
    assert dora.is_administrator and dora.language == "sl" and not dora.organisation.sample
    assert client.get(reverse("users")).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"), ({"password": "dora@lipa.example"}, "password"), ({"email": "d"}, "email"),
        ({"organisation": " "}, "organisation"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_created(client: Client, change: dict[str, str], field: str) -> None:
    answer = client.post(reverse("first-visit-create"), {**TYPED, **change})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("name", ["first-visit", "first-visit-create", "first-visit-progress"])
def test_it_is_gone_once_an_organisation_exists(cast: Cast, client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 404
    assert client.post(reverse("first-visit-sample")).status_code == 404
    assert client.post(reverse("first-visit-create"), TYPED).status_code == 404
    assert client.get("/").headers["Location"] == reverse("account_login")


def test_looking_around_is_asked_for_watched_left_and_entered(client: Client) -> None:
    assert client.post(reverse("first-visit-sample")).headers["Location"] == reverse("first-visit-progress")
    run = SampleRun.objects.get()
    assert "Waiting for the worker" in client.get(reverse("first-visit-progress")).content.decode()
    assert client.post(reverse("first-visit-enter")).headers["Location"] == reverse("first-visit")
    visitor = create_organisation("Sample", admin_name="Ana", email="ana@s.example", password=None, sample=True)
    SampleRun.objects.filter(pk=run.pk).update(visitor=visitor, done=515, total=515, finished_at=clock.now())
    assert "Go on looking around" in client.get(reverse("first-visit")).content.decode()
    part = client.get(reverse("first-visit-progress"), headers={"HX-Request": "true"}).content.decode()
    assert "is ready" in part and "<html" not in part and "hx-trigger" not in part
    client.post(reverse("first-visit-enter"))
    assert client.session["_auth_user_id"] == str(visitor.pk)
    client.post(reverse("first-visit-sample"))
    assert SampleRun.objects.count() == 1


def test_nobody_enters_what_another_visitor_asked_for(client: Client) -> None:
    client.post(reverse("first-visit-sample"))
    stranger = Client()
    assert stranger.get(reverse("first-visit-progress")).headers["Location"] == reverse("first-visit")
    assert stranger.post(reverse("first-visit-enter")).headers["Location"] == reverse("first-visit")


def test_a_failure_is_said_and_can_be_tried_again(client: Client) -> None:
    client.post(reverse("first-visit-sample"))
    SampleRun.objects.update(finished_at=clock.now(), error="OSError: disk full")
    assert "disk full" in client.get(reverse("first-visit-progress")).content.decode()
    client.post(reverse("first-visit-sample"))
    assert SampleRun.objects.filter(error="").count() == 1
