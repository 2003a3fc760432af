"""An activity as a tile of the Activities column: its symbol, its subject, and its present state in words (V1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from odziv.models import Activity, ActivityKind, ActivityState, Delivery, Direction, Message, MessageState
from odziv.models.deliveries import Troubles
from odziv.models.urls import url_of
from odziv.web import words

ICONS = {ActivityKind.EMAIL: "mail", ActivityKind.PHONE_CALL: "phone", ActivityKind.TASK: "square-check-big"}
NO_TROUBLE = Troubles()


@dataclass(frozen=True, slots=True)
class State:
    """A state in words, with the tone and icon of its badge; `full` is its time in full."""

    text: str
    tone: str = ""
    icon: str = ""
    full: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """What one activity shows. `has_history`: an e-mail that has left; `to_do`: a call or task, done or not."""

    activity: Activity
    icon: str
    title: str
    url: str
    state: State
    details: tuple[str, ...]
    has_history: bool = False
    to_do: bool = False


def tiles_of(activities: Iterable[Activity], now: datetime) -> list[Tile]:
    """The tiles of activities that were read with their messages and owners; one query for what went wrong."""
    rows = list(activities)
    sent = [row.pk for row in rows if (message := _message(row)) and message.state == MessageState.SENT]
    troubles = Delivery.objects.troubles(sent) if sent else {}
    return [tile_of(row, now, troubles.get(row.pk, NO_TROUBLE)) for row in rows]


def tile_of(activity: Activity, now: datetime, troubles: Troubles = NO_TROUBLE) -> Tile:
    """The tile of one activity."""
    message = _message(activity)
    if message is None:
        return Tile(
            activity,
            ICONS[ActivityKind(activity.kind)],
            activity.subject,
            url_of("activity", activity.pk),
            state_of_task(activity, now),
            tuple(filter(None, (activity.phone_number, activity.owner.name))),
            to_do=True,
        )
    is_draft = message.state == MessageState.DRAFT
    is_ours = message.direction == Direction.OUT
    who = message.recipients if is_ours else message.from_name or message.from_address
    return Tile(
        activity,
        "mail-plus" if is_draft else "mail" if is_ours else "reply",
        activity.subject or _("(no subject)"),
        url_of("compose" if is_draft else "message", message.pk),
        state_of_message(message, now, troubles),
        tuple(filter(None, (who, *_figures(message)))),
        has_history=is_ours and not is_draft,
    )


def state_of_message(message: Message, now: datetime, troubles: Troubles = NO_TROUBLE) -> State:
    """Where a message stands, the most telling thing first."""
    if message.state == MessageState.SCHEDULED and message.send_at:
        at = words.day_and_time(message.send_at, now, always_time=True)
        return State(_("Scheduled for %(time)s") % {"time": at}, "green", "clock", words.full_time(message.send_at))
    plain = {
        MessageState.DRAFT: State(_("Draft"), icon="pencil"),
        MessageState.SCHEDULED: State(_("Scheduled"), "green", "clock"),
        MessageState.SENDING: State(_("Sending"), "blue", "send"),
        MessageState.FAILED: State(_("Delivery failed"), "red", "circle-alert"),
        MessageState.CANCELLED: State(_("Cancelled"), icon="x"),
    }
    if message.state in plain:
        return plain[MessageState(message.state)]
    if message.direction == Direction.IN:
        return State(_("Received"), icon="reply")
    return _trouble(troubles) or _state_of_sent(message, now)


def state_of_task(activity: Activity, now: datetime) -> State:
    """What is to be done of a phone call or task: done, open, overdue, or when it is due."""
    if activity.state == ActivityState.DONE:
        return State(_("Done"), "green", "check")
    if activity.due_at is None:
        return State(_("Open"))
    full = words.full_time(activity.due_at)
    due, today = timezone.localtime(activity.due_at).date(), timezone.localtime(now).date()
    near = {
        -1: State(_("Overdue since yesterday"), "amber", "clock-alert", full),
        0: State(_("Due today"), "blue", "clock", full),
        1: State(_("Due tomorrow"), "", "clock", full),
    }
    if (state := near.get((due - today).days)) is not None:
        return state
    pattern = pgettext("date format", "j M") if due.year == today.year else pgettext("date format", "j M Y")
    date = {"date": date_format(due, pattern)}
    if due < today:
        return State(_("Overdue since %(date)s") % date, "amber", "clock-alert", full)
    return State(_("Due %(date)s") % date, "", "clock", full)


def _message(activity: Activity) -> Message | None:
    return activity.message if hasattr(activity, "message") else None


def _trouble(troubles: Troubles) -> State | None:
    if troubles.failed:
        return State(_("Partly failed"), "red", "circle-alert")
    if troubles.uncertain:
        return State(_("Delivery uncertain"), "amber", "circle-question-mark")
    return None


def _state_of_sent(message: Message, now: datetime) -> State:
    if message.replies:
        return State(_("Replied"), "green", "reply")
    if not message.is_followed:
        return State(_("Sent, not followed"), icon="eye-off")
    if message.last_opened_at:
        text = _("Opened %(time)s") if message.opens == 1 else _("Last opened %(time)s")
        opened = text % {"time": words.near_or_day(message.last_opened_at, now)}
        return State(opened, "accent", "mail-open", words.full_time(message.last_opened_at))
    if message.opens_unmeasurable:
        return State(_("Opens not measurable"), icon="mail")
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
