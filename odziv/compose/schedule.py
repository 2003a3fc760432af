"""Send later: when a draft is to leave once Send is pressed, and what can still be done while it waits (D1, C3)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from odziv.compose import drafts
from odziv.compose.chosen import Chosen, lies_ahead
from odziv.compose.hold import AlreadyLeaving, waiting
from odziv.compose.problems import Problem, Refused
from odziv.models import Delivery, Message, MessageState


class DelayRefused(Refused):
    """The time cannot be used; nothing has changed."""


@transaction.atomic
def delay(message: Message, chosen: Chosen, now: datetime) -> Message:
    """Let it leave at that time: a draft once Send is pressed, a waiting message by itself.

    Raises DelayRefused for a time that is over or more than a year ahead, AlreadyLeaving when a copy was taken.
    """
    if not lies_ahead(chosen, now):
        raise DelayRefused([_over("delivery")])
    held = _held(message)
    held.send_at, held.send_zone, held.send_wall = chosen.at, chosen.zone, chosen.wall
    if held.state != MessageState.DRAFT:
        held.state = MessageState.SCHEDULED
        _move(held, chosen.at)
    held.save(update_fields=["send_at", "send_zone", "send_wall", "state"])
    return held


@transaction.atomic
def leave_now(message: Message, now: datetime) -> Message:
    """Take the delay away: a draft leaves when Send is pressed, a waiting message at once. Raises AlreadyLeaving."""
    held = _held(message)
    held.send_at, held.send_zone, held.send_wall = None, "", ""
    if held.state != MessageState.DRAFT:
        held.state = MessageState.SENDING
        _move(held, now)
    held.save(update_fields=["send_at", "send_zone", "send_wall", "state"])
    return held


@transaction.atomic
def delete(message: Message) -> None:
    """Delete a message that waits, so that it never leaves. Raises AlreadyLeaving when a copy was taken."""
    held = waiting(message)
    if not Delivery.objects.stop(held.pk):
        raise AlreadyLeaving
    held.activity.delete()


def problems(message: Message, now: datetime) -> list[Problem]:
    """What is wrong with the delay of a draft that is to be sent now."""
    if message.send_zone and (message.send_at is None or message.send_at <= now):
        return [_over("delivery")]
    return []


def _held(message: Message) -> Message:
    if message.state == MessageState.DRAFT:
        return drafts.locked(message)
    return waiting(message)


def _move(held: Message, due: datetime) -> None:
    if not Delivery.objects.move(held.pk, due):
        raise AlreadyLeaving


def _over(field: str) -> Problem:
    return Problem("time-over", field, _("The time for delivery must lie ahead, within a year. Choose another one."))
