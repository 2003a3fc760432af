"""Cards for what happened: one for each cause, by people alone, and never with the assistant off (A2, A3, O4, J5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from odziv.assist.listing import cards_of, counted
from odziv.assist.run import assist
from odziv.deliver import uncertain
from odziv.deliver.claim import tell
from odziv.lib import clock
from odziv.lib.seal import Kind
from odziv.measure.rebuild import rebuild
from odziv.models import Card, CardKind, CardState, Delivery, DeliveryState, Message, MessageState
from tests.support.cast import Cast
from tests.support.journal import NOON, SCANNER, delivery_of, followed_message, happened, hit

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(hours=1, minutes=1)


@pytest.fixture
def message(cast: Cast) -> Message:
    cast.lipa.assistant = True
    cast.lipa.save()
    return followed_message(cast.ana, to=("maja@hrast.example", "jan@hrast.example"))


def look(now: Any = SOON) -> list[Card]:
    while assist(now=now):
        pass
    return list(Card.objects.all())


def test_the_first_open_by_a_person_makes_a_card_of_the_sender(cast: Cast, message: Message) -> None:
    happened(hit(delivery_of(message)))
    (card,) = look()
    assert (card.user, card.kind, card.message) == (cast.ana, CardKind.OPENED, message)
    (shown,) = cards_of(cast.ana, SOON)
    assert shown.who == "Maja"


def test_a_thousand_opens_make_one_card(message: Message) -> None:
    copies = [delivery_of(message, 0), delivery_of(message, 1)]
    happened(*(hit(copies[number % 2], after=number * 61) for number in range(200)))
    happened(*(hit(copies[number % 2], after=20_000 + number * 61) for number in range(800)))
    assert len(look()) == 1


def test_a_machine_makes_none(message: Message) -> None:
    happened(hit(delivery_of(message), agent=SCANNER))
    assert look() == []


def test_with_the_assistant_or_the_kind_off_there_is_none(cast: Cast, message: Message) -> None:
    cast.lipa.muted_cards = [CardKind.OPENED]
    cast.lipa.save()
    happened(hit(delivery_of(message)))
    assert look() == []
    cast.lipa.assistant, cast.lipa.muted_cards = False, []
    cast.lipa.save()
    happened(hit(delivery_of(followed_message(cast.ana))))
    assert look() == []


def test_a_dismissed_card_stays_dismissed_whatever_is_opened_and_rebuilt(message: Message) -> None:
    happened(hit(delivery_of(message)))
    (card,) = look()
    card.dismiss(SOON)
    happened(hit(delivery_of(message, 1), after=7200))
    rebuild(None, check=False, now=SOON)
    (again,) = look()
    assert again.state == CardState.DISMISSED


def burst(message: Message, after: float) -> None:
    clicks = (hit(delivery_of(message), Kind.CLICK, after=after + n / 2, ordinal=n) for n in range(3))
    happened(*clicks)


def test_an_open_that_turns_out_to_be_a_machines_withdraws_its_card(message: Message) -> None:
    happened(hit(delivery_of(message)))
    (card,) = look()
    assert card.state == CardState.OPEN
    burst(message, 3601)
    (card,) = look()
    assert card.state == CardState.WITHDRAWN


def test_while_scanners_may_be_at_work_a_card_waits_a_minute(message: Message) -> None:
    happened(hit(delivery_of(message), after=30))
    assert look(NOON + timedelta(seconds=40)) == []
    assert len(look(NOON + timedelta(seconds=91))) == 1


def test_a_burst_in_that_minute_leaves_no_card_at_all(message: Message) -> None:
    happened(hit(delivery_of(message), after=30))
    assert look(NOON + timedelta(seconds=35)) == []
    burst(message, 40)
    assert look() == []


def test_what_happens_on_this_machine_is_clear_at_once(message: Message) -> None:
    happened(hit(delivery_of(message), after=30, peer="127.0.0.1"))
    assert len(look(NOON + timedelta(seconds=31))) == 1


def test_opens_of_long_ago_are_no_news(message: Message) -> None:
    happened(hit(delivery_of(message)))
    assert look(NOON + timedelta(days=30)) == []


def test_a_snoozed_card_comes_back_by_itself(cast: Cast, message: Message) -> None:
    happened(hit(delivery_of(message)))
    (card,) = look()
    card.snooze(SOON + timedelta(hours=1), SOON)
    assert counted(cast.ana, SOON) == 0
    assert counted(cast.ana, SOON + timedelta(hours=2)) == 1
    with pytest.raises(ValueError, match="year"):
        card.snooze(SOON - timedelta(hours=1), SOON)


def troubled(message: Message, number: int, state: DeliveryState) -> None:
    Delivery.objects.filter(pk=delivery_of(message, number).pk).update(state=state, tried_at=SOON)
    tell(message, state)


def test_more_failures_bring_a_dismissed_card_back(message: Message) -> None:
    troubled(message, 0, DeliveryState.REFUSED)
    (card,) = look()
    assert (card.kind, card.told) == (CardKind.FAILED, 1)
    card.dismiss(SOON)
    assert look()[0].state == CardState.DISMISSED
    troubled(message, 1, DeliveryState.REFUSED)
    (card,) = look()
    assert (card.state, card.told) == (CardState.OPEN, 2)


@pytest.mark.parametrize(
    ("decide", "state"), [(uncertain.send_again, "waiting"), (uncertain.consider_sent, "accepted")]
)
def test_the_sender_decides_over_an_uncertain_copy_and_the_card_goes(
    cast: Cast, message: Message, decide: Any, state: str
) -> None:
    troubled(message, 0, DeliveryState.UNCERTAIN)
    (card,) = look()
    assert card.kind == CardKind.UNCERTAIN
    assert decide(message, SOON) == 1
    assert decide(message, SOON) == 0
    assert delivery_of(message).state == state
    message.refresh_from_db()
    assert message.state == (MessageState.SENDING if state == "waiting" else MessageState.SENT)
    (card,) = look()
    assert card.state == CardState.WITHDRAWN


def test_an_uncertain_message_that_is_considered_sent_is_sent(message: Message) -> None:
    Delivery.objects.update(state=DeliveryState.UNCERTAIN)
    Message.objects.update(state=MessageState.FAILED, sent_at=None)
    uncertain.consider_sent(message, clock.now())
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert message.sent_at is not None


def test_the_list_takes_few_queries(cast: Cast, message: Message, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        happened(hit(delivery_of(followed_message(cast.ana))))
    look()
    with django_assert_num_queries(2):
        assert len(cards_of(cast.ana, SOON)) == 5
