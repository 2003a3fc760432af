"""An activity as a tile of the Activities column: its symbol, its subject, and its present state in words (V1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.models import Activity, ActivityKind, ActivityState, Direction, Message, MessageState
from odziv.web import words

ICONS = {ActivityKind.EMAIL: "mail", ActivityKind.PHONE_CALL: "phone", ActivityKind.TASK: "square-check-big"}


@dataclass(frozen=True, slots=True)
class State:
    """A state in words, with the tone and icon of its badge."""

    text: str
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """What one activity shows."""

    activity: Activity
    icon: str
    title: str
    url: str
    state: State
    details: tuple[str, ...]


def tile_of(activity: Activity, now: datetime) -> Tile:
    """The tile of an activity that was read with its message and owner."""
    message = activity.message if hasattr(activity, "message") else None
    if message is None:
        return Tile(
            activity,
            ICONS[ActivityKind(activity.kind)],
            activity.subject,
            reverse("activity", args=[activity.pk]),
            state_of_task(activity, now),
            tuple(filter(None, (activity.phone_number, activity.owner.name))),
        )
    is_draft = message.state == MessageState.DRAFT
    who = (message.from_name or message.from_address) if message.direction == Direction.IN else message.recipients
    return Tile(
        activity,
        "mail-plus" if is_draft else "mail" if message.direction == Direction.OUT else "reply",
        activity.subject or _("(no subject)"),
        reverse("compose" if is_draft else "message", args=[message.pk]),
        state_of_message(message, now),
        tuple(filter(None, (who, *_figures(message)))),
    )


def state_of_message(message: Message, now: datetime) -> State:
    """Where a message stands, the most telling thing first."""
    if message.state == MessageState.SCHEDULED and message.send_at:
        return State(_("Scheduled for %(time)s") % {"time": words.day_and_time(message.send_at, now)}, "green", "clock")
    plain = {
        MessageState.DRAFT: State(_("Draft"), icon="pencil"),
        MessageState.SCHEDULED: State(_("Scheduled"), "green", "clock"),
        MessageState.SENDING: State(_("Sending"), "blue", "send"),
        MessageState.FAILED: State(_("Delivery failed"), "red", "circle-alert"),
        MessageState.CANCELLED: State(_("Cancelled"), icon="x"),
    }
    if message.state in plain:
        return plain[MessageState(message.state)]
    return _state_of_sent(message, now)


def _state_of_sent(message: Message, now: datetime) -> State:
    if message.direction == Direction.IN:
        return State(_("Received"), icon="reply")
    if message.replies:
        return State(_("Replied"), "green", "reply")
    if not message.is_followed:
        return State(_("Sent, not followed"), icon="eye-off")
    if message.last_opened_at:
        opened = words.near_or_far(message.last_opened_at, now)
        return State(_("Last opened %(time)s") % {"time": opened}, "accent", "mail-open")
    return State(_("Not yet opened"), icon="mail")


def _figures(message: Message) -> list[str]:
    """The people's figures that are not nothing."""
    if not message.is_followed:
        return []
    counted = (
        (message.opens, ngettext("%(n)d open", "%(n)d opens", message.opens)),
        (message.link_clicks, ngettext("%(n)d link click", "%(n)d link clicks", message.link_clicks)),
        (
            message.attachment_views,
            ngettext("%(n)d attachment view", "%(n)d attachment views", message.attachment_views),
        ),
    )
    return [phrase % {"n": n} for n, phrase in counted if n]


def state_of_task(activity: Activity, now: datetime) -> State:
    """What is to be done of a phone call or task: done, open, overdue, or when it is due."""
    if activity.state == ActivityState.DONE:
        return State(_("Done"), "green", "check")
    if activity.due_at is None:
        return State(_("Open"))
    due, today = timezone.localtime(activity.due_at), timezone.localtime(now)
    if due.date() == today.date():
        return State(_("Due today"), "blue", "clock")
    if due < today:
        return State(_("Overdue"), "amber", "clock-alert")
    return State(_("Due %(date)s") % {"date": date_format(due, _("j M"))}, icon="clock")
