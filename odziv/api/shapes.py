"""Rows in the shape in which the API answers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from odziv.api.schemas import (
    AttachmentOut,
    EventOut,
    FiguresOut,
    LinkOut,
    MessageOut,
    Problem,
    RecipientOut,
    Refusal,
)
from odziv.compose import problems as compose_problems
from odziv.environment import ENV
from odziv.measure.timeline import Entry, timeline
from odziv.measure.wording import sentence
from odziv.models import Delivery, Message, Party, PartyRole

EVENTS = 100


def message_out(message: Message) -> MessageOut:
    """A message with all that hangs on it, in a bounded number of queries."""
    deliveries = {row.party_id: row for row in message.deliveries.all()}
    parties = [party for party in message.parties.all() if party.role != PartyRole.FROM]
    return MessageOut(
        id=message.pk,
        state=message.state,
        follow_state=message.follow_state,
        subject=message.subject,
        message_id=message.message_id,
        regarding=message.activity.regarding_id,
        created_at=message.created_at,
        sent_at=message.sent_at,
        figures=_figures(message),
        recipients=[_recipient(party, deliveries.get(party.pk)) for party in parties],
        links=[LinkOut.from_orm(link) for link in message.links.all()],
        attachments=[
            AttachmentOut(name=row.name, content_type=row.content_type, size=row.file.size, followed=row.followed)
            for row in message.attachments.files().select_related("file")
        ],
        timeline=[_event(entry) for entry in timeline(message, size=EVENTS).entries],
        url=f"{ENV.web_url}{message.get_absolute_url()}",
    )


def refusal(detail: str, problems: Sequence[compose_problems.Problem], draft: UUID | None = None) -> Refusal:
    found = [Problem(code=one.code, field=one.field, text=one.text, blocking=one.blocking) for one in problems]
    return Refusal(detail=detail, draft=draft, problems=found)


def _figures(row: Message | Delivery) -> FiguresOut:
    return FiguresOut.from_orm(row)


def _recipient(party: Party, delivery: Delivery | None) -> RecipientOut:
    return RecipientOut(
        role=party.role,
        name=party.name,
        address=party.address,
        record=party.record_id,
        state=delivery.state if delivery else None,
        followed=delivery.followed if delivery else False,
        answer=delivery.answer if delivery else "",
        figures=_figures(delivery) if delivery else None,
    )


def _event(entry: Entry) -> EventOut:
    return EventOut(
        at=entry.at,
        kind=entry.kind,
        text=str(sentence(entry)),
        recipient=entry.who,
        device=entry.device,
        client=entry.client,
        country=entry.country,
        city=entry.city,
        target=entry.what,
        verdict=entry.verdict,
        reasons=list(entry.reasons),
    )
