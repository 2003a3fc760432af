"""The public door of invitations, and the choice among organisations after signing in (O2)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from odziv.lib import clock
from odziv.models import Invitation, User
from odziv.organisations import create_organisation, inviting
from tests.support.cast import PASSWORD, Cast

TYPED = {"name": "Fani", "password": "quite a long secret", "language": "sl", "time_zone": "Europe/Ljubljana"}


@pytest.fixture
def dora(cast: Cast, client: Client) -> Client:
    client.force_login(cast.dora)
    return client


def link_in(client: Client, email: str) -> str:
    page = client.post(reverse("invite"), {"email": email, "role": "manager", "language": "sl"}, follow=True)
    assert "/join/" not in client.get(page.redirect_chain[-1][0]).content.decode()  # it shows once
    return urlsplit(page.context["link"]).path


def test_who_has_the_link_joins_and_is_signed_in(dora: Client) -> None:
    path, fani = link_in(dora, "Fani@lipa.example"), Client()
    assert "Lipa d.o.o." in fani.get(path).content.decode() and fani.get(path).status_code == 200
    refused = fani.post(path, {**TYPED, "password": "short"})
    assert refused.status_code == 422 and 'value="Fani"' in refused.content.decode()
    fani.post(path, TYPED)
    assert User.objects.get(email="fani@lipa.example").language == "sl"
    assert "Stiki" in fani.get(reverse("contacts")).content.decode()
    again = Client().post(path, TYPED)
    assert again.status_code == 410 and "joined with it already" in again.content.decode()


@pytest.mark.parametrize("token", ["x", "%00", "..%2f..", "č" * 300, "<script>"])
def test_no_other_text_opens_anything(dora: Client, token: str) -> None:
    answer = Client().post(f"/join/{token}/", TYPED)
    assert answer.status_code == 404 and not User.objects.filter(name="Fani").exists()


def test_sent_again_and_revoked(dora: Client) -> None:
    first = link_in(dora, "fani@lipa.example")
    row = Invitation.objects.get()
    page = dora.post(reverse("invitation-renew", args=[row.pk]), {"by": "link"}, follow=True)
    second = urlsplit(page.context["link"]).path
    assert Client().get(first).status_code == 404 and Client().get(second).status_code == 200
    dora.post(reverse("invitation-revoke", args=[row.pk]))
    assert "taken back" in Client().get(second).content.decode()
    assert dora.get(reverse("invitation", args=[row.pk])).status_code == 404


def test_an_address_of_another_organisation_is_invited_like_any(cast: Cast, dora: Client) -> None:
    assert link_in(dora, cast.eva.email)
    here = dora.post(reverse("invite"), {"email": cast.ana.email, "role": "manager", "language": "sl"})
    assert here.status_code == 422 and "Ana has this address already." in here.content.decode()


def test_only_administrators_invite(cast: Cast, client: Client) -> None:
    client.force_login(cast.cene)
    assert client.post(reverse("invite"), {"email": "f@lipa.example", "role": "administrator"}).status_code == 403


def sign_in(address: str, password: str, to: str = "") -> Client:
    browser = Client()
    url = reverse("account_login") + (f"?next={to}" if to else "")
    browser.followed = browser.post(url, {"login": address, "password": password}, follow=True)  # type: ignore[attr-defined]
    return browser


def test_one_password_for_two_organisations_leads_to_a_choice(cast: Cast) -> None:
    twin = create_organisation("Brest", admin_name="Ana B.", email=cast.ana.email, password=PASSWORD)
    browser = sign_in(cast.ana.email, PASSWORD, "/contacts/")
    page = browser.followed.content.decode()  # type: ignore[attr-defined]
    assert "Brest" in page and "Lipa d.o.o." in page and "Hrast" not in page
    answer = browser.post(reverse("organisation"), {"user": str(twin.pk), "next": "/contacts/"})
    assert answer.headers["Location"] == "/contacts/"
    assert browser.get("/contacts/").wsgi_request.user == twin
    away = browser.post(reverse("organisation"), {"user": str(cast.ana.pk), "next": "https://evil.example/"})
    assert away.headers["Location"] == "/" and browser.get("/contacts/").wsgi_request.user == cast.ana
    assert browser.post(reverse("organisation"), {"user": str(cast.eva.pk)}).status_code == 404


def test_a_password_opens_only_the_organisation_that_it_is_for(cast: Cast) -> None:
    twin = create_organisation("Brest", admin_name="Ana", email=cast.ana.email, password="another long secret")
    for password, person in ((PASSWORD, cast.ana), ("another long secret", twin)):
        browser = sign_in(cast.ana.email, password)
        assert browser.get("/contacts/").wsgi_request.user == person
        assert browser.post(reverse("organisation"), {"user": str(twin.pk)}).status_code == 404


def test_the_choice_ends_with_a_changed_password(cast: Cast) -> None:
    twin = create_organisation("Brest", admin_name="Ana", email=cast.ana.email, password=PASSWORD)
    browser = sign_in(cast.ana.email, PASSWORD)
    other = twin if browser.get("/contacts/").wsgi_request.user == cast.ana else cast.ana
    other.set_password("changed meanwhile")
    other.save()
    assert browser.post(reverse("organisation"), {"user": str(other.pk)}).status_code == 404


def test_nobody_is_let_in_with_a_wrong_password_or_after_leaving(cast: Cast) -> None:
    inviting.invite(cast.dora, "new@lipa.example", role=cast.ana.role, language="en", now=clock.now())
    User.objects.filter(pk=cast.bor.pk).update(is_active=False)
    for address, password in (("new@lipa.example", ""), (cast.ana.email, "wrong"), (cast.bor.email, PASSWORD)):
        assert sign_in(address, password).get("/contacts/").status_code == 302
