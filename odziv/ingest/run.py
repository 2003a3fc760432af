"""Batches of the spool become rows of the journal, exactly once (invariant 3), and are folded on the way.

    read        records behind the stored positions
    understand  decode, look up copy, agent and place, truncate the address; what is no hit is set aside
    look        what the fold makes of the copies with what has come, by `measure`; nothing is locked up to here
    store       one transaction: the positions must still be where they were, rows are added (known ids are passed
                over) as they are judged, the copies are marked as touched and get their figures, the positions move
    empty       what is stored is deleted from the spool; a crash before that is mended by the next batch

While a batch is stored, the next two are understood and looked at beside it (`batch`, `beside`).

Two workers may do this at once: the one whose positions have moved meanwhile takes its batch back and starts again. A
copy that changed meanwhile, or that has too many events, is only marked: `measure.run` folds what was touched.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from odziv.environment import ENV
from odziv.ingest.aside import set_aside
from odziv.ingest.batch import MOST_AHEAD, Batch, Looked
from odziv.ingest.beside import Looking, Process, Thread
from odziv.ingest.stream import Source, source
from odziv.lib.logs import Own
from odziv.lib.spool.files import SpoolError
from odziv.lib.spool.reader import SpoolReader, SpoolRecord
from odziv.lib.stream import NotABatch, StreamError, unpacked
from odziv.models import SpoolPosition

log = logging.getLogger("odziv.ingest")

BATCH = 10_000
"""SQLite's: while it is stored, nobody else can write."""
LARGER = 20_000
"""PostgreSQL's: the more hits come together, the more of them are of one copy, which is folded and written once."""
_MOST = 20  # batches in one call, one beside the other
_SHORT = 5  # the first batch of a call is so many times shorter than others
_BATCHES = 5  # messages of a stream, of up to some thousands of hits each
_stopping = threading.Event()


class _Faster(Exception):
    """Another worker has stored this batch."""


def ingest(
    limit: int | None = None, *, batch: int | None = None, folder: Path | None = None, now: datetime | None = None
) -> int:
    """Ingest at most `limit` records of the spool, so many in one `batch`; returns how many were taken off it, 0 when
    none waits. By default as many as suit the database, and twenty batches.

    Raises DatabaseError when the database is away: nothing is lost, the spool keeps its records.
    """
    if batch is None:
        batch = LARGER if connection.vendor == "postgresql" else BATCH
    limit = _MOST * batch if limit is None else limit
    if ENV.spool and folder is None:
        return _take_in(_of_stream(source(ENV.spool), limit), ENV.spool_folder, now)
    folder = folder or ENV.spool_folder
    while True:
        try:
            return _take_in(_of_spool(SpoolReader(folder), limit, batch, now), folder, now)
        except _Faster:
            continue


