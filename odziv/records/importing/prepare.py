"""Makes the rows of the database ready beside it, in a temporary file, so that writing them takes little time.

On SQLite nobody else can write while the one transaction lasts that makes an import whole; so all that is slow
(reading, judging, deriving) happens before it, in bounded memory.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from odziv.lib.text import digits
from odziv.lib.uuid7 import uuid7
from odziv.models import (
    ConsentEntry,
    ConsentSource,
    Duplicates,
    FollowEmail,
    Import,
    ImportFault,
    Record,
    RecordAddress,
    RecordEmail,
    RecordKind,
    RecordPhone,
    RecordStatus,
    RecordWords,
)
from odziv.models.bulk import Plan
from odziv.models.vocabulary import words_of_record
from odziv.records.importing.check import Faults, Progress, walked
from odziv.records.importing.faults import Fault, FaultReason
from odziv.records.importing.reading import opened
from odziv.records.importing.resolve import BATCH, Found, Resolver, account_key
from odziv.records.saving import Postal

Values = tuple[Any, ...]
# Of a record that is there already.
CHANGED = (
    "name", "name_key", "search_text", "owner", "follow_email", "description", "company", "industry", "website",
    "job_title", "language", "time_zone", "account", "updated_at", "version", "owner_key", "account_key",
)  # fmt: skip


@dataclass(slots=True)
class Ready:
    """What a batch of rows of the file becomes. `updates` are the values of CHANGED and the identifier.

    `versions` are those on which the updates build; `keys` are (address key, record, account) of new addresses.
    """

    records: list[Values] = field(default_factory=list)
    emails: list[Values] = field(default_factory=list)
    phones: list[Values] = field(default_factory=list)
    addresses: list[Values] = field(default_factory=list)
    consents: list[Values] = field(default_factory=list)
    words: list[Values] = field(default_factory=list)
    updates: list[Values] = field(default_factory=list)
    versions: dict[UUID, int] = field(default_factory=dict)
    moved: list[UUID] = field(default_factory=list)
    refused: list[UUID] = field(default_factory=list)
    keys: list[tuple[str, UUID, UUID | None]] = field(default_factory=list)


RECORD, CHANGE = Plan(Record), Plan(Record, CHANGED)
EMAIL, PHONE, ADDRESS, CONSENT = Plan(RecordEmail), Plan(RecordPhone), Plan(RecordAddress), Plan(ConsentEntry)
WORDS = Plan(RecordWords, ("record", "words"))


def prepare(of: Import, spool: IO[bytes], now: datetime, progress: Progress) -> None:
    """Fill the spool, and count into the row (not saved) what will be written. Raises Unreadable."""
    ImportFault.objects.filter(of=of).delete()
    of.rows = of.rejected = of.repeated = of.created = of.updated = of.accounts = 0
    faults = Faults(of)
    with opened(of) as source:
        maker = _Maker(of, Resolver(of), now)
        for found in _sorted_out(of, walked(of, source, maker.resolver, progress), faults):
            maker.waiting.append(found)
            if len(maker.waiting) >= BATCH:
                maker.make(spool)
        maker.make(spool)
        of.pictures = source.pictures
    faults.flush()


def read(spool: IO[bytes]) -> Iterator[Ready]:
    """The batches of a spool that was filled."""
    spool.seek(0)
    while True:
        try:
            yield pickle.load(spool)  # written a moment ago by this very process
        except EOFError:
            return


def _sorted_out(of: Import, every: Iterable[Found], faults: Faults) -> Iterator[Found]:
    """Those that become, or change, a record."""
    for found in every:
        of.rows += 1
        entry = found.entry
        if entry.faults:
            of.rejected += 1
            faults.add(entry.line, entry.faults)
        elif of.duplicates == Duplicates.CREATE:
            found.record = None
            yield found
        elif found.twin:
            of.repeated += 1
            faults.add(entry.line, [Fault(FaultReason.REPEATED, "", str(found.twin))], repeated=True)
        elif found.record is None or of.duplicates == Duplicates.UPDATE:
            yield found


class _Maker:
    """Makes rows of what was found."""

    def __init__(self, of: Import, resolver: Resolver, now: datetime) -> None:
        self.of, self.resolver, self.now = of, resolver, now
        self.waiting: list[Found] = []
        self._ready = Ready()

    def make(self, spool: IO[bytes]) -> None:
        """Put the batch that waits into the spool."""
        self._ready = Ready()
        known = [found.record for found in self.waiting if found.record]
        there = Record.objects.of(self.of.organisation_id).filter(pk__in=known)
        there = there.select_related("owner", "account").prefetch_related("emails", "phones", "addresses")
        records = {record.pk: record for record in there}
        # What such a contact refuses, the lead that it was refuses too; see `privacy.consent`.
        former = set(Record.objects.filter(qualified_into__in=known).values_list("qualified_into", flat=True))
        for found in self.waiting:
            if found.record is None:
                self._new(found)
            elif (record := records.get(found.record)) and record.status != RecordStatus.QUALIFIED:
                self._changed(record, found, with_twin=record.pk in former)
        self.waiting = []
        pickle.dump(self._ready, spool, protocol=pickle.HIGHEST_PROTOCOL)

    def _new(self, found: Found) -> None:
        entry = found.entry
        record = Record(
            organisation_id=self.of.organisation_id,
            kind=self.of.kind,
            name=entry.name,
            owner=self.resolver.people.get(found.owner) or self.of.user,
            account=self._named(entry.account, self._account(entry.account)),
            status=entry.status or (RecordStatus.OPEN if self.of.kind == RecordKind.LEAD else ""),
            closed_at=self.now if entry.status == RecordStatus.DISQUALIFIED else None,
            follow_email=entry.follow_email or FollowEmail.ALLOW,
            imported_id=self.of.pk,
            created_at=self.now,
            updated_at=self.now,
            **entry.texts,
        )
        self._ready.records.append(RECORD.values(record))
        if record.follow_email == FollowEmail.DO_NOT_ALLOW:
            self._keep_refusal(record)
        self._add_reach(record, entry.emails, entry.phones, entry.addresses, (0, 0, 0))
        self._keep_words(record, entry.account if record.account else "", entry.keys, entry.phones)
        self.of.created += 1

    def _account(self, name: str) -> UUID | None:
        """The account of that name; it is made when there is none and the import may."""
        if not name:
            return None
        key = account_key(name)
        if self.resolver.accounts.get(key) is None and self.of.make_accounts:
            account = Record(
                organisation_id=self.of.organisation_id,
                kind=RecordKind.ACCOUNT,
                name=name,
                owner=self.of.user,
                imported_id=self.of.pk,
                created_at=self.now,
                updated_at=self.now,
            )
            self._ready.records.append(RECORD.values(account))
            self._keep_words(account)
            self.resolver.accounts[key] = account.pk
            self.of.accounts += 1
        return self.resolver.accounts.get(key)

    @staticmethod
    def _named(name: str, pk: UUID | None) -> Record | None:
        """The account as a row that names it needs it: it may not be there yet, and is not read again for each."""
        return Record(pk=pk, kind=RecordKind.ACCOUNT, name_key=account_key(name)) if pk else None

    def _changed(self, record: Record, found: Found, *, with_twin: bool) -> None:
        """Complete a record; nothing is taken from it, and a refusal stays (L1)."""
        entry = found.entry
        before = [getattr(record, name) for name in _COMPARED]
        for name, text in entry.texts.items():
            setattr(record, name, text)
        if entry.named:
            record.name = entry.name
        if found.owner:
            record.owner = self.resolver.people[found.owner]
        account = self._account(entry.account) if self.of.kind == RecordKind.CONTACT else None
        if account and account != record.account_id:
            record.account = self._named(entry.account, account)
            self._ready.moved.append(record.pk)
        refuses = entry.follow_email == FollowEmail.DO_NOT_ALLOW != record.follow_email
        if refuses and not with_twin:
            record.follow_email = FollowEmail.DO_NOT_ALLOW
            self._keep_refusal(record)
        elif refuses:
            self._ready.refused.append(record.pk)
        added = self._add_missing(record, found)
        if not added and not refuses and before == [getattr(record, name) for name in _COMPARED]:
            return
        self._ready.versions[record.pk] = record.version
        record.version += 1
        record.updated_at = self.now
        self._ready.updates.append((*CHANGE.values(record, add=False), record.pk))
        self.of.updated += 1

    def _add_missing(self, record: Record, found: Found) -> bool:
        entry = found.entry
        emails, phones, addresses = list(record.emails.all()), list(record.phones.all()), list(record.addresses.all())
        keys, numbers = {row.key for row in emails}, {row.digits for row in phones}
        new = (
            [address for address, key in zip(entry.emails, entry.keys, strict=True) if key not in keys],
            [phone for phone in entry.phones if digits(phone[1]) not in numbers],
            [postal for postal in entry.addresses if not any(_says(row, postal) for row in addresses)],
        )
        self._add_reach(record, *new, (len(emails), len(phones), len(addresses)))
        return any(new)

    def _add_reach(
        self,
        record: Record,
        emails: Sequence[str],
        phones: Sequence[tuple[str, str]],
        addresses: Sequence[Postal],
        first: tuple[int, int, int],
    ) -> None:
        owner: dict[str, Any] = {"organisation_id": record.organisation_id, "record_id": record.pk}
        ready = self._ready
        for n, address in enumerate(emails, first[0]):
            row = RecordEmail(address=address, position=n, **owner)
            ready.emails.append(EMAIL.values(row))
            ready.keys.append((row.key, record.pk, record.account_id))
        for n, (label, number) in enumerate(phones, first[1]):
            ready.phones.append(PHONE.values(RecordPhone(label=label, number=number, position=n, **owner)))
        for n, postal in enumerate(addresses, first[2]):
            parts = {name: getattr(postal, name) for name in Postal.__slots__}
            ready.addresses.append(ADDRESS.values(RecordAddress(position=n, **parts, **owner)))

    def _keep_words(
        self, record: Record, account: str = "", keys: Sequence[str] = (), phones: Sequence[tuple[str, str]] = ()
    ) -> None:
        """By what a new record is found."""
        texts = (record.name, record.company, record.job_title, record.industry, account)
        words = words_of_record(record.organisation_id, texts, keys, [digits(number) for _label, number in phones])
        self._ready.words.append(WORDS.values(RecordWords(record_id=record.pk, words=words)))

    def _keep_refusal(self, record: Record) -> None:
        """The history of the record says where its refusal came from (L3)."""
        entry = ConsentEntry(
            id=uuid7(),
            organisation_id=record.organisation_id,
            record_id=record.pk,
            follow_email=FollowEmail.DO_NOT_ALLOW,
            source=ConsentSource.IMPORT,
            user_id=self.of.user_id,
            at=self.now,
        )
        self._ready.consents.append(CONSENT.values(entry))


_COMPARED = (
    "name", "owner_id", "description", "company", "industry", "website", "job_title", "language", "time_zone",
    "account_id",
)  # fmt: skip


def _says(row: RecordAddress, postal: Postal) -> bool:
    """Whether an address that is there says all that a new one would."""
    parts = ("street", "postal_code", "city", "region", "country")
    return all(getattr(postal, part) in ("", getattr(row, part)) for part in parts)
