"""The figures of several e-mails together, as the page of a record shows them (R4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from odziv.models import Direction, FollowState, Message, MessageState


@dataclass(frozen=True, slots=True)
class Together:
    """How many e-mails were sent, and of those followed how many people opened, clicked, answered, and when last."""

    sent: int
    followed: int
    opened: int
    clicked: int
    replied: int
    last_opened_at: datetime | None


def together(messages: QuerySet[Message]) -> Together:
    """One query."""
    ours = Q(direction=Direction.OUT, state=MessageState.SENT)
    followed = ours & Q(follow_state=FollowState.ON)
    counted = messages.order_by().aggregate(
        sent=Count("pk", filter=ours),
        followed=Count("pk", filter=followed),
        opened=Count("pk", filter=followed & Q(opens__gt=0)),
        clicked=Count("pk", filter=followed & Q(link_clicks__gt=0)),
        replied=Count("pk", filter=followed & Q(replies__gt=0)),
        last_opened_at=Max("last_opened_at", filter=followed),
    )
    return Together(**counted)
