"""The reminder of a message: set, changed, removed, and what of it stands in the way of Send (M1, M2, M4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from odziv.compose.chosen import Chosen, at_instant, lies_ahead
from odziv.compose.cleaning import one_line
from odziv.compose.problems import Problem, Refused
from odziv.models import Condition, FollowState, Message, MessageState, Reminder, ReminderState, User

OFFERED_AFTER = timedelta(days=3)
MAX_TITLE = 200


class ReminderRefused(Refused):
    """The reminder cannot be set like this; the former one, if there is one, is as it was."""


def of(message: Message) -> Reminder | None:
    """The reminder of a message."""
    return Reminder.objects.of(message.organisation_id).filter(message_id=message.pk).first()


def offered(message: Message, followed: bool, now: datetime, zone: ZoneInfo) -> tuple[Condition, Chosen]:
    """What is offered first: not opened, three days from delivery; without following *anyway* (M1, F4)."""
    condition = Condition.NOT_OPENED if followed else Condition.ANYWAY
    start = message.sent_at or message.send_at or now
    return condition, at_instant(max(start, now) + OFFERED_AFTER, zone)


@transaction.atomic
def remind(message: Message, user: User, condition: Condition, chosen: Chosen, title: str, now: datetime) -> Reminder:
    """Set or change the reminder; it waits anew. An empty title becomes one about the subject.

    Raises ReminderRefused for a time that is over, and for a condition that a sent, unfollowed message cannot have.
    """
    message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    wrong = list(_wrong(message, condition, chosen.at, now))
    if wrong:
        raise ReminderRefused(wrong)
    values = {
        "organisation_id": message.organisation_id,
        "user": user,
        "title": one_line(title)[:MAX_TITLE].strip() or _default_title(message, user.language),
        "condition": condition,
        "at": chosen.at,
        "look_at": chosen.at,
        "zone": chosen.zone,
        "wall": chosen.wall,
        "state": ReminderState.WAITING,
        "note": "",
        "settled_at": None,
    }
    former = of(message)
    round_ = former.round + 1 if former else 1
    reminder, _made = Reminder.objects.update_or_create(message=message, defaults={**values, "round": round_})
    return reminder


def forget(message: Message) -> None:
    """Remove the reminder; its card goes with it."""
    Reminder.objects.of(message.organisation_id).filter(message_id=message.pk).delete()


def problems(message: Message, follow_state: str, leaves: datetime) -> list[Problem]:
    """What is wrong with the reminder of a draft that is to leave then, in this follow state (M4)."""
    reminder = of(message)
    if reminder is None:
        return []
    found = []
    if Condition(reminder.condition).needs_following and follow_state != FollowState.ON:
        text = _(
            "The reminder waits for an open or a reply, which only followed e-mails show. Change its condition to "
            "“remind me anyway”, remove it, or follow the e-mail."
        )
        found.append(Problem("reminder-unfollowed", "reminder", text))
    if reminder.at <= leaves:
        found.append(
            Problem("reminder-early", "reminder", _("The reminder comes before the e-mail leaves. Change it."))
        )
    return found


def _wrong(message: Message, condition: Condition, at: datetime, now: datetime) -> list[Problem]:
    if not lies_ahead(Chosen(at, "", ""), max(now, message.send_at or now) if message.sent_at is None else now):
        text = _("The time of the reminder must lie ahead, behind the delivery and within a year.")
        return [Problem("reminder-early", "reminder", text)]
    sent = message.state != MessageState.DRAFT
    if sent and condition.needs_following and message.follow_state != FollowState.ON:
        text = _("This e-mail is not followed, so nobody can say whether it was opened or answered.")
        return [Problem("reminder-unfollowed", "reminder", text)]
    return []


def _default_title(message: Message, language: str) -> str:
    """In the language of whoever is reminded, also where no page asks."""
    with translation.override(language):
        subject = message.subject or _("(no subject)")
        return (_("Follow up: %(subject)s") % {"subject": subject})[:MAX_TITLE]
