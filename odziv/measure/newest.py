"""The newest that people did with somebody's messages, for the page *Today*. Two queries, however long the journal."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from odziv.measure.timeline import Entry, entry_of
from odziv.models import Interaction, Message, User

_LOOKED_AT = 40  # messages that were touched last; some of them by machines alone


@dataclass(frozen=True, slots=True)
class Newest:
    """A message, and the last thing that a person did with it."""

    message: Message
    entry: Entry


def newest_by_people(user: User, size: int = 8) -> list[Newest]:
    """The user's messages with which a person did something last, the latest first; one line for each message."""
    latest = Interaction.objects.told(OuterRef("pk")).by_people().values("pk")[:1]
    touched = Message.objects.for_(user).lately_touched(user)
    keys = touched.annotate(_latest=Subquery(latest)).values_list("pk", "_latest")[:_LOOKED_AT]
    of_message = {key: message for message, key in keys if key is not None}
    rows = Interaction.objects.filter(pk__in=of_message).select_related(
        "delivery__party", "message__activity__regarding"
    )
    found = sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)[:size]
    return [Newest(row.message, entry_of(row)) for row in found]
