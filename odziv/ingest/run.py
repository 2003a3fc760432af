"""One batch of the spool becomes rows of the journal, exactly once (invariant 3), and is folded on the way.

    read        records behind the stored positions
    understand  decode, look up copy, agent and place, truncate the address; what is no hit is set aside
    look        what the fold makes of the copies with what has come, by `measure`; nothing is locked up to here
    store       one transaction: the positions must still be where they were, rows are added (known ids are passed
                over) as they are judged, the copies are marked as touched and get their figures, the positions move
    empty       what is stored is deleted from the spool; a crash before that is mended by the next batch

Two workers may do this at once: the one whose positions have moved meanwhile takes its batch back and starts again. A
copy that changed meanwhile, or that has too many events, is only marked: `measure.run` folds what was touched.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from odziv.environment import ENV
from odziv.ingest.aside import set_aside
from odziv.ingest.rows import KINDS, Understood, known, understood
from odziv.ingest.stream import Source, source
from odziv.lib.hit import Hit, HitError, decode
from odziv.lib.logs import Own
from odziv.lib.probe import NOBODY
from odziv.lib.seal import Kind
from odziv.lib.spool import SpoolError, SpoolReader, SpoolRecord
from odziv.lib.stream import NotABatch, StreamError, unpacked
from odziv.measure import journal
from odziv.measure.evidence import Figures
from odziv.measure.journal import Arriving
from odziv.measure.run import Folding, WeighedAnew, look
from odziv.models import Heartbeat, SpoolPosition, journal_rows
from odziv.models.journal_rows import Standing
from odziv.privacy.refusing import Said, refuse

log = logging.getLogger("odziv.ingest")

BATCH = 10_000
_BATCHES = 5  # messages of a stream, of up to some thousands of hits each
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


class _Faster(Exception):
    """Another worker has stored this batch."""


def ingest(limit: int = BATCH, *, folder: Path | None = None, now: datetime | None = None) -> int:
    """Ingest at most `limit` records of the spool; returns how many were taken off it, 0 when none waits.

    Raises DatabaseError when the database is away: nothing is lost, the spool keeps its records.
    """
    now = now or timezone.now()
    if ENV.spool and folder is None:
        return _ingest_stream(source(ENV.spool), now)
    folder = folder or ENV.spool_folder
    reader = SpoolReader(folder)
    while True:
        positions = dict(SpoolPosition.objects.values_list("file", "position"))
        records = reader.read(positions, limit)
        try:
            if records:
                _take(reader, folder, records, positions, now)
            else:
                _forget(reader, positions)
            return len(records)
        except (_Faster, WeighedAnew):
            continue


def _ingest_stream(stream: Source, now: datetime) -> int:
    """The same from a stream: a batch is acknowledged when its rows are stored. One that comes again is known."""
    try:
        messages = stream.fetch(_BATCHES)
    except StreamError as error:
        log.warning("no hits can be taken in: %s", error)
        return 0
    records: list[SpoolRecord] = []
    for message in messages:
        try:
            records += (SpoolRecord("stream", 0, record) for record in unpacked(message.data))
        except NotABatch:
            records.append(SpoolRecord("stream", 0, message.data))
    while records:
        try:
            _store_records(ENV.spool_folder, records, lambda: None, now)
            break
        except WeighedAnew:
            continue
    if messages:
        try:
            stream.acknowledge(messages)
        except StreamError as error:
            # Harmless: they come again, and are passed over.
            log.warning("%s", error)
    return len(records)


def _take(
    reader: SpoolReader, folder: Path, records: Sequence[SpoolRecord], positions: Mapping[str, int], now: datetime
) -> None:
    through = {record.file: record.position for record in records}
    _store_records(folder, records, lambda: _move(positions, through, now), now)
    for file, position in through.items():
        try:
            reader.delete_through(file, position)
        except SpoolError as error:
            # Harmless: the position is stored, the records are passed over and deleted another time.
            log.warning("%s", error)


def _store_records(folder: Path, records: Sequence[SpoolRecord], move: Callable[[], None], now: datetime) -> None:
    """`move` notes, in the transaction that stores the rows, that these records are done with."""
    hits, poison = _decoded(records)
    if poison:
        try:
            set_aside(folder, poison, now=now)
        except OSError as error:
            # Rubbish must not hold up the hits behind it. What could not be kept was named in the log.
            log.error("records that are no hits could not be kept: %s", error)
    probes = {hit.delivery: datetime.fromtimestamp(hit.at, UTC) for hit in hits if hit.organisation == NOBODY}
    hits = [hit for hit in hits if hit.organisation != NOBODY]
    seen = [hit for hit in hits if hit.kind != Kind.PREFERENCE]
    arrived, arriving, folding = _looked_at(seen)
    with transaction.atomic():
        move()
        Heartbeat.objects.note_probes(probes)
        _store(arrived, arriving, folding, now)
        # Behind the rows: what was done before the refusal, and came with it, was allowed.
        refuse(
            Said(hit.organisation, hit.delivery, datetime.fromtimestamp(hit.at, UTC))
            for hit in hits
            if hit.kind == Kind.PREFERENCE and hit.method == "POST"
        )


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


def _move(positions: Mapping[str, int], through: Mapping[str, int], now: datetime) -> None:
    """Move the positions from where they were read to the end of the batch. Raises _Faster when they have moved."""
    for file, position in through.items():
        if file not in positions:
            SpoolPosition.objects.bulk_create([SpoolPosition(file=file)], ignore_conflicts=True)
        # A conditional UPDATE that counts its rows: also the lock, on both databases.
        moved = SpoolPosition.objects.filter(file=file, position=positions.get(file, 0))
        if not moved.update(position=position, updated_at=now):
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


Arrived = Mapping[UUID, Sequence[Understood]]


def _looked_at(hits: Sequence[Hit]) -> tuple[Arrived, Mapping[UUID, Arriving], Folding]:
    """What is kept of hits, by copy, and what the fold makes of those copies that are not too long for it."""
    copies = known({hit.delivery for hit in hits})
    arrived, dropped = understood(hits, copies)
    if dropped:
        told = (f"{count} {reason}" for reason, count in sorted(dropped.items()))
        log.info("dropped: %s", Own(", ".join(told)))
    arriving = {id: Arriving(copies[id].recipient.row, [one.event for one in kept]) for id, kept in arrived.items()}
    short = [one.copy for one in arriving.values() if not journal.is_long(one.copy)]
    return arrived, arriving, look(short, arriving)


def _store(arrived: Arrived, arriving: Mapping[UUID, Arriving], folding: Folding, now: datetime) -> None:
    """Add rows, passing over known ids, mark their copies, and write the figures of those that were folded."""
    if not arrived:
        return
    messages = journal_rows.hold_messages({one.row.message for one in arriving.values()}, Figures._fields)
    held = journal_rows.hold(arrived)
    # What happened to a copy that is gone by now was evidence about its colleagues'.
    shaken = {one.row.message for id, one in arriving.items() if id not in held}
    changed = {id for id, one in arriving.items() if _as_read(one) != held.get(id)}
    folding.leave_out(id for id, read in [*folding.found.items()] if id in changed or read.copy.message in shaken)
    journal_rows.add(
        [(one.row, folding.judgement(id, one.event.id)) for id, kept in arrived.items() if id in held for one in kept]
    )
    touched = {id: standing.touched + len(arrived[id]) for id, standing in held.items()}
    folding.store(now, touched, messages)
    journal_rows.raise_touched({id: len(arrived[id]) for id in touched if id not in folding.found})


def _as_read(arriving: Arriving) -> Standing:
    row = arriving.row
    return Standing(row.touched, row.accepted_at, row.replies)
