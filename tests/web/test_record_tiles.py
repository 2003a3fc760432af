"""The states of tiles as they are now, what went wrong with some copies, and the figures of a record (V1, R4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from odziv.lib import clock
from odziv.models import Contact, Delivery, Message, Party, Record
from tests.support.cast import Cast
from tests.web.test_records_lists import add
from tests.web.test_records_pages import states, write


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


@pytest.fixture
def maja(cast: Cast) -> Record:
    return add(cast.bor, Contact(name="Maja"), "maja@hrib.example")


def copies(message: Message, *states: str) -> None:
    ours: dict[str, Any] = {"organisation": message.organisation, "message": message}
    for number, state in enumerate(states):
        party = Party.objects.create(role="to", position=number, address=f"p{number}@x.example", **ours)
        Delivery.objects.create(party=party, state=state, due_at=clock.now(), **ours)


@pytest.mark.parametrize(
    ("copied", "said"),
    [
        (("accepted", "bounced", "refused"), "Partly failed"),
        (("accepted", "uncertain"), "Delivery uncertain"),
        (("accepted", "accepted"), "Not yet opened"),
    ],
)
def test_copies_that_did_not_arrive_are_said(
    cast: Cast, ana: Client, maja: Record, copied: tuple[str, ...], said: str
) -> None:
    copies(write(cast.ana, maja, follow_state="on"), *copied)
    assert states(ana, maja) == [said]


def test_a_changed_state_is_put_into_its_tile(cast: Cast, ana: Client, maja: Record) -> None:
    message = write(cast.ana, maja, follow_state="on")
    page = ana.get(maja.get_absolute_url()).content.decode()
    url = f"{reverse('activity-states')}?ids={message.pk.hex}"
    assert url in page and "Not yet opened" in page
    Message.objects.filter(pk=message.pk).update(replies=1)
    part = ana.get(url).content.decode()
    assert f'id="state-{message.pk}"' in part and "Replied" in part and "hx-swap-oob" in part


@pytest.mark.parametrize("ids", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_states_of_what_is_not_there_are_not_found(ana: Client, ids: str) -> None:
    assert ana.get(f"{reverse('activity-states')}?ids={ids}").status_code == 404


def test_the_figures_of_its_e_mails_count_for_the_record(cast: Cast, ana: Client, maja: Record) -> None:
    now = clock.now()
    write(cast.ana, maja, follow_state="on", opens=3, last_opened_at=now, link_clicks=1)
    write(cast.bor, maja, follow_state="on", replies=1)
    write(cast.ana, maja, follow_state="off")
    write(cast.ana, maja, "draft")
    figures = ana.get(maja.get_absolute_url()).context["figures"]
    assert (figures.sent, figures.followed, figures.opened, figures.clicked, figures.replied) == (3, 2, 1, 1, 1)
    assert figures.last_opened_at == now


def test_each_has_buttons_with_names_for_content_history_and_page(cast: Cast, ana: Client, maja: Record) -> None:
    write(cast.ana, maja)
    page = ana.get(maja.get_absolute_url()).content.decode()
    for name in ("Content of Offer", "History of Offer", "Full page of Offer"):
        assert f'aria-label="{name}"' in page
