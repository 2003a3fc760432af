"""The figure *replies*: folded from what came back, like all others from the journal (J1, P2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from odziv.models import Arrival, Delivery, Message, TemplateVersion


def count_replies(message: Message, now: datetime) -> None:
    """Bring the figure of a message and of its copies up to its arrivals; call it with the message's row locked."""
    counted = Arrival.objects.of_message(message.pk).counted()
    of_copies: dict[UUID | None, int] = {}
    for delivery in counted.values_list("delivery_id", flat=True):
        of_copies[delivery] = of_copies.get(delivery, 0) + 1
    # A reply proves an open (J5), so the events of a copy whose figure changes are judged again.
    answered = Delivery.objects.filter(message=message, replies__gt=0)
    answered.exclude(pk__in=[pk for pk in of_copies if pk is not None]).update(replies=0, touched=Delivery.JUDGED_AGAIN)
    for pk, number in of_copies.items():
        if pk:
            copy = Delivery.objects.filter(pk=pk).exclude(replies=number)
            copy.update(replies=number, figures_at=now, touched=Delivery.JUDGED_AGAIN)
    message.replies = sum(of_copies.values())
    Message.objects.filter(pk=message.pk).update(replies=message.replies, figures_at=now)
    TemplateVersion.objects.touch([message.template_version_id])
