"""What a message's page shows beside its own figures: each recipient's, and each link's clicks (J3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from odziv.ingest.agents import APPLE_PRIVACY, GMAIL_PREFETCH
from odziv.models import Delivery, Interaction, Link, Message

MOST_RECIPIENTS = 100
MOST_LINKS = 200


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One address of the message, wherever it stands in it. `reason` says why it was left alone, as a code."""

    address: str
    followed: bool
    reason: str
    clicks: int
    machine_clicks: int


def recipients(message: Message) -> list[Delivery]:
    """The copies with their recipients, as the writer put them; the first hundred."""
    copies = Delivery.objects.filter(message=message).select_related("party__record")
    return list(copies.order_by("party__position", "pk")[:MOST_RECIPIENTS])


def links(message: Message) -> list[LinkRow]:
    """Each address once, in the order of the message, with the clicks on all its places. Two queries."""
    clicks = Interaction.objects.clicks_by_link(message.pk)
    rows: dict[tuple[str, bool], LinkRow] = {}
    for ordinal, address, followed, reason in Link.objects.filter(message=message).values_list(
        "ordinal", "address", "followed", "reason"
    )[:MOST_LINKS]:
        people, machines = clicks.get(ordinal, (0, 0))
        before = rows.get((address, followed))
        rows[address, followed] = LinkRow(
            address,
            followed,
            reason,
            people + (before.clicks if before else 0),
            machines + (before.machine_clicks if before else 0),
        )
    return list(rows.values())


def unmeasurable(copies: Sequence[Delivery]) -> set[UUID]:
    """The copies whose opens nobody can tell: all that is known of them are pictures that were loaded in advance.

    One query, and none when no copy has machines' opens alone.
    """
    wanted = [copy.pk for copy in copies if copy.machine_opens and not (copy.opens or copy.unsure_opens)]
    if not wanted:
        return set()
    rows = Interaction.objects.opens_of(wanted).values("delivery_id").order_by("delivery_id")
    counted = rows.annotate(all=Count("pk"), ahead=Count("pk", filter=Q(client__in=(APPLE_PRIVACY, GMAIL_PREFETCH))))
    return {row["delivery_id"] for row in counted if row["ahead"] == row["all"]}
