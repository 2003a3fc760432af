"""The door of browser notifications: who gets in, who is taken out, and what a stranger can do there: nothing (A1)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from odziv.lib import clock
from odziv.models import PushSubscription
from odziv.web.accounts import BACKEND
from tests.support.cast import PASSWORD, Cast
from tests.support.push import PushBrowser

pytestmark = pytest.mark.django_db
DOOR = "/settings/profile/assistant/browsers/"
FCM = "https://fcm.googleapis.com/fcm/send/"


def tell(client: Client, said: Any, door: str = DOOR) -> HttpResponse:
    body = said if isinstance(said, bytes) else json.dumps(said)
    answer: HttpResponse = client.post(door, body, content_type="application/json")
    return answer


def subscribed(client: Client, name: str = "ana") -> PushBrowser:
    browser = PushBrowser(f"{FCM}{name}")
    assert tell(client, browser.subscription).status_code == 200
    return browser


def kept() -> list[tuple[str, str]]:
    rows = PushSubscription.objects.select_related("user").order_by("endpoint")
    return [(row.user.name, row.endpoint.removeprefix(FCM)) for row in rows]


def test_a_browser_is_let_in_once_and_named(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    browser = subscribed(client)
    tell(client, browser.subscription)
    assert kept() == [("Ana", "ana")]
    page = client.get("/settings/profile/assistant/").content.decode()
    assert "this one" in page
    assert browser.endpoint not in page


@pytest.mark.parametrize(
    "said", [b"", b"{", b"\xff\xfe", b"[" * 7000, b'{"a":"' + b"x" * 9000 + b'"}', {"endpoint": "https://127.0.0.1/"}],
    ids=range(6),
)  # fmt: skip
def test_what_is_none_is_refused_with_a_reason_and_changes_nothing(cast: Cast, client: Client, said: Any) -> None:
    client.force_login(cast.ana)
    answer = tell(client, said)
    assert answer.status_code == 422
    assert "nothing was changed" in json.loads(answer.content)["error"]
    assert kept() == []


@pytest.mark.parametrize("name", ["", "off/", "00000000-0000-0000-0000-000000000000/remove/"])
def test_a_stranger_gets_nowhere(client: Client, db: None, name: str) -> None:
    answer = client.post(f"{DOOR}{name}", "{}", content_type="application/json", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert client.get(f"{DOOR}{name}").status_code in (302, 405)


def test_it_wants_the_token_of_a_page_of_ours(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ana)
    assert tell(client, PushBrowser(f"{FCM}x").subscription).status_code == 403
    assert kept() == []


def test_signing_out_takes_the_browser_out(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    subscribed(client)
    client.post("/account/logout/")
    assert kept() == []


def test_turning_off_takes_out_this_browser_alone(cast: Cast, client: Client) -> None:
    other = Client()
    for one, name in ((client, "ana"), (other, "second")):
        one.force_login(cast.ana)
        subscribed(one, name)
    assert tell(client, {"endpoint": None}, f"{DOOR}off/").status_code == 204
    assert kept() == [("Ana", "second")]


def test_without_its_cookie_a_browser_is_known_by_its_endpoint_and_only_ones_own(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    browser = subscribed(client)
    for user, left in ((cast.bor, 1), (cast.eva, 1), (cast.ana, 0)):
        another = Client()
        another.force_login(user)
        tell(another, {"endpoint": browser.endpoint}, f"{DOOR}off/")
        assert len(kept()) == left


def test_a_browser_can_be_taken_out_from_elsewhere_by_its_user_alone(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    subscribed(client)
    url = f"{DOOR}{PushSubscription.objects.get().pk}/remove/"
    client.force_login(cast.dora)
    assert client.post(url).status_code == 404
    client.force_login(cast.ana)
    assert client.post(url).status_code == 302
    assert kept() == []


def test_who_signs_in_next_at_the_same_screen_ends_what_another_had(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    subscribed(client)
    client.cookies.pop("sessionid")  # her session ran out; she did not sign out
    client.post("/account/login/", {"login": cast.bor.email, "password": PASSWORD})
    assert kept() == []


def test_a_forged_cookie_takes_nobody_out(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    subscribed(client)
    stranger = Client()
    stranger.force_login(cast.eva, backend=BACKEND)
    for value in (str(PushSubscription.objects.get().pk), "", "x:y", f"{PushSubscription.objects.get().pk}:abc:def"):
        stranger.cookies["odziv-browser"] = value
        tell(stranger, {}, f"{DOOR}off/")
    stranger.post("/account/logout/")
    assert kept() == [("Ana", "ana")]


def test_the_same_browser_of_somebody_else_is_theirs_from_then_on(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    subscribed(client, "shared")
    other = Client()
    other.force_login(cast.eva)
    subscribed(other, "shared")
    assert kept() == [("Eva", "shared")]


def test_the_script_stands_at_the_root_for_all_pages(client: Client, db: None) -> None:
    answer = client.get("/push-worker.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert b"notificationclick" in answer.content
    assert client.post("/push-worker.js").status_code == 405


def test_a_failing_browser_says_so_in_the_list(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    subscribed(client)
    PushSubscription.objects.note(PushSubscription.objects.get().pk, clock.now(), "busy", "503 <b>down</b>")
    assert "503 &lt;b&gt;down&lt;/b&gt;" in client.get("/settings/profile/assistant/").content.decode()
