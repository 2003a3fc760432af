"""Saving and removing a record with everything that hangs on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from odziv import discarding
from odziv.models import (
    Activity,
    Cleared,
    ConsentSource,
    Discarded,
    FollowEmail,
    HardBounce,
    Message,
    Party,
    Record,
    RecordAddress,
    RecordEmail,
    RecordKind,
    RecordPhone,
    RecordStatus,
    RecordWords,
    StatusChange,
    TemplateVersion,
    User,
    address_key,
    feeds,
)
from odziv.privacy import consent, refusing
from odziv.records.matching import adopt_parties, rematch_parties

MOST_HANGING = 5_000  # activities and parties that name one record: as many are kept for Undo


@dataclass(frozen=True, slots=True)
class Postal:
    """A postal address; `country` is an ISO 3166-1 alpha-2 code or empty."""

    label: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How a record is reached, in the order in which it shows; a phone is a (label, number)."""

    emails: Sequence[str] = ()
    phones: Sequence[tuple[str, str]] = ()
    addresses: Sequence[Postal] = ()


def reach_of(record: Record) -> Reach:
    """How a stored record is reached."""
    if record._state.adding:
        return Reach()
    return Reach(
        emails=[row.address for row in record.emails.all()],
        phones=[(row.label, row.number) for row in record.phones.all()],
        addresses=[
            Postal(row.label, row.street, row.postal_code, row.city, row.region, row.country)
            for row in record.addresses.all()
        ],
    )


class StaleRecord(Exception):
    """Somebody else has saved the record since it was read; nothing was written. Let the user see both and decide."""


@transaction.atomic
def save(
    record: Record,
    reach: Reach | None = None,
    *,
    user: User | None,
    now: datetime,
    source: ConsentSource = ConsentSource.RECORD,
) -> Record:
    """Write a new record, or a changed one whose `version` is still the stored one; no `reach` leaves addresses alone.

    A changed Follow email is kept in the consent history with source and user (L3), a changed status in that of the
    record. An opportunity that is won or lost gets its time of closing. Raises `StaleRecord`, and ValidationError when
    account or contact do not fit.
    """
    record.clean()
    wanted, before = FollowEmail(record.follow_email), None
    if not record._state.adding:
        stored = Record.objects.of(record.organisation_id).filter(pk=record.pk)
        if not stored.filter(version=record.version).update(version=F("version") + 1):
            raise StaleRecord
        before = stored.get()
        record.version += 1
    record.follow_email = before.follow_email if before else FollowEmail.ALLOW
    record.updated_at = now
    _close(record, before, now)
    record.save()
    if before and before.status != record.status:
        _keep_status(record, before, user, now)
    if before and before.account_id != record.account_id:
        feeds.follow_account(record)
    if before and before.name_key != record.name_key:
        feeds.follow_names([record.pk])
    tell_of_sale(before, record)
    if wanted != record.follow_email and record.has_preference:
        consent.change(record, wanted, source=source, user=user, now=now)
    if reach is not None:
        _write_reach(record, reach, user, now)
        adopt_parties(record)
        refusing.take_over(record)
    return record


def tell_of_sale(before: Record | None, record: Record) -> None:
    """After an opportunity was won, or is not any more: the templates that had a part in it are counted anew (T2)."""
    if _sale(before) != _sale(record):
        TemplateVersion.objects.touch(_sold_with(before) | _sold_with(record))


def remove(record: Record) -> None:
    """Delete a record. Its e-mails and activities stay, without it; messages show on whoever else has its address."""
    keys = list(record.emails.values_list("key", flat=True))
    with transaction.atomic():
        versions = _sold_with(record)
        feeds.forget_names([record.pk])
        record.delete()
        TemplateVersion.objects.touch(versions)
        rematch_parties(record.organisation_id, keys)


@transaction.atomic
def remove_all(records: Sequence[Record], user: User, now: datetime) -> Discarded:
    """Delete records of one organisation so that `restore_all` can bring them back for a while; else as `remove`."""
    keys = [email.key for email in RecordEmail.objects.filter(record__in=[record.pk for record in records])]
    versions = _sold_with(*records)
    feeds.forget_names(record.pk for record in records)
    kept = discarding.discard(records, user, now)
    TemplateVersion.objects.touch(versions)
    rematch_parties(user.organisation_id, keys)
    return kept


