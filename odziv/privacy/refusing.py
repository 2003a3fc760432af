"""A recipient says no, by the page of their copy or by their mail program's one click (L2, RFC 8058)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from odziv.models import ConsentSource, Delivery, FollowEmail, Record, Refusal
from odziv.privacy.consent import change
from odziv.records.matching import match


class Said(NamedTuple):
    """Who got this copy of that organisation's said no, then."""

    organisation: UUID
    delivery: UUID
    at: datetime


@transaction.atomic
def refuse(said: Iterable[Said]) -> int:
    """Set *Do not allow* on every record that has the recipient's address, for good; returns how many copies are known.

    Where none has it, the address itself is kept. Said twice changes nothing; a copy that does not exist, or is of
    another organisation, neither.
    """
    known = 0
    for one in said:
        copy = Delivery.objects.of(one.organisation).filter(pk=one.delivery).select_related("party__record").first()
        if copy is None:
            continue
        known += 1
        party = copy.party
        records = match(one.organisation, [party.address]).get(party.key, [])
        # The one that it was sent to may have another address by now; it is the same person.
        if party.record is not None and party.record.has_preference and party.record not in records:
            records.append(party.record)
        for record in records:
            change(record, FollowEmail.DO_NOT_ALLOW, source=ConsentSource.RECIPIENT, user=None, now=one.at)
        if not records:
            Refusal.objects.get_or_create(organisation_id=one.organisation, key=party.key, defaults={"at": one.at})
    return known


def take_over(record: Record) -> None:
    """What was refused before its addresses stood on the record holds for it from now on."""
    refusals = list(Refusal.objects.of_record(record)) if record.has_preference else []
    for refusal in refusals[:1]:
        change(record, FollowEmail.DO_NOT_ALLOW, source=ConsentSource.RECIPIENT, user=None, now=refusal.at)
    Refusal.objects.among(refusal.pk for refusal in refusals).delete()
