"""What happened to a message, newest first: the sending, and what its recipients did (V3). Few, bounded queries."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from odziv.models import (
    AgentKind,
    Arrival,
    ArrivalKind,
    Attachment,
    Delivery,
    DeliveryState,
    Interaction,
    InteractionKind,
    Link,
    Message,
)

PAGE = 40
_MOST_TROUBLES = 20
_NAMED = 3  # recipients named in "sent to …"; more are counted

STRANGER = "stranger"  # a reply by nobody whom the message went to
_MOST_ARRIVALS = 50
_SAID = 300  # characters
SENT, RETRY, REFUSED, BOUNCED, UNCERTAIN = "sent", "retry", "refused", "bounced", "uncertain"
_TROUBLES = {
    DeliveryState.REFUSED: REFUSED,
    DeliveryState.BOUNCED: BOUNCED,
    DeliveryState.UNCERTAIN: UNCERTAIN,
    DeliveryState.WAITING: RETRY,
    DeliveryState.IN_TRANSIT: RETRY,
}
_UNDER_WAY = (DeliveryState.WAITING, DeliveryState.IN_TRANSIT)  # told of once they were tried
_ENDED_BADLY = tuple(state for state in _TROUBLES if state not in _UNDER_WAY)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `kind` is open, click, file (what recipients did), or one of the sending's above.

    `what` is the address of the link or the name of the file; `verdict` and `reasons` are empty for the sending.
    """

    id: str
    kind: str
    at: datetime
    who: str
    what: str = ""
    device: str = ""
    system: str = ""
    client: str = ""
    country: str = ""
    city: str = ""
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    agent: str = ""
    network: str = ""
    method: str = ""
    said: str = ""  # what a mail that came back says
    until: date | None = None  # when somebody who is away comes back
    url: str = ""  # the page of a reply
    matched_by: str = ""  # how it was found out what the mail belongs to: Arrival.matched_by
    count: int = 1  # of recipients, when the line speaks of several
    names: tuple[str, ...] = ()
    delivery: Delivery | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Page:
    """`older` is a cursor for `before`; empty when there is nothing older."""

    entries: list[Entry]
    older: str


def timeline(message: Message, *, before: str = "", size: int = PAGE, copies: Sequence[Delivery] | None = None) -> Page:
    """A page of the timeline. A cursor that says nothing gives the newest page.

    `copies` are all of the message's with their parties in the writer's order, where they were read already.
    """
    rows = Interaction.objects.told(message.pk).select_related("delivery__party")
    place = _read(before)
    if place is not None:
        rows = rows.before(*place)
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    entries = _interactions(message, found)
    oldest = found[-1].at if more else None
    for entry in (*_sending(message, copies), *_arrivals(message)):
        if (place is None or entry.at < place[0]) and (oldest is None or entry.at >= oldest):
            entries.append(entry)
    entries.sort(key=lambda entry: (entry.at, entry.kind != SENT), reverse=True)
    return Page(entries, _write(found[-1]) if more else "")


def _interactions(message: Message, rows: Sequence[Interaction]) -> list[Entry]:
    links = _links(message, {row.ordinal for row in rows if row.kind == InteractionKind.CLICK})
    files = _files(message, {row.ordinal for row in rows if row.kind == InteractionKind.FILE})
    what = {InteractionKind.CLICK: links, InteractionKind.FILE: files}
    return [entry_of(row, what.get(InteractionKind(row.kind), {}).get(row.ordinal, "")) for row in rows]


def entry_of(row: Interaction, what: str = "") -> Entry:
    """The line of an event that was read with its delivery's party; `what` is the link's address or the file's name."""
    # An image proxy stands where the mail service is, not where the reader is.
    is_proxy = row.agent_kind == AgentKind.IMAGE_PROXY
    return Entry(
        id=row.pk.hex,
        kind=InteractionKind.OPEN if row.kind == InteractionKind.IMAGE else row.kind,
        at=row.at,
        who=str(row.delivery.party),
        what=what,
        device=row.device,
        system=row.system,
        client=row.client,
        country="" if is_proxy else row.country,
        city="" if is_proxy else row.city,
        verdict=row.verdict,
        reasons=tuple(row.reasons),
        against=tuple(row.against),
        agent=row.agent,
        network=row.network,
        method=row.method,
    )


