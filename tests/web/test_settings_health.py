"""The health list on its pages: quick parts at once, slow ones row by row, nothing of other organisations (O6)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.health import LOOKS
from odziv.models import Mailbox
from odziv.web.templatetags.ui import sentence
from tests.support.cast import Cast


@pytest.fixture
def dora(cast: Cast, client: Client) -> Client:
    client.force_login(cast.dora)
    return client


def test_slow_parts_are_asked_for_one_by_one(dora: Client) -> None:
    page = dora.get(reverse("health")).content.decode()
    for look in LOOKS:
        asked = f'hx-get="{reverse("health-look", args=[look.key])}"'
        assert (asked in page) is look.slow


def test_the_overview_has_what_is_quick_at_once_and_asks_for_the_rest(dora: Client) -> None:
    page = dora.get(reverse("settings")).content.decode()
    for look in LOOKS:
        assert f'id="health-{look.key}"' in page
        assert (f'hx-get="{reverse("health-look", args=[look.key])}?in=overview"' in page) is look.slow


def test_what_is_not_in_use_is_no_warning(dora: Client) -> None:
    page = dora.get(reverse("settings")).content.decode()
    for key in ("signing", "notifications", "summaries"):
        assert f'<li id="health-{key}">' in page
        finding = dora.get(reverse("health-look", args=[key])).content.decode()
        assert "Not in use" in finding and "Mind this" not in finding
    assert '<li id="health-sending" class="minded">' in page  # without a mailbox nothing leaves


def test_what_is_found_later_takes_no_more_room_than_its_name(dora: Client) -> None:
    part = dora.get(reverse("health-look", args=["public-address"]) + "?in=overview").content.decode()
    assert '<li id="health-public-address">' in part and "<br>" not in part
    assert f'href="{reverse("health")}#finding-public-address"' in part


@pytest.mark.parametrize("key", [look.key for look in LOOKS])
def test_each_part_can_be_looked_at_alone(dora: Client, key: str) -> None:
    part = dora.get(reverse("health-look", args=[key])).content.decode()
    assert f'id="finding-{key}"' in part and "badge" in part
    overview = dora.get(reverse("health-look", args=[key]) + "?in=overview").content.decode()
    assert f'id="health-{key}"' in overview


def test_a_part_that_does_not_exist_is_not_found(dora: Client) -> None:
    assert dora.get(reverse("health-look", args=["no-such"])).status_code == 404


def test_others_may_not_look(cast: Cast, client: Client) -> None:
    client.force_login(cast.cene)
    for url in (reverse("health"), reverse("health-look", args=["file-store"]), reverse("public-address")):
        assert client.get(url).status_code == 403


def test_a_hostile_answer_of_a_server_is_shown_as_text(cast: Cast, dora: Client) -> None:
    for who, answer in ((cast.ana, "535 <script>alert(1)</script>"), (cast.eva, "535 of Hrast")):
        Mailbox.objects.create(
            organisation=who.organisation, user=who, kind="smtp", address=who.email, smtp_reason="login",
            smtp_answer=answer,
        )  # fmt: skip
    page = dora.get(reverse("health")).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page and "Hrast" not in page


def test_followed_attachments_say_whether_the_file_store_works(dora: Client) -> None:
    part = dora.get(reverse("health-look", args=["file-store"]) + "?in=files").content.decode()
    assert "written there and read back" in part and "Works" in part


def test_the_public_address_comes_with_what_the_proxy_needs(dora: Client) -> None:
    page = dora.get(reverse("public-address")).content.decode()
    assert "ODZIV_EDGE_URL" in page and "proxy_pass http://127.0.0.1:8001;" in page and "reverse_proxy" in page


def test_the_overview_loads_quickly(dora: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(32):
        dora.get(reverse("settings"))


def test_an_address_keeps_its_small_letters() -> None:
    assert [sentence(text) for text in ("was never seen; start", "http://a.example/ x", "", "/data, 1 GB")] == [
        "Was never seen; start", "http://a.example/ x", "", "/data, 1 GB",
    ]  # fmt: skip
