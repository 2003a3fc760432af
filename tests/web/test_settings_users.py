"""The people of the organisation, one's own profile and tokens (O2)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.lib import clock
from odziv.models import ApiToken, Role, User
from tests.support.cast import PASSWORD, Cast


@pytest.fixture
def dora(cast: Cast, client: Client) -> Client:
    client.force_login(cast.dora)
    return client


def shown_link(page: str) -> str:
    found = re.search(r'value="(https?://[^"]*/password/reset/key/[^"]*)"', page)
    assert found is not None
    return urlsplit(found[1]).path


def person(**changes: str) -> dict[str, str]:
    return {"name": "Ana", "role": "salesperson", "language": "en", "time_zone": "UTC", **changes}


def test_a_forgotten_password_is_set_anew_at_an_address_shown_once(cast: Cast, dora: Client) -> None:
    page = dora.post(reverse("user-link", args=[cast.ana.pk]), follow=True).content.decode()
    path = shown_link(page)
    again = dora.get(reverse("user", args=[cast.ana.pk])).content.decode()
    assert "password/reset/key" not in again and "Dora made an address for a new password" in again
    browser = Client()
    form = browser.get(path, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": "quite a long secret", "password2": "quite a long secret"})
    cast.ana.refresh_from_db()
    assert cast.ana.check_password("quite a long secret")
    assert browser.get(reverse("contacts")).status_code == 200  # signed in
    assert "password1" not in Client().get(path, follow=True).content.decode()


def test_a_role_is_changed_and_the_page_says_by_whom(cast: Cast, dora: Client) -> None:
    url = reverse("user", args=[cast.ana.pk])
    page = dora.post(url, person(role="manager", name="Ana <b>K.</b>"), follow=True).content.decode()
    cast.ana.refresh_from_db()
    assert cast.ana.role == Role.MANAGER
    assert "Dora changed the role from salesperson to manager" in page and "Ana &lt;b&gt;K.&lt;/b&gt;" in page


def test_the_last_administrator_stays(cast: Cast, dora: Client) -> None:
    answer = dora.post(reverse("user", args=[cast.dora.pk]), person())
    assert answer.status_code == 422 and "role" in answer.context["form"].errors
    cast.dora.refresh_from_db()
    assert cast.dora.is_administrator
    dora.post(reverse("user-leave", args=[cast.dora.pk]), {})  # nobody shuts themselves out
    cast.dora.refresh_from_db()
    assert cast.dora.is_active


def test_who_leaves_is_signed_out_everywhere_and_stays_out_of_old_sessions(cast: Cast, dora: Client) -> None:
    ana, listed = Client(), f"{reverse('users')}?state=left"
    ana.force_login(cast.ana)
    assert ana.get(reverse("contacts")).status_code == 200
    page = dora.post(reverse("user-leave", args=[cast.ana.pk]), {"heir": str(cast.bor.pk)}, follow=True)
    assert "Ana has left, and is signed out everywhere." in page.content.decode()
    assert ana.get(reverse("contacts")).status_code == 302
    assert "ana@lipa.example" in dora.get(listed).content.decode()
    assert dora.post(reverse("user-link", args=[cast.ana.pk]), follow=True).context["link"] == ""
    dora.post(reverse("user-return", args=[cast.ana.pk]))
    assert ana.get(reverse("contacts")).status_code == 302  # let back, but that session is over
    ana.post(reverse("account_login"), {"login": "ana@lipa.example", "password": PASSWORD})
    assert ana.get(reverse("contacts")).status_code == 200


def test_nothing_is_handed_to_somebody_of_another_organisation(cast: Cast, dora: Client) -> None:
    answer = dora.post(reverse("user-leave", args=[cast.ana.pk]), {"heir": str(cast.eva.pk)})
    assert answer.status_code == 422 and "heir" in answer.context["form"].errors
    cast.ana.refresh_from_db()
    assert cast.ana.is_active


def test_the_list_is_searched_paged_and_bounded(
    cast: Cast, dora: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    User.objects.bulk_create(
        User(organisation=cast.lipa, name=f"Fani {n:03}", email=f"f{n}@lipa.example") for n in range(120)
    )
    with django_assert_max_num_queries(16):
        first = dora.get(reverse("users"))
    assert len(first.context["page"].rows) == 50 and first.context["page"].older
    second = dora.get(reverse("users"), {"cursor": first.context["page"].older}).context["page"]
    assert second.newer and not {row.pk for row in second.rows} & {row.pk for row in first.context["page"].rows}
    found = dora.get(reverse("users"), {"q": "f11@"}).context["page"].rows
    assert [row.email for row in found] == ["f11@lipa.example"]
    for bad in ("cursor=x", "q=%00", "state=none", "q=%25'"):
        assert dora.get(f"{reverse('users')}?{bad}").status_code == 200


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
