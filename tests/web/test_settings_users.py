"""The people of the organisation, one's own profile and tokens (O2)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from odziv.lib import clock
from odziv.models import ApiToken, Mailbox, Role, User
from tests.support.cast import PASSWORD, Cast

FANI = {
    "name": "Fani", "email": "Fani@lipa.example", "role": "manager", "language": "sl", "time_zone": "Europe/Ljubljana",
}  # fmt: skip


@pytest.fixture
def dora(cast: Cast, client: Client) -> Client:
    client.force_login(cast.dora)
    return client


def shown_link(page: str) -> str:
    found = re.search(r'value="(https?://[^"]*/password/reset/key/[^"]*)"', page)
    assert found is not None
    return urlsplit(found[1]).path


def test_a_new_person_sets_their_password_at_an_address_shown_once(dora: Client) -> None:
    page = dora.post(reverse("user-new"), FANI, follow=True).content.decode()
    path = shown_link(page)
    fani = User.objects.get(email="fani@lipa.example")
    assert (fani.role, fani.language, fani.has_usable_password()) == (Role.MANAGER, "sl", False)
    assert Mailbox.objects.filter(user=fani).exists()
    assert "password/reset/key" not in dora.get(reverse("user", args=[fani.pk])).content.decode()
    browser = Client()
    form = browser.get(path, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": "quite a long secret", "password2": "quite a long secret"})
    fani.refresh_from_db()
    assert fani.check_password("quite a long secret")
    assert browser.get(reverse("contacts")).status_code == 200  # signed in
    assert "password1" not in Client().get(path, follow=True).content.decode()


def test_an_address_that_is_taken_says_no_more_than_that(cast: Cast, dora: Client) -> None:
    here = dora.post(reverse("user-new"), {**FANI, "email": cast.ana.email})
    elsewhere = dora.post(reverse("user-new"), {**FANI, "email": cast.eva.email})
    assert here.status_code == elsewhere.status_code == 422
    assert here.context["form"].errors == elsewhere.context["form"].errors


def test_a_role_is_changed_and_somebody_is_shut_out_at_once(cast: Cast, dora: Client) -> None:
    ana = Client()
    ana.force_login(cast.ana)
    url = reverse("user", args=[cast.ana.pk])
    dora.post(url, {"name": "Ana", "role": "manager", "language": "en", "time_zone": "UTC"})
    cast.ana.refresh_from_db()
    assert (cast.ana.role, cast.ana.is_active) == (Role.MANAGER, False)
    assert ana.get(reverse("contacts")).status_code == 302


def test_the_last_administrator_stays(cast: Cast, dora: Client) -> None:
    url = reverse("user", args=[cast.dora.pk])
    answer = dora.post(
        url, {"name": "Dora", "role": "salesperson", "language": "en", "time_zone": "UTC", "is_active": "on"}
    )
    assert "role" in answer.context["form"].errors
    cast.dora.refresh_from_db()
    assert cast.dora.is_administrator


def test_my_profile_is_mine(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    typed = {
        "name": "Ana K.",
        "language": "sl",
        "time_zone": "America/New_York",
        "role": "administrator",
        "undo_seconds": "5",
    }
    assert client.post(reverse("profile"), typed).status_code == 302
    cast.ana.refresh_from_db()
    assert (cast.ana.name, cast.ana.language, cast.ana.role) == ("Ana K.", "sl", Role.SALESPERSON)
    assert "Moj profil" in client.get(reverse("profile")).content.decode()


def test_a_token_shows_once_and_can_be_revoked(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    page = client.post(reverse("tokens"), {"name": "web shop"}, follow=True)
    secret = page.context["secret"]
    assert secret in page.content.decode() and secret not in client.get(reverse("tokens")).content.decode()
    assert ApiToken.objects.user_of(secret, now=clock.now()) == cast.ana
    client.post(reverse("token-revoke", args=[ApiToken.objects.get().pk]))
    assert ApiToken.objects.user_of(secret, now=clock.now()) is None


def test_a_token_of_a_teammate_is_not_there(cast: Cast, dora: Client) -> None:
    row, _secret = ApiToken.objects.issue(cast.ana, "hers")
    assert dora.post(reverse("token-revoke", args=[row.pk])).status_code == 404


def test_people_sign_in_and_the_pages_speak_their_language(cast: Cast, client: Client) -> None:
    cast.ana.language = "sl"
    cast.ana.save()
    client.post(reverse("account_login"), {"login": cast.ana.email.upper(), "password": PASSWORD})
    assert "Stiki" in client.get(reverse("contacts")).content.decode()
