"""What was prepared becomes records in one transaction: all of it, or nothing whatever happens (R5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import IO

from django.db import transaction

from odziv.lib import clock
from odziv.models import (
    ConsentSource,
    FollowEmail,
    Import,
    ImportState,
    Party,
    Record,
    RecordWords,
    feeds,
)
from odziv.privacy import consent
from odziv.records.importing.faults import FileTrouble, Unreadable
from odziv.records.importing.prepare import ADDRESS, CHANGE, CONSENT, EMAIL, PHONE, RECORD, WORDS, Ready, read

_LONGEST = timedelta(minutes=15)  # no other worker takes the import up while its transaction lasts


class LeaseLost(Exception):
    """Another worker has the import in its hands, or its user has stopped it; nothing was written."""


@transaction.atomic
def write(of: Import, spool: IO[bytes], now: datetime) -> None:
    """Write every batch of the spool, and that the import is done.

    Raises LeaseLost, and Unreadable when somebody changed a record meanwhile that was to be updated.
    """
    mine = Import.objects.filter(pk=of.pk, state=ImportState.WRITING, leased_until=of.leased_until)
    if not mine.update(leased_until=clock.now() + _LONGEST):
        raise LeaseLost
    for ready in read(spool):
        _write(of, ready, now)
    of.state, of.written_at, of.leased_until, of.finished_at, of.done = (
        ImportState.DONE,
        now,
        None,
        clock.now(),
        of.size,
    )
    of.save()


def _write(of: Import, ready: Ready, now: datetime) -> None:
    _unchanged(ready)
    RECORD.insert(ready.records)
    CHANGE.update(ready.updates)
    EMAIL.insert(ready.emails)
    PHONE.insert(ready.phones)
    ADDRESS.insert(ready.addresses)
    CONSENT.insert(ready.consents)
    WORDS.insert(ready.words)
    feeds.follow_names(values[-1] for values in ready.updates)
    RecordWords.objects.of_records(Record.objects.filter(pk__in=[values[-1] for values in ready.updates]))
    for record in Record.objects.filter(pk__in=ready.moved):
        feeds.follow_account(record)
    for record in Record.objects.filter(pk__in=ready.refused):
        consent.change(
            record, FollowEmail.DO_NOT_ALLOW, source=ConsentSource.IMPORT, user=of.user, now=now
        )  # fmt: skip
    _adopt(of, ready)


def _unchanged(ready: Ready) -> None:
    """Nobody has saved a record since it was read: else what they wrote would be lost."""
    stored = Record.objects.select_for_update(of=("self",)).filter(pk__in=ready.versions)
    if dict(stored.order_by("pk").values_list("pk", "version")) != ready.versions:
        raise Unreadable(FileTrouble.CHANGED)


def _adopt(of: Import, ready: Ready) -> None:
    """Messages that were written to these addresses before show on the records (R4)."""
    wanted = {key: (record, account) for key, record, account in reversed(ready.keys)}
    parties = Party.objects.of(of.organisation_id).filter(record=None, key__in=list(wanted))
    for key in set(parties.values_list("key", flat=True)):
        record, account = wanted[key]
        Party.objects.of(of.organisation_id).filter(record=None, key=key).update(record=record, account=account)
