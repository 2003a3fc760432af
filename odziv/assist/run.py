"""The worker's jobs: cards for what happened (A2, A3)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from odziv.assist.cards import look
from odziv.lib import clock
from odziv.models import CardKind, Happening, Message

BATCH = 20
"""Of one transaction: ingest waits for the messages that are held, on SQLite for any write."""


def assist(limit: int = BATCH, *, now: datetime | None = None) -> int:
    """Look at the messages to which something happened; returns how many happenings are dealt with.

    Cards and the end of the happenings are one transaction: a worker may die at any line and nothing is doubled.
    """
    now = now or clock.now()
    if not Happening.objects.due(now).exists():  # a transaction would hold SQLite's only write lock for nothing
        return 0
    with transaction.atomic():
        taken = Happening.objects.taken(limit, now)
        wanted = {(one.message_id, CardKind(one.kind)) for one in taken}
        # Two workers with happenings of one message take turns.
        locked = Message.objects.filter(pk__in={message for message, _kind in wanted}).order_by("pk")
        messages = {
            message.pk: message for message in locked.for_assistant().select_for_update(of=("self",), no_key=True)
        }
        for message_id, kind in sorted(wanted):
            if message_id in messages:
                look(messages[message_id], kind, now)
        Happening.objects.filter(pk__in=[one.pk for one in taken]).delete()
    return len(taken)
