"""The draft becomes a message: checked, fixed, and one waiting delivery for each recipient (F1, I4)."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from odziv.compose import check, drafts, follow
from odziv.compose.planning import plans, text_part
from odziv.compose.problems import NotSendable
from odziv.lib.mime import ascii_domain
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
from odziv.records.matching import match


@transaction.atomic
def submit(message: Message, user: User, now: datetime) -> Message:
    """Send the user's draft: all of it is stored, or nothing. `deliver` takes the copies from there.

    The Message-ID is fixed here, the text part made and stored, the follow state evaluated. An address that stands
    in several lines, or several times, gets one copy. Raises NotSendable with the problems, StaleDraft when the draft
    was sent or discarded meanwhile.
    """
    stored = drafts.locked(message)
    stored.text = text_part(stored)
    drafts.set_mailbox(stored, stored.mailbox)  # its address may have changed since the draft was saved
    problems = [problem for problem in check.before_sending(stored) if problem.blocking]
    if problems:
        raise NotSendable(problems)
    recipients = _write_parties(stored)
    stored.follow_state = follow.evaluate(stored.organisation, recipients, stored.wants_following).state
    stored.message_id = message_id_for(stored.from_address)
    stored.state = MessageState.SENDING
    stored.updated_at = stored.at = now
    stored.version += 1
    _write_links(stored)
    stored.save()
    stored.activity.at, stored.activity.state = now, ActivityState.DONE
    stored.activity.save(update_fields=["at", "state"])
    first_of = {party.key: party for party in reversed(recipients)}
    Delivery.objects.bulk_create(
        Delivery(organisation_id=stored.organisation_id, message=stored, party=party, due_at=now)
        for party in sorted(first_of.values(), key=lambda party: party.position)
    )
    return stored


def message_id_for(from_address: str) -> str:
    """A new Message-ID in angle brackets (RFC 5322, 3.6.4), unguessable, in the domain of the sender."""
    return f"<{uuid4()}.{uuid4().hex[:12]}@{ascii_domain(from_address.rpartition('@')[2])}>"


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


def _write_links(message: Message) -> None:
    attachments = list(message.attachments.select_related("file"))
    found = plans(message, attachments, followed=message.follow_state == FollowState.ON)
    Link.objects.bulk_create(
        Link(
            organisation_id=message.organisation_id,
            message=message,
            ordinal=link.ordinal,
            address=link.address,
            part=link.part,
            followed=link.followed,
            reason=link.reason,
        )
        for link in found.links
    )
