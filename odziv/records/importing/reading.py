"""A stored file as rows, in the way that its import says."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from odziv.environment import ENV
from odziv.lib.files import FileMissing, FileStore, FileStoreError, store_from
from odziv.models import FileFormat, Import
from odziv.records.importing.cards import COLUMNS, Cards
from odziv.records.importing.faults import FileTrouble, Unreadable
from odziv.records.importing.sniff import SAMPLE
from odziv.records.importing.table import Row, rows


def file_store() -> FileStore:
    """Where imported files lie until they are over."""
    return store_from(ENV.file_store)


@dataclass(slots=True)
class Source:
    """The rows of a file below its head. `read` is how many bytes were, `pictures` what was passed over so far."""

    heads: list[str]
    rows: Iterator[Row]
    stream: BinaryIO
    cards: Cards | None = None

    @property
    def read(self) -> int:
        return self.stream.tell()

    @property
    def pictures(self) -> int:
        return self.cards.pictures if self.cards else 0


@contextmanager
def opened(of: Import) -> Iterator[Source]:
    """The rows of the import's file. Raises Unreadable, while iterating too."""
    with stream_of(of) as stream:
        yield source_of(stream, of)


def stream_of(of: Import) -> BinaryIO:
    """The bytes of the import's file; the caller closes it. Raises Unreadable."""
    try:
        return file_store().open(of.key)
    except FileMissing as error:
        raise Unreadable(FileTrouble.GONE) from error
    except FileStoreError as error:
        raise Unreadable(FileTrouble.STORE) from error


def source_of(stream: BinaryIO, of: Import) -> Source:
    """The same of any stream of bytes."""
    # What is no character of the encoding stays visible as a surrogate; its row is refused (see `values`).
    text = io.TextIOWrapper(stream, encoding=of.encoding, errors="surrogateescape", newline="")
    if of.format == FileFormat.VCARD:
        cards = Cards(text)
        return Source(list(COLUMNS), iter(cards), stream, cards)
    table = rows(text, of.separator)
    if not of.has_head:
        first = next(table, None)
        width = len(first.cells) if first else 0
        return Source([""] * width, _again(first, table), stream)
    head = next(table, None)
    return Source([cell.strip() for cell in head.cells] if head else [], table, stream)


def sample_of(of: Import, size: int) -> tuple[list[str], list[Row]]:
    """The heads and the first rows, without reading on. Raises Unreadable when these cannot be read."""
    with stream_of(of) as stream:
        part = io.BytesIO(stream.read(SAMPLE * 4))
    cut = part.getbuffer().nbytes < of.size
    source = source_of(part, of)
    found: list[Row] = []
    try:
        for row in source.rows:
            found.append(row)
            if len(found) >= size:
                break
    except Unreadable:
        if not cut:  # else the end of the sample is what is missing
            raise
    return source.heads, found


def _again(first: Row | None, others: Iterator[Row]) -> Iterator[Row]:
    if first is not None:
        yield first
        yield from others
