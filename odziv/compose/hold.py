"""A message that waits after Send can be stopped until the first of its copies is taken by a worker (C3).

Its copies are deliveries that fall due later; nothing else tells a waiting message from one under way. Whoever wants to
change when they leave, or that they leave, does it in `waiting`: that decides the race with the workers.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from odziv.compose import drafts
from odziv.models import ActivityState, Delivery, FollowState, Message, MessageState


class AlreadyLeaving(Exception):
    """A copy was taken by a worker, or has left, or there is none; nothing was changed."""


@transaction.atomic
def take_back(message: Message, now: datetime) -> Message:
    """Make a draft again of a message of which no copy has been taken: text, attachments and wishes as they were.

    Raises AlreadyLeaving.
    """
    held = waiting(message)
    if not Delivery.objects.stop(held.pk):
        raise AlreadyLeaving
    held.links.all().delete()
    if held.text_made:
        held.text, held.text_made = "", False
    held.state, held.follow_state = MessageState.DRAFT, FollowState.OFF
    held.message_id = ""
    if not held.send_zone:  # a time that the writer chose stays chosen
        held.send_at = None
    held.at = held.updated_at = held.activity.at = now
    held.version += 1
    held.save()
    held.activity.state = ActivityState.OPEN
    held.activity.save(update_fields=["at", "state"])
    drafts.write_parties(held)
    return held


def waiting(message: Message) -> Message:
    """The message, held against others until the transaction ends. Raises AlreadyLeaving when it does not wait.

    It waits when Send was pressed and nothing has left; whether a copy was taken, only a conditional UPDATE of the
    copies can tell (`Delivery.objects.stop`).
    """
    rows = Message.objects.of(message.organisation_id).select_related("activity", "owner", "organisation")
    sent = rows.select_for_update(of=("self",)).filter(pk=message.pk, sent_at=None)
    held = sent.filter(state__in=(MessageState.SENDING, MessageState.SCHEDULED)).first()
    if held is None:
        raise AlreadyLeaving
    return held