@transaction.atomic
def restore_all(kept: Discarded) -> int:
    """Bring back what `remove_all` took; returns how many records. Raises discarding.NotRestorable."""
    rows = json.loads(kept.rows)
    count = discarding.restore(kept)
    back = Record.objects.filter(pk__in=[row["pk"] for row in rows if row["model"] == Record._meta.label_lower])
    TemplateVersion.objects.touch(_sold_with(*back))
    back.renew_names()
    feeds.follow_names(back.values_list("pk", flat=True))
    rematch_parties(
        kept.organisation_id, [row["fields"]["key"] for row in rows if row["model"] == RecordEmail._meta.label_lower]
    )
    return count


def delete(record: Record, user: User, now: datetime) -> Discarded | None:
    """Delete one record; what brings it back for a while, None where so much names it that nothing does."""
    if not overloaded([record], MOST_HANGING):
        return remove_all([record], user, now)
    remove(record)
    return None


def overloaded(records: Sequence[Record], most: int) -> set[UUID]:
    """Those of the records that more than `most` activities and parties name; none is counted much further."""
    keys = [record.pk for record in records]
    if _hanging(keys, most) <= most:
        return set()
    return {key for key in keys if _hanging([key], most) > most}


def _hanging(keys: Sequence[UUID], most: int) -> int:
    ways = [(Activity, "regarding"), (Activity, "account"), (Party, "record"), (Party, "account"), (Record, "account")]
    counted = 0
    for model, link in ways:
        counted += model._base_manager.filter(**{f"{link}__in": keys}).order_by()[: most + 1].count()
        if counted > most:
            break
    return counted


def _close(record: Record, before: Record | None, now: datetime) -> None:
    closed = record.status not in ("", RecordStatus.OPEN)
    if not closed:
        record.closed_at = None
    elif before is None or before.status != record.status:
        record.closed_at = now


def _sale(record: Record | None) -> tuple[object, ...]:
    """What says that something was bought, and by whom; empty for all but won opportunities."""
    if record is None or record.kind != RecordKind.OPPORTUNITY or record.status != RecordStatus.WON:
        return ()
    return (record.closed_at, record.account_id, record.primary_contact_id)


def _sold_with(*records: Record | None) -> set[UUID]:
    """The versions of templates whose figures these purchases may change, all of one organisation.

    They are those of the messages regarding them, or whose they are.
    """
    known = [record for record in records if record is not None]
    if not known:
        return set()
    about = {key for record in known for key in (record.pk, record.account_id, record.primary_contact_id)}
    return set(Message.objects.of(known[0].organisation_id).regarding_any(about).template_versions())


def _keep_status(record: Record, before: Record, user: User | None, now: datetime) -> None:
    StatusChange.objects.create(
        organisation_id=record.organisation_id,
        record=record,
        was=before.status,
        was_closed_at=before.closed_at,
        status=record.status,
        user=user,
        at=now,
    )


def _write_reach(record: Record, reach: Reach, user: User | None, now: datetime) -> None:
    owner = {"organisation_id": record.organisation_id, "record": record}
    before = set(record.emails.values_list("key", flat=True))
    for rows in (record.emails, record.phones, record.addresses):
        rows.all().delete()
    once: dict[str, str] = {}
    for address in reach.emails:
        once.setdefault(address_key(address), address.strip())
    if before and (edited := before ^ once.keys()):
        HardBounce.objects.of(record.organisation_id).clear(edited, Cleared.EDITED, by=user, now=now)
    RecordEmail.objects.bulk_create(
        RecordEmail(address=address, position=n, **owner) for n, address in enumerate(once.values())
    )
    RecordPhone.objects.bulk_create(
        RecordPhone(label=label, number=number, position=n, **owner) for n, (label, number) in enumerate(reach.phones)
    )
    RecordAddress.objects.bulk_create(
        RecordAddress(
            label=postal.label,
            street=postal.street,
            postal_code=postal.postal_code,
            city=postal.city,
            region=postal.region,
            country=postal.country,
            position=n,
            **owner,
        )
        for n, postal in enumerate(reach.addresses)
    )
    RecordWords.objects.of_records(Record.objects.filter(pk=record.pk))
