"""Followed messages and what recipients' programs did, for tests of ingest, figures and pages."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from odziv.environment import ENV
from odziv.ingest.run import ingest
from odziv.lib.hit import Hit, encode
from odziv.lib.seal import Kind
from odziv.lib.spool.writer import FileSpool
from odziv.lib.uuid7 import uuid7
from odziv.measure.run import measure
from odziv.models import (
    Activity,
    Delivery,
    DeliveryState,
    FollowState,
    Link,
    Message,
    MessageState,
    Party,
    PartyRole,
    User,
)

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
SCANNER = "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))"
LJUBLJANA = "193.2.1.66"  # ARNES


def followed_message(
    owner: User,
    *,
    subject: str = "Ponudba",
    to: Sequence[str] = ("maja@hrast.example",),
    links: Sequence[str] = ("https://odziv.example/cenik",),
    sent_at: datetime | None = NOON,
    followed: bool = True,
    html: str = "<p>Pozdravljeni</p>",
    made_at: datetime | None = None,
) -> Message:
    """A sent message as `compose` and `deliver` leave it: parties, links, one accepted copy per recipient.

    Its identifier says that it was made now, or then.
    """
    organisation = owner.organisation
    at = sent_at or NOON
    key = uuid7(made_at.timestamp()) if made_at else uuid7()
    activity = Activity.objects.create(
        pk=key, organisation=organisation, kind="email", subject=subject, owner=owner, at=at
    )
    message = Message.objects.create(
        activity=activity,
        organisation=organisation,
        owner=owner,
        subject=subject,
        html=html,
        text="Pozdravljeni",
        recipients=", ".join(to)[:300],
        to_line=", ".join(to),
        from_name=owner.name,
        from_address=owner.email,
        state=MessageState.SENT,
        follow_state=FollowState.ON if followed else FollowState.OFF,
        sent_at=sent_at,
        at=at,
    )
    for position, address in enumerate(to):
        name = address.partition("@")[0].title()
        party = Party.objects.create(
            organisation=organisation, message=message, role=PartyRole.TO, position=position, name=name, address=address
        )
        Delivery.objects.create(
            organisation=organisation,
            message=message,
            party=party,
            state=DeliveryState.ACCEPTED,
            due_at=at,
            accepted_at=at,
            attempts=1,
            followed=followed,
        )
    for ordinal, address in enumerate(links):
        Link.objects.create(organisation=organisation, message=message, ordinal=ordinal, address=address)
    return message


def delivery_of(message: Message, number: int = 0) -> Delivery:
    return message.deliveries.order_by("party__position")[number]


def hit(
    delivery: Delivery,
    kind: Kind = Kind.OPEN,
    *,
    after: float = 3600,
    ordinal: int = 0,
    agent: str = IPHONE,
    method: str = "GET",
    peer: str = LJUBLJANA,
    headers: dict[str, str] | None = None,
    partial: bool = False,
    id: UUID | None = None,
) -> Hit:
    """What the edge would have recorded `after` seconds behind noon."""
    return Hit(
        id=id or uuid7(),
        at=(NOON + timedelta(seconds=after)).timestamp(),
        kind=kind,
        organisation=delivery.organisation_id,
        delivery=delivery.pk,
        ordinal=ordinal,
        method=method,
        peer=peer,
        agent=agent,
        headers=headers or {},
        partial=partial,
    )


@pytest.fixture(autouse=True)
def empty_spool() -> None:
    """Nothing that another test has recorded is left."""
    for file in ENV.spool_folder.glob("*"):
        file.unlink()


def spool(records: Iterable[Hit | bytes], folder: Path | None = None) -> None:
    """Record hits (or any bytes) as the edge does: in a spool file of their own."""

    async def write() -> None:
        spool = FileSpool(folder or ENV.spool_folder)
        for record in records:
            await spool.put(record if isinstance(record, bytes) else encode(record))
        await spool.close()

    asyncio.run(write())


def take_in() -> int:
    """Everything that the worker does between spool and figures; returns how many records were taken."""
    taken = 0
    while count := ingest():
        taken += count
    while measure():
        pass
    return taken


def happened(*hits: Hit | bytes) -> int:
    """Spool hits, and bring journal and figures up to them."""
    spool(hits)
    return take_in()


def any_hits(message: Message, seed: int) -> list[Hit]:
    """A company's people and machines at work within some minutes, so that one's events speak about another's."""
    dice = random.Random(seed)
    copies = list(message.deliveries.order_by("party__position"))
    return [
        hit(
            dice.choice(copies),
            dice.choice((Kind.OPEN, Kind.OPEN, Kind.IMAGE, Kind.CLICK, Kind.CLICK, Kind.FILE, Kind.HONEYPOT)),
            after=dice.uniform(-5, 240),
            ordinal=dice.randrange(4),
            agent=dice.choice((IPHONE, WINDOWS, WINDOWS, GMAIL, SCANNER)),
            peer=dice.choice(("84.112.67.5", "84.112.67.5", "193.2.1.66", "52.160.0.9")),
            method=dice.choice(("GET", "GET", "GET", "HEAD")),
        )
        for _ in range(60)
    ]
