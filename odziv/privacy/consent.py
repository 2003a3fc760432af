"""Follow email: the preference of a record and its history (R2, L3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from odziv.models import ConsentEntry, ConsentSource, FollowEmail, Record, RecordKind, User


@transaction.atomic
def change(
    record: Record, follow_email: FollowEmail, *, source: ConsentSource, user: User | None, now: datetime
) -> ConsentEntry | None:
    """Set the preference and keep the change: when, from where, by whom. None when it was that already.

    It also counts as a change of the record, so that nobody who has it open overwrites a refusal unawares. A qualified
    lead and the contact that it became are one person: what one decides holds for the other. Raises ValueError for an
    opportunity, which has no such preference.
    """
    if not record.has_preference:
        raise ValueError("an opportunity has no preference of its own")
    other = Record.objects.of(record.organisation_id).filter(pk=record.pk).exclude(follow_email=follow_email)
    if not other.update(follow_email=follow_email, version=F("version") + 1, updated_at=now):
        return None
    record.refresh_from_db(fields=["follow_email", "version", "updated_at"])
    entry = ConsentEntry.objects.create(
        organisation_id=record.organisation_id,
        record=record,
        follow_email=follow_email,
        source=source,
        user=user,
        at=now,
    )
    for twin in Record.objects.same_person(record):
        change(twin, follow_email, source=source, user=user, now=now)
    return entry


@transaction.atomic
def change_all(
    records: Sequence[Record], follow_email: FollowEmail, *, source: ConsentSource, user: User, now: datetime
) -> int:
    """The same for many records of the user's organisation, in a bounded number of queries; returns how many changed.

    Those that are of one person with them change along.
    """
    rows = Record.objects.for_(user)
    keys, seen = {record.pk for record in records}, set()
    changed: list[Record] = []
    while keys:
        seen |= keys
        some = rows.among(keys).exclude(follow_email=follow_email).exclude(kind=RecordKind.OPPORTUNITY)
        found = list(some.select_for_update(of=("self",)))
        keys = set(rows.same_people(found).values_list("pk", flat=True)) - seen
        changed += found
    rows.among(record.pk for record in changed).update(
        follow_email=follow_email, version=F("version") + 1, updated_at=now
    )
    ConsentEntry.objects.bulk_create(
        ConsentEntry(
            organisation_id=record.organisation_id,
            record=record,
            follow_email=follow_email,
            source=source,
            user=user,
            at=now,
        )
        for record in changed
    )
    return len(changed)
