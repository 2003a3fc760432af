"""The team's own views: events from networks on which it uses Odziv are no clear sign of a recipient (J1, J5, L4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from odziv.ingest import team
from odziv.lib.seal import Kind
from odziv.measure.rebuild import run as rebuild
from odziv.models import Interaction, Message, Organisation, TeamNetwork
from odziv.organisations.leaving import leave
from tests.support.cast import Cast
from tests.support.journal import GMAIL, NOON, delivery_of, followed_message, happened, hit

pytestmark = pytest.mark.django_db
OFFICE, NEXT_DESK, ELSEWHERE = "89.212.18.7", "89.212.18.200", "84.112.67.5"


@pytest.fixture
def message(cast: Cast) -> Message:
    return followed_message(cast.ana)


def figures(message: Message) -> tuple[int, int, int, int]:
    message.refresh_from_db()
    return message.opens, message.unsure_opens, message.link_clicks, message.unsure_link_clicks


def test_a_look_from_where_ana_uses_odziv_may_be_her_own(cast: Cast, message: Message, client: Client) -> None:
    team.note_session(cast.ana, OFFICE, NOON)
    maja = delivery_of(message)
    happened(hit(maja, peer=NEXT_DESK), hit(maja, Kind.CLICK, after=3700, peer=NEXT_DESK))
    assert figures(message) == (0, 1, 0, 1)
    assert Interaction.objects.first().reasons[0] == f"team-network:{cast.ana.pk.hex}"  # type: ignore[union-attr]
    client.force_login(cast.bor)
    page = client.get(reverse("message", args=[message.pk])).content.decode()
    assert "It came from the network on which Ana uses Odziv; it may have been a look of your own." in page


def test_a_recipient_elsewhere_counts_and_so_does_the_mail_services_proxy(cast: Cast, message: Message) -> None:
    team.note_session(cast.ana, OFFICE, NOON)
    happened(hit(delivery_of(message), peer=ELSEWHERE), hit(delivery_of(message), peer=OFFICE, agent=GMAIL))
    assert figures(message) == (2, 0, 0, 0)


def test_an_answer_shows_that_it_was_read_and_a_later_look_elsewhere_does_not_say_whose_the_first_was(
    cast: Cast, message: Message
) -> None:
    team.note_session(cast.ana, OFFICE, NOON)
    maja = delivery_of(message)
    happened(hit(maja, peer=OFFICE), hit(maja, after=9000, peer=ELSEWHERE))
    assert figures(message) == (1, 1, 0, 0)
    message.deliveries.update(replies=1, touched=99)
    happened(hit(maja, after=9500, method="HEAD"))
    assert figures(message) == (2, 0, 0, 0)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.4", "100.64.3.9", "fe80::1", "", "?"])
def test_addresses_that_many_have_are_not_kept(cast: Cast, address: str) -> None:
    team.note_session(cast.ana, address, NOON)
    assert not TeamNetwork.objects.exists()


def test_it_is_nobodys_business_in_another_organisation(cast: Cast, message: Message) -> None:
    team.note_session(cast.eva, OFFICE, NOON)
    happened(hit(delivery_of(message), peer=OFFICE))
    assert figures(message) == (1, 0, 0, 0)


def test_what_is_forgotten_changes_no_figure(cast: Cast, message: Message) -> None:
    team.note_session(cast.ana, OFFICE, NOON)
    happened(hit(delivery_of(message), peer=OFFICE))
    assert team.forget(NOON + timedelta(days=13)) == 0
    assert team.forget(NOON + timedelta(days=15)) == 1
    assert rebuild(["--check"]) == 0
    assert figures(message) == (0, 1, 0, 0)


def test_a_session_long_before_or_after_says_nothing(cast: Cast, message: Message) -> None:
    team.note_session(cast.ana, OFFICE, NOON - timedelta(days=15))
    team.note_session(cast.bor, OFFICE, NOON + timedelta(days=2))
    happened(hit(delivery_of(message), peer=OFFICE))
    assert figures(message) == (1, 0, 0, 0)


def test_without_points_nothing_is_kept(cast: Cast) -> None:
    Organisation.objects.filter(pk=cast.lipa.pk).update(weights={"team-network": 0})
    cast.ana.organisation.refresh_from_db()
    team.note_session(cast.ana, OFFICE, NOON)
    assert not TeamNetwork.objects.exists()


def test_the_table_says_nothing_of_where_anyone_was(cast: Cast) -> None:
    team.note_session(cast.ana, OFFICE, NOON)
    team.note_session(cast.eva, OFFICE, NOON)
    digests = set(TeamNetwork.objects.values_list("digest", flat=True))
    assert len(digests) == 2
    assert not any("89" in digest and "212" in digest and "." in digest for digest in digests)


def test_a_browser_is_noted_once_a_day_and_after_it_moved(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    for address in (OFFICE, NEXT_DESK, ELSEWHERE, ELSEWHERE):
        assert client.get(reverse("settings"), REMOTE_ADDR=address).status_code == 200
    assert TeamNetwork.objects.of(cast.lipa.pk).count() == 2
    TeamNetwork.objects.all().delete()
    client.get(reverse("settings"), REMOTE_ADDR=ELSEWHERE)
    assert not TeamNetwork.objects.exists()


def test_a_header_that_anybody_can_write_is_not_believed(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    client.get(reverse("settings"), REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": OFFICE})
    assert not TeamNetwork.objects.exists()


def test_who_leaves_leaves_nothing(cast: Cast) -> None:
    team.note_session(cast.ana, OFFICE, NOON)
    leave(cast.ana, by=cast.dora, now=NOON)
    assert not TeamNetwork.objects.exists()
