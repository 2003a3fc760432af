"""A recipient who is away: their automatic reply says until when, and the reminder may wait for that (M, P2).

It is only ever offered: nothing moves by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from odziv.advise.working_time import WorkingTime, instant
from odziv.compose.advice import working_time
from odziv.models import Arrival, Card, CardState, Organisation, PushNotice, Reminder, ReminderState

_LONGEST = timedelta(days=366)  # as far ahead as a reminder may be


@dataclass(frozen=True, slots=True)
class Away:
    """`who` is away until and including `until`, as they wrote; `at` is the working morning behind it, in UTC."""

    reminder: Reminder
    who: str
    until: date
    at: datetime
    wall: str


def offers(reminders: Iterable[Reminder], now: datetime) -> dict[UUID, Away]:
    """What to offer for each of these reminders, by its identifier. At most three queries, however many there are.

    Nothing is offered when its time comes later anyway, when it was refused or taken before for that day, when
    somebody answered, or when it is not needed any more.
    """
    messages = [one.message_id for one in reminders if one.state != ReminderState.SATISFIED]
    # Whoever is away longest comes last, and stays.
    longest = {one.message_id: one for one in Arrival.objects.telling_absence(messages)} if messages else {}
    if not longest:
        return {}
    answered = Arrival.objects.numbers(longest)
    waiting = Reminder.objects.of_messages(set(longest) - set(answered))
    found = ((one.pk, _offer(one, longest[one.message_id], now)) for one in waiting)
    return {pk: offer for pk, offer in found if offer is not None}


def offer_of(reminder: Reminder, now: datetime) -> Away | None:
    """The same for one."""
    return offers([reminder], now).get(reminder.pk)


@transaction.atomic
def accept(reminder: Reminder, until: date, now: datetime) -> Away | None:
    """Move the reminder behind that day, as it was offered; its card is put away. None when that is not offered now."""
    reminder, offer = _held(reminder, until, now)
    if offer is None:
        return None
    reminder.at = reminder.look_at = offer.at
    reminder.wall, reminder.zone = offer.wall, _zone(reminder).key
    reminder.state, reminder.note, reminder.settled_at = ReminderState.WAITING, "", None
    reminder.round += 1
    reminder.away_answered = until
    reminder.save()
    cards = Card.objects.filter(reminder=reminder, state=CardState.OPEN)
    PushNotice.objects.drop(list(cards.values_list("pk", flat=True)))
    cards.update(state=CardState.DISMISSED, changed_at=now)
    return offer


@transaction.atomic
def refuse(reminder: Reminder, until: date, now: datetime) -> bool:
    """Leave the reminder as it is; it is not offered again for a day up to that one. False when it is not offered."""
    reminder, offer = _held(reminder, until, now)
    if offer is None:
        return False
    reminder.away_answered = until
    reminder.save(update_fields=["away_answered"])
    return True


def _held(reminder: Reminder, until: date, now: datetime) -> tuple[Reminder, Away | None]:
    held = Reminder.objects.of_messages([reminder.message_id]).select_for_update(of=("self",)).get(pk=reminder.pk)
    offer = offer_of(held, now)
    return held, offer if offer is not None and offer.until == until else None


def _offer(reminder: Reminder, arrival: Arrival, now: datetime) -> Away | None:
    until = arrival.away_until
    if until is None or (reminder.away_answered and until <= reminder.away_answered):
        return None
    at = _morning_after(until, reminder.message.organisation, _zone(reminder))
    if at is None or not now < at <= now + _LONGEST or at <= reminder.at:
        return None
    wall = at.astimezone(_zone(reminder)).replace(tzinfo=None).isoformat(timespec="minutes")
    return Away(reminder, arrival.from_name or arrival.from_address, until, at, wall)


def _morning_after(until: date, organisation: Organisation, zone: ZoneInfo) -> datetime | None:
    """The beginning of the first working day behind that day, on the clock of whoever is reminded."""
    week: WorkingTime = working_time(organisation, "")
    try:
        midnight = instant(until + timedelta(days=1), datetime.min.time(), zone)
    except OverflowError:
        return None
    return week.next_opening(midnight - timedelta(seconds=1), zone)


def _zone(reminder: Reminder) -> ZoneInfo:
    return reminder.user.zone
