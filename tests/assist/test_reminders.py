"""Reminders: judged when their time has come, on what people did; one card each, whatever restarts (M1, M3, J5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from odziv.assist.reminding import NOT_FOLLOWED, NOT_READ, NOT_SENT, remind
from odziv.models import Card, CardKind, Condition, Mailbox, Message, MessageState, Reminder, ReminderState, User
from tests.support.cast import Cast
from tests.support.journal import NOON, SCANNER, delivery_of, followed_message, happened, hit

pytestmark = pytest.mark.django_db
DUE = NOON + timedelta(days=3)


@pytest.fixture
def message(cast: Cast) -> Message:
    cast.lipa.assistant = True
    cast.lipa.save()
    message = followed_message(cast.ana)
    Message.objects.filter(pk=message.pk).update(mailbox=Mailbox.objects.get(user=cast.ana))
    message.refresh_from_db()
    return message


def reminder(message: Message, condition: Condition = Condition.NOT_OPENED) -> Reminder:
    return Reminder.objects.create(
        organisation=message.organisation, message=message, user=message.owner, title="Ring Maja", condition=condition,
        at=DUE, look_at=DUE, zone="Europe/Ljubljana", wall="2026-05-07T14:00",
    )  # fmt: skip


def settled(message: Message, now: datetime = DUE) -> tuple[str, str, int]:
    """State and note of the message's reminder once it was judged, and how many cards there are."""
    remind(now=now)
    found = Reminder.objects.get(message=message)
    return found.state, found.note, Card.objects.filter(kind=CardKind.REMINDER).count()


def test_it_waits_for_its_time(message: Message) -> None:
    reminder(message)
    assert settled(message, DUE - timedelta(seconds=1)) == (ReminderState.WAITING, "", 0)


def test_an_unopened_message_fires_it_and_makes_a_card_of_high_priority(message: Message) -> None:
    reminder(message)
    assert settled(message) == (ReminderState.FIRED, "", 1)
    assert Card.objects.get().get_priority_display() == "High"


def test_whoever_wants_no_cards_of_reminders_gets_none(cast: Cast, message: Message) -> None:
    User.objects.filter(pk=cast.ana.pk).update(muted_cards=[CardKind.REMINDER])
    reminder(message)
    assert settled(message) == (ReminderState.FIRED, "", 0)


def test_an_open_by_a_person_satisfies_it_and_one_by_a_machine_does_not(cast: Cast, message: Message) -> None:
    scanned = followed_message(cast.ana)
    for one, agent in ((message, ""), (scanned, SCANNER)):
        reminder(one)
        happened(hit(delivery_of(one), agent=agent) if agent else hit(delivery_of(one)))
    assert settled(message)[0] == ReminderState.SATISFIED
    assert Reminder.objects.get(message=scanned).state == ReminderState.FIRED


def test_no_reply_is_judged_only_when_the_mailbox_was_read_past_its_time(message: Message) -> None:
    reminder(message, Condition.NO_REPLY)
    assert settled(message) == (ReminderState.WAITING, "", 0)
    Mailbox.objects.update(read_until=DUE + timedelta(seconds=1))
    assert settled(message, DUE + timedelta(minutes=1)) == (ReminderState.FIRED, "", 1)


def test_a_mailbox_that_cannot_be_read_is_said(message: Message) -> None:
    reminder(message, Condition.NO_REPLY)
    assert settled(message, DUE + timedelta(hours=2)) == (ReminderState.FIRED, NOT_READ, 1)


def test_a_reply_satisfies_it(message: Message) -> None:
    reminder(message, Condition.NO_REPLY)
    Message.objects.filter(pk=message.pk).update(replies=1)
    assert settled(message)[0] == ReminderState.SATISFIED


def test_anyway_fires_whatever_happened(message: Message) -> None:
    reminder(message, Condition.ANYWAY)
    happened(hit(delivery_of(message)))
    assert settled(message) == (ReminderState.FIRED, "", 1)


def test_what_cannot_be_judged_fires_and_says_why(cast: Cast, message: Message) -> None:
    reminder(message)
    Message.objects.filter(pk=message.pk).update(sent_at=None, state=MessageState.SENDING)
    assert settled(message)[:2] == (ReminderState.FIRED, NOT_SENT)
    unfollowed = followed_message(cast.ana, followed=False)
    reminder(unfollowed)
    assert settled(unfollowed)[:2] == (ReminderState.FIRED, NOT_FOLLOWED)


def test_a_draft_is_not_reminded_of(message: Message) -> None:
    reminder(message)
    Message.objects.filter(pk=message.pk).update(state=MessageState.DRAFT)
    assert settled(message, DUE + timedelta(days=9))[0] == ReminderState.WAITING


def test_it_makes_one_card_whatever_restarts(message: Message) -> None:
    made = reminder(message, Condition.ANYWAY)
    settled(message)
    Reminder.objects.update(state=ReminderState.WAITING)  # as if the process had died before that was written
    assert settled(message)[2] == 1
    Reminder.objects.filter(pk=made.pk).update(state=ReminderState.WAITING, round=2)
    assert settled(message)[2] == 2


def test_one_that_waits_for_its_mailbox_does_not_hold_up_others(cast: Cast, message: Message) -> None:
    reminder(message, Condition.NO_REPLY)
    remind(now=DUE, limit=1)
    other = followed_message(cast.ana)
    reminder(other, Condition.ANYWAY)
    assert remind(now=DUE, limit=1) == 1


def test_without_the_assistant_it_is_settled_without_a_card(cast: Cast, message: Message) -> None:
    cast.lipa.assistant = False
    cast.lipa.save()
    reminder(message, Condition.ANYWAY)
    assert settled(message) == (ReminderState.FIRED, "", 0)
