"""Reminders whose time has come: judged, and made into a card when they fire (M1, M3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from odziv.lib import clock
from odziv.models import Card, CardKind, Condition, Message, Priority, PushNotice, Reading, Reminder, ReminderState

BATCH = 200
PATIENCE = timedelta(hours=1)
"""How long a reminder waits for a mailbox that was not read past its time."""

AGAIN = timedelta(seconds=30)

NOT_SENT, NOT_FOLLOWED, NOT_READ = "not-sent", "not-followed", "not-read"


class Judged(NamedTuple):
    """`fires` None: not yet to be said. `note` says why it fires without having been judged."""

    fires: bool | None
    note: str = ""


def remind(limit: int = BATCH, *, now: datetime | None = None) -> int:
    """Judge what is due; returns how many were settled. One that waits for its mailbox stays due."""
    now = now or clock.now()
    if not Reminder.objects.due(now).exists():
        return 0
    settled = 0
    with transaction.atomic():
        for reminder in Reminder.objects.taken(now, limit):
            judged = judge(reminder, now)
            if judged.fires is None:
                reminder.look_at = now + AGAIN
                reminder.save(update_fields=["look_at"])
                if reminder.message.mailbox_id:
                    Reading.objects.wake([reminder.message.mailbox_id], now)
            else:
                _settle(reminder, judged, now)
                settled += 1
    return settled


def judge(reminder: Reminder, now: datetime) -> Judged:
    """Whether the reminder fires at this moment; on the figures that count, which are those of people (J5)."""
    message = reminder.message
    if reminder.condition == Condition.ANYWAY:
        return Judged(True)
    if message.sent_at is None:
        return Judged(True, NOT_SENT)
    if not message.is_followed:
        return Judged(True, NOT_FOLLOWED)
    if reminder.condition == Condition.NOT_OPENED:
        return Judged(message.opens == 0)
    return _unanswered(message, reminder, now)


def _unanswered(message: Message, reminder: Reminder, now: datetime) -> Judged:
    if message.replies:
        return Judged(False)
    read_until = message.mailbox.read_until if message.mailbox else None
    if read_until is not None and read_until >= reminder.at:
        return Judged(True)
    return Judged(True, NOT_READ) if now - reminder.at >= PATIENCE else Judged(None)


def _settle(reminder: Reminder, judged: Judged, now: datetime) -> None:
    reminder.state = ReminderState.FIRED if judged.fires else ReminderState.SATISFIED
    reminder.note, reminder.settled_at = judged.note, now
    reminder.save(update_fields=["state", "note", "settled_at"])
    message: Message = reminder.message
    wanted = message.organisation.wants_card(CardKind.REMINDER) and reminder.user.wants_card(CardKind.REMINDER)
    if judged.fires and wanted:
        # The key holds the round: whatever restarts, a reminder makes one card for each time it was set.
        card, made = Card.objects.get_or_create(
            user_id=reminder.user_id,
            key=f"reminder:{reminder.pk}:{reminder.round}",
            defaults={
                "organisation_id": reminder.organisation_id,
                "kind": CardKind.REMINDER,
                "priority": Priority.HIGH,
                "message": message,
                "reminder": reminder,
                "created_at": now,
                "shown_at": now,
                "changed_at": now,
            },
        )
        if made:
            PushNotice.objects.announce(card)
