"""Follow email: the preference of a record and its history (R2, L3)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from odziv.models import ConsentEntry, ConsentSource, FollowEmail, Record, User


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
