"""The tables that the seed fills, by the names under which its rows come."""

from __future__ import annotations

from bench.seed.tables import Table
from odziv.models import (
    Activity,
    ConsentEntry,
    Delivery,
    Interaction,
    Link,
    Mailbox,
    Message,
    MessageWords,
    Organisation,
    Party,
    Record,
    RecordEmail,
    RecordPhone,
    User,
)


def tables() -> dict[str, Table]:
    return {
        "organisation": Table(Organisation),
        "user": Table(User),
        "mailbox": Table(Mailbox),
        "record": Table(Record),
        "email": Table(RecordEmail),
        "phone": Table(RecordPhone),
        "consent": Table(ConsentEntry),
        "activity": Table(Activity),
        "message": Table(Message),
        "party": Table(Party),
        "link": Table(Link),
        "delivery": Table(Delivery),
        "interaction": Table(Interaction),
        "words": Table(MessageWords),
    }
