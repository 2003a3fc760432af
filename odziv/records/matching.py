"""Which record an e-mail address belongs to (F5, R4)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from odziv.models import Party, Record, RecordEmail, RecordKind, address_key

# Whom an address means when several records have it: the person before the company, the known before the new.
NEAREST = {RecordKind.CONTACT: 0, RecordKind.LEAD: 1, RecordKind.ACCOUNT: 2}
AT_ONCE = 500  # SQLite takes a limited number of values in one query


def match(organisation_id: UUID, addresses: Iterable[str]) -> dict[str, list[Record]]:
    """The contacts, leads and accounts behind each address, the nearest first; by `address_key`, unknown ones left out.

    All of them speak for the address: it may be followed only if every one allows it. One query for 500 addresses.
    """
    keys = sorted({address_key(address) for address in addresses})
    found: dict[str, list[Record]] = {}
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        rows = RecordEmail.objects.of(organisation_id).filter(key__in=some, record__kind__in=NEAREST)
        for row in rows.select_related("record__account"):
            found.setdefault(row.key, []).append(row.record)
    for records in found.values():
        records.sort(key=lambda record: (NEAREST[RecordKind(record.kind)], record.pk))
    return found


def adopt_parties(record: Record) -> int:
    """Let messages that were written to its addresses before they stood on the record show on it; returns how many."""
    keys = record.emails.values("key")
    return (
        Party.objects.of(record.organisation_id)
        .filter(record=None, key__in=keys)
        .update(record=record, account=record.account)
    )


def rematch_parties(organisation_id: UUID, keys: Iterable[str]) -> None:
    """After a record is gone: its messages show on whoever else has the address."""
    for key, records in match(organisation_id, keys).items():
        nearest = records[0]
        Party.objects.of(organisation_id).filter(record=None, key=key).update(record=nearest, account=nearest.account)
