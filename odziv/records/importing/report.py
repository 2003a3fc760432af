"""Which rows of a file became no record, with their cells as they stand in the file, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from odziv.models import Import, ImportFault
from odziv.records.importing.faults import FaultReason, Unreadable
from odziv.records.importing.fields import BY_KEY
from odziv.records.importing.reading import opened
from odziv.records.importing.resolve import BATCH


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out; `cells` is empty when the file is not kept any more."""

    line: int
    reasons: list[str]
    cells: list[str]


def words(reasons: Sequence[Sequence[str]]) -> list[str]:
    """The sentences of a fault, in the active language."""
    return [
        str(FaultReason(code).label) % {"field": str(BY_KEY[key].label) if key in BY_KEY else "", "value": value}
        for code, key, value in reasons
    ]


def heads_of(of: Import) -> list[str]:
    """The heads of the file's columns; nothing when it is not kept any more."""
    try:
        with opened(of) as source:
            return source.heads
    except Unreadable:
        return []


def rejected(of: Import) -> Iterator[Rejected]:
    """Every such row in the order of the file, in bounded memory."""
    try:
        yield from _with_cells(of)
    except Unreadable:
        for fault in _faults(of):
            yield Rejected(fault.line, words(fault.reasons), [])


def _with_cells(of: Import) -> Iterator[Rejected]:
    with opened(of) as source:
        rows = iter(source.rows)
        for fault in _faults(of):
            row = next((row for row in rows if row.line >= fault.line), None)
            cells = row.cells if row and row.line == fault.line else []
            yield Rejected(fault.line, words(fault.reasons), [_sound(cell) for cell in cells])


def _faults(of: Import) -> Iterator[ImportFault]:
    last = 0
    while some := list(ImportFault.objects.of(of.organisation_id).filter(of=of, line__gt=last)[:BATCH]):
        yield from some
        last = some[-1].line


def _sound(cell: str) -> str:
    """Without what no file can hold: NUL, and bytes that are no character."""
    return cell.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