def _links(message: Message, ordinals: Iterable[int]) -> dict[int, str]:
    wanted = set(ordinals)
    if not wanted:
        return {}
    return dict(Link.objects.filter(message=message, ordinal__in=wanted).values_list("ordinal", "address"))


def _files(message: Message, ordinals: Iterable[int]) -> dict[int, str]:
    wanted = set(ordinals)
    if not wanted:
        return {}
    return dict(Attachment.objects.files().filter(message=message, ordinal__in=wanted).values_list("ordinal", "name"))


def _sending(message: Message, copies: Sequence[Delivery] | None) -> list[Entry]:
    """The copies that were accepted, as one line; each that was not, as a line of its own (the first twenty)."""
    if copies is None:
        named, accepted, troubles = _read_copies(message)
    else:
        named = [copy for copy in copies if copy.state == DeliveryState.ACCEPTED]
        accepted, troubles = len(named), [copy for copy in copies if _is_trouble(copy)]
    entries: list[Entry] = []
    if named and (at := message.sent_at or named[0].accepted_at):
        names = tuple(str(copy.party) for copy in named[:_NAMED])
        entries.append(Entry(id="sent", kind=SENT, at=at, who=names[0], count=accepted, names=names))
    for copy in troubles[:_MOST_TROUBLES]:
        kind = _TROUBLES[DeliveryState(copy.state)]
        at = copy.tried_at or copy.due_at
        entries.append(Entry(id=f"copy-{copy.pk.hex}", kind=kind, at=at, who=str(copy.party), delivery=copy))
    return entries


def _read_copies(message: Message) -> tuple[list[Delivery], int, list[Delivery]]:
    """Of the accepted ones the first, and how many they are; the first of those that are told of by themselves."""
    copies = Delivery.objects.filter(message=message).select_related("party").order_by("party__position", "pk")
    accepted = copies.filter(state=DeliveryState.ACCEPTED)
    named = list(accepted[: _NAMED + 1])
    troubles = copies.filter(Q(state__in=_ENDED_BADLY) | Q(state__in=_UNDER_WAY, tried_at__isnull=False))
    return named, len(named) if len(named) <= _NAMED else accepted.count(), list(troubles[:_MOST_TROUBLES])


def _is_trouble(copy: Delivery) -> bool:
    return copy.state in _ENDED_BADLY or (copy.state in _UNDER_WAY and copy.tried_at is not None)


def _arrivals(message: Message) -> list[Entry]:
    """What came back, the newest fifty; a bounce that names a copy shows as what became of the copy."""
    rows = Arrival.objects.of_message(message.pk).select_related("delivery__party", "reply")[:_MOST_ARRIVALS]
    return [
        Entry(
            id=f"arrival-{row.pk.hex}",
            kind=STRANGER if row.stranger else row.kind,
            at=row.at,
            who=str(row.delivery.party) if row.delivery and not row.stranger else row.from_name or row.from_address,
            said=row.visible_text[:_SAID] if row.kind in (ArrivalKind.HUMAN, ArrivalKind.AUTO_REPLY) else "",
            url=row.reply.get_absolute_url() if row.reply else "",
            matched_by=row.matched_by,
            reasons=tuple(row.reasons),
            until=row.away_until,
        )
        for row in rows
        if row.kind != ArrivalKind.BOUNCE or row.delivery is None
    ]


def _write(row: Interaction) -> str:
    text = json.dumps([row.at.isoformat(), row.pk.hex])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID] | None:
    if not cursor or len(cursor) > 200:
        return None
    try:
        at, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = datetime.fromisoformat(at), UUID(pk)
    except (ValueError, TypeError, AttributeError):
        return None
    return place if place[0].tzinfo else None
