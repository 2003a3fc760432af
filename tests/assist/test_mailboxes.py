"""A mailbox whose password was changed: one card for its keeper, which goes when it works again (P1, O6)."""

from __future__ import annotations

import pytest
from django.test import Client

from odziv.assist.mailboxes import tell_mailboxes
from odziv.lib import clock
from odziv.models import Card, CardState, Mailbox
from tests.replies.desk import read_mailbox
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(cast: Cast) -> Mailbox:
    return read_mailbox(cast.ana, "ana@posta.example", 143)


def fails(mailbox: Mailbox, reason: str = "login") -> int:
    Mailbox.objects.note_reading(mailbox.pk, clock.now(), reason, "NO [AUTHENTICATIONFAILED]")
    return tell_mailboxes()


def works(mailbox: Mailbox) -> int:
    Mailbox.objects.note_reading(mailbox.pk, clock.now())
    return tell_mailboxes()


def test_its_keeper_is_told_once(mailbox: Mailbox, cast: Cast, client: Client) -> None:
    assert fails(mailbox) == 1 and fails(mailbox) == 0
    card = Card.objects.get()
    assert (card.user, card.kind, card.state) == (cast.ana, "mailbox", CardState.OPEN)
    client.force_login(cast.ana)
    page = client.get("/assistant/").content.decode()
    assert "ana@posta.example" in page and f"/settings/mailboxes/{mailbox.pk}/" in page


def test_the_card_goes_when_it_works_again_and_comes_back_when_it_does_not(mailbox: Mailbox) -> None:
    fails(mailbox)
    assert works(mailbox) == 1 and Card.objects.get().state == CardState.WITHDRAWN
    assert fails(mailbox) == 1 and Card.objects.get().state == CardState.OPEN


def test_a_dismissed_card_stays_away_until_it_worked(mailbox: Mailbox) -> None:
    fails(mailbox)
    Card.objects.get().dismiss(clock.now())
    assert fails(mailbox) == 0 and Card.objects.get().state == CardState.DISMISSED
    works(mailbox)
    assert fails(mailbox) == 1 and Card.objects.get().state == CardState.OPEN


def test_a_server_that_is_only_away_makes_no_card(mailbox: Mailbox) -> None:
    assert fails(mailbox, "timeout") == 0 and not Card.objects.exists()


def test_whoever_wants_no_such_cards_gets_none(mailbox: Mailbox, cast: Cast) -> None:
    cast.ana.muted_cards = ["mailbox"]
    cast.ana.save()
    assert fails(mailbox) == 0 and not Card.objects.exists()
