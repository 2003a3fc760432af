"""What people did with somebody's e-mails in a span of time, for the summary by e-mail (J5). Three queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from odziv.models import Arrival, Interaction, InteractionKind, Message, User

_OPENS = (InteractionKind.OPEN, InteractionKind.IMAGE)
_COLUMNS = {InteractionKind.CLICK: "clicks", InteractionKind.FILE: "views"}


@dataclass(slots=True)
class Done:
    """What people did with one message; `replies` that count."""

    message: Message
    opens: int = 0
    clicks: int = 0
    views: int = 0
    replies: int = 0

    @property
    def weight(self) -> tuple[int, int, int, int]:
        """By which it stands before others: an answer says more than a click, a click more than an open."""
        return (self.replies, self.clicks, self.views, self.opens)


def done_by_people(user: User, since: datetime, until: datetime) -> list[Done]:
    """The user's messages with which a person did something from `since` up to `until`, what says most first."""
    counted = Interaction.objects.of(user.organisation_id).happened_to(user, since, until)
    answered = Arrival.objects.of(user.organisation_id).happened_to(user, since, until)
    found: dict[UUID, dict[str, int]] = {}
    for message, kind, number in counted:
        column = _COLUMNS.get(InteractionKind(kind), "opens")
        row = found.setdefault(message, {})
        row[column] = row.get(column, 0) + number
    for message, number in answered:
        found.setdefault(message, {})["replies"] = number
    rows = Message.objects.for_(user).among(found).with_row()
    return sorted(
        (Done(row, **found[row.pk]) for row in rows), key=lambda one: (one.weight, one.message.pk), reverse=True
    )
