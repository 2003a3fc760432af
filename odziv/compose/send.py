"""The draft becomes a message: checked, fixed, and one waiting delivery for each recipient (F1, I4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from odziv.compose import check, drafts, follow, reminders
from odziv.compose.problems import NotSendable, StaleDraft
from odziv.compose.ready import Ready
from odziv.lib.mime import ascii_domain
from odziv.lib.thread_index import new_index
from odziv.lib.uuid7 import uuid7
from odziv.models import (
    ActivityState,
    Delivery,
    FollowState,
    Link,
    Message,
    MessageState,
    Party,
    PartyRole,
    User,
)
from odziv.models.bulk import insert_new
from odziv.records.matching import match

_ATTEMPTS = 5
_LINK = ("id", "organisation", "message", "ordinal", "address", "part", "followed", "reason")


class _Changed(Exception):
    """The draft was changed while it was worked out."""


def submit(
    message: Message, user: User, now: datetime, *, hold: timedelta = timedelta(), ready: Ready | None = None
) -> Message:
    """Send the user's draft: all of it is stored, or nothing. `deliver` takes the copies from there, after `hold`.

    The Message-ID is fixed here, the text part made and stored, the follow state evaluated. An address that stands
    in several lines, or several times, gets one copy. `ready` saves working it out again. Raises NotSendable with the
    problems, StaleDraft when the draft was sent or discarded meanwhile.
    """
    for _attempt in range(_ATTEMPTS):
        ready = ready or Ready.of(message)
        if problems := check.blocking(ready, now):
            raise NotSendable(problems)
        links, made_from = _links(ready), ready.template_version_id
        try:
            return _send(ready, links, made_from, now, hold)
        except _Changed:
            ready = None
    raise StaleDraft(None)


def message_id_for(from_address: str) -> str:
    """A new Message-ID in angle brackets (RFC 5322, 3.6.4), unguessable, in the domain of the sender."""
    return f"<{uuid4()}.{uuid4().hex[:12]}@{ascii_domain(from_address.rpartition('@')[2])}>"


@transaction.atomic
def _send(
    ready: Ready, links: list[tuple[Any, ...]], made_from: UUID | None, now: datetime, hold: timedelta
) -> Message:
    stored = drafts.locked(ready.draft)
    if not ready.fits(stored):
        raise _Changed
    drafts.set_mailbox(stored, stored.mailbox)  # its address may have changed since the draft was saved
    recipients = _write_parties(stored)
    stored.follow_state = follow.evaluate(stored.organisation, recipients, stored.wants_following).state
    stored.text_made = not stored.text
    stored.text = ready.text
    stored.template_version_id = made_from
    stored.message_id = message_id_for(stored.from_address)
    stored.thread_index = Message.objects.index_of_thread(stored.thread) or new_index(uuid4(), now)
    stored.updated_at = stored.at = now
    due = _leaves(stored, now, hold)
    if wrong := reminders.problems(stored, stored.follow_state, due):
        raise NotSendable(wrong)
    stored.version += 1
    insert_new(Link, _LINK, links if stored.follow_state == FollowState.ON else _left_alone(links))
    stored.save()
    stored.activity.at, stored.activity.state = now, ActivityState.DONE
    stored.activity.save(update_fields=["at", "state"])
    first_of = {party.key: party for party in reversed(recipients)}
    Delivery.objects.bulk_create(
        Delivery(organisation_id=stored.organisation_id, message=stored, party=party, due_at=due)
        for party in sorted(first_of.values(), key=lambda party: party.position)
    )
    return stored


def _leaves(stored: Message, now: datetime, hold: timedelta) -> datetime:
    """When its copies fall due: at the time that the writer chose, else when Undo is over."""
    if stored.send_zone and stored.send_at is not None:
        stored.state = MessageState.SCHEDULED
        return stored.send_at
    stored.state, stored.send_at = MessageState.SENDING, now + hold if hold else None
    return now + hold


def _write_parties(message: Message) -> list[Party]:
    message.parties.all().delete()
    sender_records = match(message.organisation_id, [message.from_address])
    sender = Party(
        organisation_id=message.organisation_id,
        message=message,
        role=PartyRole.FROM,
        position=0,
        name=message.from_name,
        address=message.from_address,
        record=next((records[0] for records in sender_records.values()), None),
    )
    sender.save()
    recipients = drafts.parties(message)
    Party.objects.bulk_create(recipients)
    message.recipients = drafts.summary(recipients)
    return recipients


def _links(ready: Ready) -> list[tuple[Any, ...]]:
    """Rows as `_LINK` names their fields, for a message that is followed."""
    owner, message = ready.draft.organisation_id, ready.draft.pk
    return [
        (uuid7(), owner, message, link.ordinal, link.address, link.part, link.followed, link.reason)
        for link in ready.plans.links
    ]


def _left_alone(links: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The same rows for a message that is not followed; what would be left alone anyway keeps its own reason."""
    return [(*row[:6], False, "off" if reason in ("", "line") else reason) for row in links for reason in row[7:]]
