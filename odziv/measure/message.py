"""What a message's page shows beside its own figures: each recipient's, and each link's clicks (J3)."""

from __future__ import annotations

from dataclasses import dataclass

from odziv.lib.uuid7 import first_of
from odziv.measure.kept import clicks_with
from odziv.models import Delivery, Interaction, Link, Message, Settled

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


def settled(message: Message) -> Settled | None:
    """What is kept of the message's events that were let go; None where they are all there."""
    return Settled.objects.filter(pk=message.pk).first()


def links(message: Message, settled: Settled | None) -> list[LinkRow]:
    """Each address once, in the order of the message, with the clicks on all its places. Two queries."""
    rows_since = Interaction.objects.from_(first_of(settled.since) if settled else None)
    clicks = clicks_with(settled.clicks if settled else {}, rows_since.clicks_by_link(message.pk))
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
