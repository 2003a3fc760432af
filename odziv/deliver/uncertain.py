"""What the sender decides of a copy of which nobody can know whether it was taken (D3)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from odziv.deliver.claim import settle, tell
from odziv.models import Delivery, DeliveryState, Message


def send_again(message: Message, now: datetime) -> int:
    """Let every uncertain copy of the message leave once more, with the same Message-ID; returns how many.

    Whoever did get it gets it twice: only a person may choose that.
    """
    return _decide(message, now, state=DeliveryState.WAITING, due_at=now, phase="", attempts=0)


def consider_sent(message: Message, now: datetime) -> int:
    """Take every uncertain copy of the message for delivered; returns how many."""
    return _decide(message, now, state=DeliveryState.ACCEPTED, accepted_at=now, touched=Delivery.JUDGED_AGAIN)


def _decide(message: Message, now: datetime, **fields: object) -> int:
    with transaction.atomic():
        locked = Message.objects.select_for_update().get(pk=message.pk)
        uncertain = Delivery.objects.filter(message=locked, state=DeliveryState.UNCERTAIN)
        decided = uncertain.update(reason="", answer="", answer_code=None, lease_until=None, **fields)
        if decided:
            settle(locked, now)
            tell(locked, DeliveryState.UNCERTAIN)
    return decided
