"""The rows of a CSV file, one after the other, in bounded memory. Pure but for the stream that it reads.

Quotation marks inside a cell are forgiven as spreadsheets forgive them. One that is never closed is not: nobody could
say where a row ends.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from odziv.records.importing.faults import FileTrouble, Unreadable

MOST_COLUMNS = 300
MOST_ROWS = 250_000
LONGEST = 1_000_000  # characters of one row
MOST_LINES = 2_000  # of one row: cells may have line breaks

csv.field_size_limit(LONGEST)


class Row(NamedTuple):
    """The cells of a row, and the line of the file in which it begins (from 1)."""

    line: int
    cells: list[str]


def rows(text: IO[str], separator: str) -> Iterator[Row]:
    """Every row that is not empty, the head too. Raises Unreadable."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=separator)
    count = 0
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(FileTrouble.LINE, str(lines.begun)) from error
        if lines.ended and _is_open(lines.taken, separator):
            raise Unreadable(FileTrouble.QUOTE, str(lines.begun))
        if not any(cell.strip() for cell in cells) or (count == 0 and _is_told(cells, separator)):
            continue
        count += 1
        if len(cells) > MOST_COLUMNS:
            cells = _without_empty_end(cells)
            if len(cells) > MOST_COLUMNS:
                raise Unreadable(FileTrouble.COLUMNS, str(len(cells)))
        if count > MOST_ROWS:
            raise Unreadable(FileTrouble.ROWS, f"{MOST_ROWS:,}")
        yield Row(lines.begun, cells)


class _Lines:
    """The lines of a text for one row after the other; it notices a row that does not end."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._number = 0
        self._length = 0
        self.begun = 1
        self.taken: list[str] = []
        self.ended = False

    def begin(self) -> None:
        """A new row begins with the next line."""
        self.begun, self.taken, self._length = self._number + 1, [], 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST + 1)
        if not line:
            self.ended = True
            raise StopIteration
        self._number += 1
        if self._number == 1:
            line = line.removeprefix("\ufeff")
        self.taken.append(line)
        self._length += len(line)
        if len(self.taken) > MOST_LINES:
            raise Unreadable(FileTrouble.QUOTE, str(self.begun))
        if self._length > LONGEST:
            trouble = FileTrouble.LINE if len(self.taken) == 1 else FileTrouble.QUOTE
            raise Unreadable(trouble, str(self.begun))
        return line


def _is_open(taken: list[str], separator: str) -> bool:
    """Whether the last row of a file ends within quotation marks."""
    try:
        list(csv.reader(taken, delimiter=separator, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _is_told(cells: list[str], separator: str) -> bool:
    """Excel's line that names the separator."""
    return bool(re.fullmatch(r"\s*sep=(\\t)?\s*", cells[0], re.IGNORECASE)) and not any(cells[1:]) and bool(separator)


def _without_empty_end(cells: list[str]) -> list[str]:
    last = max((number for number, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return cells[:last]