def stop(_seconds: float) -> None:
    """Begin no further batch."""
    _stopping.set()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Records that are taken in together."""

    records: Sequence[SpoolRecord]
    move: Callable[[], None]
    """In the transaction that stores them: note that they are done with."""
    empty: Callable[[], None]
    """Behind it: have them deleted where they came from."""
    more: bool
    """Whether others may wait behind them."""

    @property
    def hits(self) -> list[bytes]:
        return [record.record for record in self.records]


def _of_spool(reader: SpoolReader, limit: int, batch: int, now: datetime | None) -> Iterator[_Piece]:
    positions: Mapping[str, int] = dict(SpoolPosition.objects.values_list("file", "position"))
    first = True
    while limit > 0:
        wanted = min(limit, batch)
        records = reader.read(positions, wanted)
        if not records:
            break
        if first and len(records) == wanted < limit:
            # While the first one is looked at there is nothing to store.
            wanted = wanted // _SHORT or wanted
            records = records[:wanted]
        through = {record.file: record.position for record in records}
        limit -= len(records)
        move, empty = partial(_move, positions, through, now), partial(_empty, reader, through)
        yield _Piece(records, move, empty, len(records) >= wanted and limit > 0)
        positions, first = {**positions, **through}, False
    if first:
        _forget(reader, positions)


def _of_stream(stream: Source, limit: int) -> Iterator[_Piece]:
    """The same from a stream: a batch is acknowledged when its rows are stored. One that comes again is known."""
    while limit > 0:
        try:
            messages = stream.fetch(_BATCHES)
        except StreamError as error:
            log.warning("no hits can be taken in: %s", error)
            return
        if not messages:
            return
        records: list[SpoolRecord] = []
        for message in messages:
            try:
                records += (SpoolRecord("stream", 0, record) for record in unpacked(message.data))
            except NotABatch:
                records.append(SpoolRecord("stream", 0, message.data))
        limit -= len(records)
        yield _Piece(
            records, _nothing, partial(_acknowledge, stream, messages), len(messages) == _BATCHES and limit > 0
        )


def _nothing() -> None:
    """A stream has no position."""


def _acknowledge(stream: Source, messages: Sequence[Any]) -> None:
    try:
        stream.acknowledge(messages)
    except StreamError as error:
        # Harmless: they come again, and are passed over.
        log.warning("%s", error)


def _take_in(pieces: Iterator[_Piece], folder: Path, now: datetime | None) -> int:
    """Take in all pieces; the next ones are looked at while one is stored. Returns how many records they had.

    Raises _Faster when nothing was taken in, because somebody else did.
    """
    taken = 0
    first = next(pieces, None)
    if first is None:
        return 0
    with closing(_looking(more=first.more)) as looking:
        line = _Line(looking, pieces)
        at: _LookedAt | None = (first, looking.look(first.hits))
        while at:
            piece, looked = at
            batch = _batch(piece, looked, folder, now)
            line.begin(piece)
            try:
                as_expected = batch.store(piece.move, now or timezone.now())
            except _Faster:
                if not taken:
                    raise
                break
            piece.empty()
            taken += len(piece.records)
            at = line.next(as_expected=as_expected)
    return taken


_LookedAt = tuple[_Piece, Looked]


class _Line:
    """The pieces behind the one that is being stored, which are being looked at."""

    def __init__(self, looking: Looking, pieces: Iterator[_Piece]) -> None:
        self._looking, self._pieces = looking, pieces
        self._waiting: deque[_Piece] = deque()
        self._begun = 0

    def begin(self, last: _Piece) -> None:
        """Have the next ones looked at, as many as may be; `last` is being stored."""
        while len(self._waiting) < MOST_AHEAD and not _stopping.is_set():
            last = self._waiting[-1] if self._waiting else last
            following = next(self._pieces, None) if last.more else None
            if following is None:
                break
            self._waiting.append(following)
        while self._begun < len(self._waiting) and self._looking.begin(self._waiting[self._begun].hits):
            self._begun += 1

    def next(self, *, as_expected: bool) -> _LookedAt | None:
        """What comes behind the one that was stored: as it was looked at meanwhile, where that still holds."""
        if not self._waiting:
            return None
        piece = self._waiting.popleft()
        if not (self._begun and as_expected):
            self._begun = 0
            return piece, self._looking.look(piece.hits)
        self._begun -= 1
        return piece, self._looking.result()


def look_beside() -> None:
    """From now on have a process that looks at batches ahead, while more than one waits."""
    _Beside.process = Process()


class _Beside:
    process: Process | None = None


def _looking(*, more: bool) -> Looking:
    if not more or _Beside.process is None:
        return Thread()
    _Beside.process.start()
    return _Beside.process


def _batch(piece: _Piece, looked: Looked, folder: Path, now: datetime | None) -> Batch:
    if looked.poison:
        poison = [(piece.records[number], why) for number, why in looked.poison]
        try:
            set_aside(folder, poison, now=now or timezone.now())
        except OSError as error:
            # Rubbish must not hold up the hits behind it. What could not be kept was named in the log.
            log.error("records that are no hits could not be kept: %s", error)
    if looked.dropped:
        told = (f"{count} {reason}" for reason, count in sorted(looked.dropped.items()))
        log.info("dropped: %s", Own(", ".join(told)))
    return Batch(piece.hits, looked)


def _empty(reader: SpoolReader, through: Mapping[str, int]) -> None:
    for file, position in through.items():
        try:
            reader.delete_through(file, position)
        except SpoolError as error:
            # Harmless: the position is stored, the records are passed over and deleted another time.
            log.warning("%s", error)


def _move(positions: Mapping[str, int], through: Mapping[str, int], now: datetime | None) -> None:
    """Move the positions from where they were read to the end of the batch. Raises _Faster when they have moved."""
    for file, position in through.items():
        if file not in positions:
            SpoolPosition.objects.bulk_create([SpoolPosition(file=file)], ignore_conflicts=True)
        # A conditional UPDATE that counts its rows: also the lock, on both databases.
        moved = SpoolPosition.objects.filter(file=file, position=positions.get(file, 0))
        if not moved.update(position=position, updated_at=now or timezone.now()):
            raise _Faster


def _forget(reader: SpoolReader, positions: Mapping[str, int]) -> None:
    """Remove spool files that nobody writes any more and that are empty, and their positions."""
    try:
        reader.tidy()
    except SpoolError as error:
        log.warning("%s", error)
    # File names are never used twice, so a position without a file means nothing.
    if gone := positions.keys() - set(reader.files()):
        SpoolPosition.objects.filter(file__in=gone).delete()
