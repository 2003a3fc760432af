"""The whole file is read once before anything is written: how many are new, known, repeated, rejected (R5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from odziv.models import Import, ImportFault
from odziv.records.importing.faults import Fault, FaultReason, FileTrouble, Unreadable
from odziv.records.importing.reading import Source, opened
from odziv.records.importing.resolve import BATCH, Found, Resolver, account_key
from odziv.records.importing.values import Entry, entry_of

Progress = Callable[[int], None]


def check(of: Import, progress: Progress) -> None:
    """Count what the file would do, into the row (not saved), and write its faults down. Raises Unreadable."""
    ImportFault.objects.filter(of=of).delete()
    of.rows = of.new = of.known = of.repeated = of.rejected = of.accounts = 0
    faults = Faults(of)
    with opened(of) as source:
        resolver = Resolver(of)
        accounts: set[str] = set()
        for found in walked(of, source, resolver, progress):
            of.rows += 1
            if found.entry.faults:
                of.rejected += 1
                faults.add(found.entry.line, found.entry.faults)
            elif found.twin:
                of.repeated += 1
                faults.add(found.entry.line, [Fault(FaultReason.REPEATED, "", str(found.twin))], repeated=True)
            elif found.record:
                of.known += 1
            else:
                of.new += 1
                if found.entry.account and resolver.accounts.get(account_key(found.entry.account)) is None:
                    accounts.add(account_key(found.entry.account))
        of.pictures = source.pictures
    faults.flush()
    of.accounts = len(accounts) if of.make_accounts else 0
    if not of.rows:
        raise Unreadable(FileTrouble.NO_ROWS)


def walked(of: Import, source: Source, resolver: Resolver, progress: Progress) -> Iterator[Found]:
    """Every row of the file, resolved, in batches; `progress` hears how many bytes were read."""
    batch: list[Entry] = []
    for row in source.rows:
        batch.append(entry_of(row, of.columns, of.kind))
        if len(batch) >= BATCH:
            yield from resolver.batch(batch)
            batch = []
            progress(source.read)
    yield from resolver.batch(batch)


class Faults:
    """Writes faults down in batches, so that a file of nothing else needs no more memory."""

    def __init__(self, of: Import) -> None:
        self._of = of
        self._rows: list[ImportFault] = []

    def add(self, line: int, faults: list[Fault], *, repeated: bool = False) -> None:
        """A row that will not become a record, and why."""
        reasons = [[fault.reason.value, fault.field, fault.value] for fault in faults]
        self._rows.append(
            ImportFault(
                organisation_id=self._of.organisation_id, of=self._of, line=line, repeated=repeated, reasons=reasons
            )
        )
        if len(self._rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        ImportFault.objects.bulk_create(self._rows)
        self._rows = []
