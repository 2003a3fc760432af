"""Which entries of a file are new, which are there already, and which the file says twice; batch by batch.

A record is known by its identifier, then by an e-mail address of a record of the same kind. What has no address of its
own, and an account, is known by its exact name, for people together with the company.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from odziv.lib.text import fold, sort_key
from odziv.models import Import, Record, RecordEmail, RecordKind, RecordStatus, User
from odziv.records.importing.faults import Fault, FaultReason
from odziv.records.importing.values import Entry

BATCH = 500
_STATUSES = ("", RecordStatus.OPEN, RecordStatus.DISQUALIFIED)


@dataclass(slots=True)
class Found:
    """An entry, and what there is of it: the record that is known, or the line of the file that says the same."""

    entry: Entry
    record: UUID | None = None
    twin: int = 0
    owner: UUID | None = None


@dataclass(slots=True)
class Resolver:
    """Resolves the entries of one import, in order; it remembers what the file has said so far.

    `accounts` are the accounts that its contacts name, None for those that are not there; `people` may own records.
    """

    of: Import
    accounts: dict[str, UUID | None] = field(default_factory=dict)
    people: dict[UUID | None, User] = field(default_factory=dict)
    _said: dict[int, int] = field(default_factory=dict)
    _owners: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for user in User.objects.owners_for(self.of.user):
            self.people[user.pk] = user
            self._owners.setdefault(fold(user.email), user.pk)
            self._owners.setdefault(fold(user.name), user.pk)

    def batch(self, entries: Sequence[Entry]) -> Iterator[Found]:
        """The entries with what there is of them; faults that only the database knows are added. Few queries."""
        sound = [entry for entry in entries if not entry.faults]
        known = self._known(sound)
        self._find_accounts(sound)
        for entry in entries:
            found = Found(entry, known.get(entry.line))
            if not entry.faults:
                self._judge(found)
                found.twin = self._twin(entry)
            yield found

    def _judge(self, found: Found) -> None:
        entry = found.entry
        if entry.owner:
            found.owner = self._owners.get(fold(entry.owner))
            if found.owner is None:
                entry.faults.append(Fault(FaultReason.OWNER, "owner", entry.owner[:80]))
        if found.record is None and entry.status not in _STATUSES:
            entry.faults.append(Fault(FaultReason.STATUS, "status", entry.status))

    def _twin(self, entry: Entry) -> int:
        """The earlier line that says the same; 0 when there is none. Hashes: a file may have many rows."""
        marks = [hash(("@", key)) for key in entry.keys] or [hash(self._name_mark(entry))]
        earlier = next((self._said[mark] for mark in marks if mark in self._said), 0)
        if not entry.faults:
            for mark in marks:
                self._said.setdefault(mark, entry.line)
        return earlier

    def _name_mark(self, entry: Entry) -> tuple[str, str]:
        return sort_key(entry.name), fold(entry.account or entry.texts.get("company", ""))

    def _known(self, entries: Sequence[Entry]) -> dict[int, UUID]:
        """Line -> the record that is there already."""
        rows = Record.objects.of(self.of.organisation_id).of_kinds([RecordKind(self.of.kind)])
        found: dict[int, UUID] = {}
        ids = {entry.line: id for entry in entries if (id := _uuid(entry.id))}
        if ids:
            there = set(rows.filter(pk__in=ids.values()).values_list("pk", flat=True))
            found = {line: id for line, id in ids.items() if id in there}
        by_key = self._by_address([entry for entry in entries if entry.line not in found])
        for entry in entries:
            if entry.line not in found and (records := [by_key[key] for key in entry.keys if key in by_key]):
                found[entry.line] = records[0]
        nameless = [
            entry
            for entry in entries
            if entry.line not in found and (not entry.emails or self.of.kind == RecordKind.ACCOUNT)
        ]
        return found | self._by_name(nameless)

    def _by_address(self, entries: Sequence[Entry]) -> dict[str, UUID]:
        keys = [key for entry in entries for key in entry.keys]
        found: dict[str, UUID] = {}
        for start in range(0, len(keys), BATCH):
            rows = RecordEmail.objects.of(self.of.organisation_id).filter(key__in=keys[start : start + BATCH])
            pairs = rows.filter(record__kind=self.of.kind).order_by("record_id").values_list("key", "record_id")
            for key, record in pairs:
                found.setdefault(key, record)
        return found

    def _by_name(self, entries: Sequence[Entry]) -> dict[int, UUID]:
        names = {sort_key(entry.name)[:200] for entry in entries}
        if not names:
            return {}
        rows = Record.objects.of(self.of.organisation_id).filter(kind=self.of.kind, name_key__in=names)
        there: dict[str, list[tuple[UUID, str]]] = {}
        for pk, name, company, account in rows.order_by("pk").values_list("pk", "name_key", "company", "account__name"):
            there.setdefault(name, []).append((pk, fold(account or company or "")))
        found: dict[int, UUID] = {}
        for entry in entries:
            company = fold(entry.account or entry.texts.get("company", ""))
            same = [
                pk
                for pk, theirs in there.get(sort_key(entry.name)[:200], ())
                if self.of.kind == RecordKind.ACCOUNT or not company or company == theirs
            ]
            if same:
                found[entry.line] = same[0]
        return found

    def _find_accounts(self, entries: Sequence[Entry]) -> None:
        names = {account_key(entry.account) for entry in entries if entry.account} - self.accounts.keys()
        if not names:
            return
        rows = Record.objects.of(self.of.organisation_id).filter(kind=RecordKind.ACCOUNT, name_key__in=names)
        self.accounts |= dict.fromkeys(names)
        for pk, name in rows.order_by("-pk").values_list("pk", "name_key"):
            self.accounts[name] = pk  # the eldest of them


def account_key(name: str) -> str:
    """By what an account is found: its `name_key`."""
    return sort_key(name)[:200]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
