"""Batches of the spool become rows of the journal, exactly once (invariant 3), and are folded on the way.

    read        records behind the stored positions
    understand  decode, look up copy, agent and place, truncate the address; what is no hit is set aside
    look        what the fold makes of the copies with what has come, by `measure`; nothing is locked up to here
    store       one transaction: the positions must still be where they were, rows are added (known ids are passed
                over) as they are judged, the copies are marked as touched and get their figures, the positions move
    empty       what is stored is deleted from the spool; a crash before that is mended by the next batch

While a batch is stored, the next one is read, understood and looked at in another thread (`batch`).

Two workers may do this at once: the one whose positions have moved meanwhile takes its batch back and starts again. A
copy that changed meanwhile, or that has too many events, is only marked: `measure.run` folds what was touched.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from django.db import connections
from django.utils import timezone

from odziv.environment import ENV
from odziv.ingest.aside import set_aside
from odziv.ingest.batch import Batch, batch_of
from odziv.ingest.rows import KINDS
from odziv.ingest.stream import Source, source
from odziv.lib.hit import Hit, HitError, decode
from odziv.lib.seal import Kind
from odziv.lib.spool import SpoolError, SpoolReader, SpoolRecord
from odziv.lib.stream import NotABatch, StreamError, unpacked
from odziv.measure.journal import NOTHING_AHEAD, Ahead
from odziv.models import SpoolPosition

log = logging.getLogger("odziv.ingest")
T = TypeVar("T")

BATCH = 10_000
MOST = 20 * BATCH  # in one call, one batch beside the other
_BATCHES = 5  # messages of a stream, of up to some thousands of hits each
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_stopping = threading.Event()


class _Faster(Exception):
    """Another worker has stored this batch."""


def ingest(limit: int = MOST, *, batch: int = BATCH, folder: Path | None = None, now: datetime | None = None) -> int:
    """Ingest at most `limit` records of the spool, so many in one `batch`; returns how many were taken off it, 0 when
    none waits.

    Raises DatabaseError when the database is away: nothing is lost, the spool keeps its records.
    """
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


def _of_spool(reader: SpoolReader, limit: int, batch: int, now: datetime | None) -> Iterator[_Piece]:
    positions: Mapping[str, int] = dict(SpoolPosition.objects.values_list("file", "position"))
    first = True
    while limit > 0:
        wanted = min(limit, batch)
        records = reader.read(positions, wanted)
        if not records:
            break
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
    """Take in all pieces; each is looked at while the one before is stored. Returns how many records they had.

    Raises _Faster when nothing was taken in, because somebody else did.
    """
    taken = 0
    following = _following(pieces, folder, NOTHING_AHEAD, now)
    with _Beside() as beside:
        while following:
            piece, batch = following
            going_on = piece.more and not _stopping.is_set()
            coming = beside.begin(partial(_following, pieces, folder, batch.ahead(), now)) if going_on else None
            try:
                as_expected = batch.store(piece.move, now or timezone.now())
            except _Faster:
                if not taken:
                    raise
                break
            piece.empty()
            taken += len(piece.records)
            following = coming.result() if coming else None
            if following:
                following[1].settle(as_expected=as_expected)
    return taken


class _Beside:
    """Another thread, which is there when something is begun in it, with a database connection of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(1, "ingest ahead")
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def begin(self, what: Callable[[], T]) -> Future[T]:
        self._begun = True
        return self._threads.submit(what)

    def __exit__(self, *_: object) -> None:
        if self._begun:
            self._threads.submit(connections.close_all)
        self._threads.shutdown()


def _following(
    pieces: Iterator[_Piece], folder: Path, ahead: Ahead | None, now: datetime | None
) -> tuple[_Piece, Batch] | None:
    """The next piece, looked at as far as can be; None when there is none."""
    piece = next(pieces, None)
    if piece is None:
        return None
    hits, poison = _decoded(piece.records)
    if poison:
        try:
            set_aside(folder, poison, now=now or timezone.now())
        except OSError as error:
            # Rubbish must not hold up the hits behind it. What could not be kept was named in the log.
            log.error("records that are no hits could not be kept: %s", error)
    batch = batch_of(hits)
    if ahead is not None:
        batch.look(ahead)
    return piece, batch


def _empty(reader: SpoolReader, through: Mapping[str, int]) -> None:
    for file, position in through.items():
        try:
            reader.delete_through(file, position)
        except SpoolError as error:
            # Harmless: the position is stored, the records are passed over and deleted another time.
            log.warning("%s", error)


def _decoded(records: Iterable[SpoolRecord]) -> tuple[list[Hit], list[tuple[SpoolRecord, str]]]:
    hits: list[Hit] = []
    poison: list[tuple[SpoolRecord, str]] = []
    for record in records:
        try:
            hits.append(_checked(decode(record.record)))
        except HitError as error:
            poison.append((record, str(error)))
    return hits, poison


def _checked(hit: Hit) -> Hit:
    """The hit, when a row can be made of it. Raises HitError."""
    if hit.kind not in KINDS and hit.kind != Kind.PREFERENCE:
        raise HitError(f"kind {hit.kind} is not known")
    if not math.isfinite(hit.at) or not 0 < hit.at < _LATEST:
        raise HitError(f"{hit.at} is not a time")
    if not 0 <= hit.ordinal <= 2**31 - 1:
        raise HitError(f"ordinal {hit.ordinal} is out of range")
    return hit


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
