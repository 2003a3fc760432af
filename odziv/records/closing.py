"""An opportunity is won, lost or opened again; a lead is given up or taken up again (R1)."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo

from django.db import transaction
from django.db.models import F

from odziv.models import Record, RecordStatus, StatusChange, User
from odziv.records.saving import tell_of_sale


class StatusMoved(Exception):
    """The status is another one than the user saw; nothing was written. `record` is as it is now."""

    def __init__(self, record: Record) -> None:
        super().__init__(record.status)
        self.record = record


def moment_of(day: date, now: datetime, zone: tzinfo) -> datetime:
    """When something ended of which only the day is known: now when that is today, else at noon of the user's zone.

    Noon is the same day nearly everywhere, whoever looks at it.
    """
    return now if day == now.astimezone(zone).date() else datetime.combine(day, time(12), zone)


@transaction.atomic
def change(
    record: Record,
    status: RecordStatus,
    *,
    seen: str,
    closed_at: datetime | None = None,
    reason: str = "",
    note: str = "",
    user: User,
    now: datetime,
) -> StatusChange:
    """Set the status and keep the change. `seen` is the status that the user decided upon.

    The same status again corrects its day, reason and note. Raises StatusMoved when `seen` is not the stored one, and
    for a qualified lead, which `qualifying.reopen` opens again.
    """
    stored = _locked(record)
    if stored.status != seen or stored.status == RecordStatus.QUALIFIED:
        raise StatusMoved(stored)
    kept = StatusChange.objects.create(
        organisation_id=stored.organisation_id,
        record=stored,
        was=stored.status,
        was_closed_at=stored.closed_at,
        status=status,
        reason=reason,
        note=note,
        user=user,
        at=now,
    )
    _write(record, status, None if status == RecordStatus.OPEN else closed_at or now, now)
    return kept


@transaction.atomic
def take_back(kept: StatusChange, now: datetime) -> Record:
    """Make a change undone, as if it had not been. Raises StatusMoved when something has come after it."""
    stored = _locked(kept.record)
    latest = StatusChange.objects.told(stored).first()
    if latest != kept or stored.status != kept.status or RecordStatus.QUALIFIED in (stored.status, kept.was):
        raise StatusMoved(stored)
    kept.delete()
    _write(stored, RecordStatus(kept.was), kept.was_closed_at, now)
    return stored


def _locked(record: Record) -> Record:
    return Record.objects.select_for_update(of=("self",)).get(pk=record.pk)


def _write(record: Record, status: RecordStatus, closed_at: datetime | None, now: datetime) -> None:
    before = Record.objects.get(pk=record.pk)
    values = {"status": status, "closed_at": closed_at, "version": F("version") + 1, "updated_at": now}
    Record.objects.filter(pk=record.pk).update(**values)
    record.refresh_from_db(fields=list(values))
    tell_of_sale(before, record)
