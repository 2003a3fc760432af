"""The summary's settings, its preview, and the address that turns it off without signing in (A)."""

from __future__ import annotations

import pytest
from django.core import signing
from django.test import Client

from odziv.lib import clock
from odziv.models import Card, CardKind, Digest, DigestState, User
from tests.support.cast import Cast
from tests.support.journal import followed_message

pytestmark = pytest.mark.django_db
PAGE = "/settings/profile/assistant/"
CHOSEN = {"kinds": [kind.value for kind in CardKind], "digest": "on", "digest_at": "06:45", "digest_work_days": "on"}


def test_it_is_off_until_one_turns_it_on(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    assert client.post(PAGE, CHOSEN).status_code == 302
    ana = User.objects.get(pk=cast.ana.pk)
    assert (ana.digest, ana.digest_at.isoformat(), ana.digest_work_days) == (True, "06:45:00", True)
    assert client.post(PAGE, {"kinds": CHOSEN["kinds"], "digest_at": "06:45"}).status_code == 302
    ana.refresh_from_db()
    assert (ana.digest, ana.digest_work_days) == (False, False)


@pytest.mark.parametrize("at", ["", "25:00", "soon"])
def test_a_time_that_is_none_changes_nothing(cast: Cast, client: Client, at: str) -> None:
    client.force_login(cast.ana)
    assert client.post(PAGE, {**CHOSEN, "digest_at": at}).status_code == 422
    assert not User.objects.get(pk=cast.ana.pk).digest


def test_the_page_tells_why_the_last_one_did_not_leave(cast: Cast, client: Client) -> None:
    Digest.objects.begin(cast.ana, clock.now().date(), clock.now(), DigestState.GIVEN_UP)
    Digest.objects.update(reason="login", answer="535 <no>", settled_at=clock.now())
    client.force_login(cast.ana)
    page = client.get(PAGE).content.decode()
    assert "535 &lt;no&gt;" in page and "Given up" in page


def test_the_preview_says_what_would_be_said_and_is_inert(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    assert "Nothing to say" in client.get(f"{PAGE}summary/").content.decode()
    message = followed_message(cast.ana, subject='"><script>alert(1)</script>')
    Card.objects.create(organisation=cast.lipa, user=cast.ana, kind="failed", key="x", message=message)
    page = client.get(f"{PAGE}summary/").content.decode()
    assert "could not be delivered" in page and "sandbox=" in page
    assert "<script>alert" not in page


def test_the_address_in_it_asks_first_and_turns_off_by_a_post_alone(cast: Cast) -> None:
    User.objects.update(digest=True)
    stranger = Client(enforce_csrf_checks=True)  # as a mail program posts it (RFC 8058)
    url = cast.ana.digest_off_url()
    for ask in (stranger.get, stranger.head):
        assert ask(url).status_code == 200
    assert User.objects.get(pk=cast.ana.pk).digest
    for _ in range(2):
        assert stranger.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not User.objects.get(pk=cast.ana.pk).digest
    assert User.objects.filter(digest=True).count() == User.objects.count() - 1
    assert "Log out" not in stranger.get(url).content.decode()


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "é", "a" * 5000, "..%2f.."])
def test_a_forged_address_is_not_found(cast: Cast, client: Client, token: str) -> None:
    User.objects.update(digest=True)
    assert client.post(f"/summary/off/{token}/").status_code == 404
    assert not User.objects.filter(digest=False).exists()


@pytest.mark.parametrize("said", ["not-a-uuid", None, ["x"], {"u": 1}], ids=range(4))
def test_neither_is_what_was_signed_for_something_else(cast: Cast, client: Client, said: object) -> None:
    for salt in ("odziv.browser", "odziv.digest.off"):
        assert client.get(f"/summary/off/{signing.dumps(said, salt=salt)}/").status_code == 404
    assert client.get(f"/summary/off/{signing.dumps(str(cast.ana.pk))}/").status_code == 404
