"""One batch of the spool becomes rows of the journal, exactly once (invariant 3).

    read        records behind the stored positions; nothing is locked while they are read and understood
    understand  decode, look up agent and place, truncate the address; what is no hit is set aside
    store       one transaction: the positions must still be where they were, rows are added (known ids are passed
                over), the deliveries are marked as touched, the positions move
    empty       what is stored is deleted from the spool; a crash before that is mended by the next batch

Two workers may do this at once: the one whose positions have moved meanwhile takes its batch back and starts again.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from odziv.environment import ENV
from odziv.ingest.agents import describe
from odziv.ingest.aside import set_aside
from odziv.ingest.places import Places, truncated
from odziv.ingest.team import Team
from odziv.lib.hit import Hit, HitError, decode
from odziv.lib.probe import NOBODY
from odziv.lib.seal import Kind
from odziv.lib.spool import SpoolError, SpoolReader, SpoolRecord
from odziv.models import (
    Delivery,
    EngagementPause,
    FollowEmail,
    Heartbeat,
    Interaction,
    InteractionKind,
    RecordEmail,
    Refusal,
    SpoolPosition,
    Verdict,
)
from odziv.models.bulk import insert_new
from odziv.models.engagement import Span
from odziv.privacy.refusing import Said, refuse

log = logging.getLogger("odziv.ingest")

BATCH = 5_000
_CHUNK = 500  # identifiers in one IN (…)
_KINDS = {
    Kind.OPEN: InteractionKind.OPEN,
    Kind.IMAGE: InteractionKind.IMAGE,
    Kind.CLICK: InteractionKind.CLICK,
    Kind.HONEYPOT: InteractionKind.HONEYPOT,
    Kind.FILE: InteractionKind.FILE,
}
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


class _Faster(Exception):
    """Another worker has stored this batch."""


_KNOWN = (
    "pk",
    "organisation_id",
    "message_id",
    "followed",
    "organisation__engagement",
    "party__key",
    "party__record__follow_email",
    "party__record__account__follow_email",
)


class Row(NamedTuple):
    """A row of the journal, by the names of its fields."""

    id: UUID
    organisation: UUID
    message: UUID
    delivery: UUID
    kind: str
    ordinal: int
    at: datetime
    method: str
    partial: bool
    agent: str
    headers: dict[str, str]
    agent_kind: str
    device: str
    system: str
    client: str
    network: str
    country: str
    city: str
    teammate: UUID | None
    verdict: str
    reasons: list[str]
    counted: bool
    against: list[str]


class _Known(NamedTuple):
    """What the database knows of a delivery: whether its events may be kept."""

    organisation: UUID
    message: UUID
    followed: bool
    engagement: bool
    address: str
    preference: str | None
    account_preference: str | None
    off: Sequence[Span] = ()

    def refused(self, at: datetime) -> str:
        """Why what happened to this delivery at that time may not be kept; empty when it may.

        The time decides, not that of reading: a spool that lags brings what happened before the switch was turned.
        """
        if not self.followed:
            return "not followed"
        if any(span.holds(at) for span in self.off):
            return "engagement was off"
        if FollowEmail.DO_NOT_ALLOW in (self.preference, self.account_preference):
            return "consent was withdrawn"
        return ""


_places = Places(ENV.geoip)


def ingest(limit: int = BATCH, *, folder: Path | None = None, now: datetime | None = None) -> int:
    """Ingest at most `limit` records of the spool; returns how many were taken off it, 0 when none waits.

    Raises DatabaseError when the database is away: nothing is lost, the spool keeps its records. Figures are not
    written here: `measure.run` folds the deliveries that were touched.
    """
    now = now or timezone.now()
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
        except _Faster:
            continue


def _take(
    reader: SpoolReader, folder: Path, records: Sequence[SpoolRecord], positions: Mapping[str, int], now: datetime
) -> None:
    hits, poison = _decoded(records)
    if poison:
        try:
            set_aside(folder, poison, now=now)
        except OSError as error:
            # Rubbish must not hold up the hits behind it. What could not be kept was named in the log.
            log.error("records that are no hits could not be kept: %s", error)
    through = {record.file: record.position for record in records}
    probes = {hit.delivery: datetime.fromtimestamp(hit.at, UTC) for hit in hits if hit.organisation == NOBODY}
    hits = [hit for hit in hits if hit.organisation != NOBODY]
    with transaction.atomic():
        _move(positions, through, now)
        Heartbeat.objects.note_probes(probes)
        seen = [hit for hit in hits if hit.kind != Kind.PREFERENCE]
        rows = _rows(seen, _deliveries({hit.delivery for hit in seen}))
        _store(rows)
        # Behind the rows: what was done before the refusal, and came with it, was allowed.
        refuse(
            Said(hit.organisation, hit.delivery, datetime.fromtimestamp(hit.at, UTC))
            for hit in hits
            if hit.kind == Kind.PREFERENCE and hit.method == "POST"
        )
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
    if hit.kind not in _KINDS and hit.kind != Kind.PREFERENCE:
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


def _deliveries(ids: set[UUID]) -> dict[UUID, _Known]:
    known: dict[UUID, _Known] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        # Locked in one order (on PostgreSQL), so that two workers with different files cannot wait for each other.
        rows = (
            Delivery.objects.filter(pk__in=wanted[start : start + _CHUNK])
            .select_for_update(of=("self",), no_key=True)
            .order_by("pk")
            .values_list(*_KNOWN)
        )
        found = {pk: _Known(*rest) for pk, *rest in rows}
        addresses = {(one.organisation, one.address) for one in found.values()}
        refusing = RecordEmail.objects.refusing(addresses) | Refusal.objects.refusing(addresses)
        for pk, one in found.items():
            refuses = (one.organisation, one.address) in refusing
            known[pk] = one._replace(preference=FollowEmail.DO_NOT_ALLOW) if refuses else one
    off = EngagementPause.objects.spans((one.organisation, one.engagement) for one in known.values())
    return {pk: one._replace(off=off[one.organisation]) for pk, one in known.items()}


def _rows(hits: Sequence[Hit], known: Mapping[UUID, _Known]) -> list[Row]:
    """The rows of hits that may be kept; the others are dropped, with the reason counted in the log."""
    rows: list[Row] = []
    team = Team(hits)
    dropped: Counter[str] = Counter()
    for hit in hits:
        delivery = known.get(hit.delivery)
        if delivery is None or delivery.organisation != hit.organisation:
            dropped["unknown delivery"] += 1
        elif why := delivery.refused(datetime.fromtimestamp(hit.at, UTC)):
            dropped[why] += 1
        else:
            rows.append(_row(hit, delivery.message, team.of(hit)))
    if dropped:
        log.info("dropped: %s", ", ".join(f"{count} {reason}" for reason, count in sorted(dropped.items())))
    return rows


def _row(hit: Hit, message: UUID, teammate: UUID | None) -> Row:
    text = _storable(hit.agent)[:512]
    agent = describe(text)
    place = _places.of(hit.peer)
    return Row(
        id=hit.id,
        organisation=hit.organisation,
        message=message,
        delivery=hit.delivery,
        kind=_KINDS[Kind(hit.kind)].value,
        ordinal=hit.ordinal,
        at=datetime.fromtimestamp(hit.at, UTC),
        method=_storable(hit.method)[:8],
        partial=hit.partial,
        agent=text,
        headers=_storable_headers(hit.headers),
        agent_kind=agent.kind,
        device=agent.device,
        system=agent.system,
        client=agent.client,
        network=truncated(hit.peer),
        country=place.country,
        city=place.city,
        teammate=teammate,
        # What the fold will say of it; until then it counts as nothing.
        verdict=Verdict.UNSURE.value,
        reasons=[],
        counted=False,
        against=[],
    )


# Proxies write the reader's whole address into these; kept, they would undo the truncation.
_TELLING = frozenset({"via", "from"})


def _storable_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {_storable(name): _storable(value) for name, value in headers.items() if name not in _TELLING}


def _storable(text: str) -> str:
    """Text that PostgreSQL takes: without NUL."""
    return text.replace("\0", "")


def _store(rows: Sequence[Row]) -> None:
    """Add rows, passing over known ids, and mark their deliveries."""
    insert_new(Interaction, Row._fields, rows)
    touched: dict[int, list[UUID]] = {}
    for delivery, count in Counter(row.delivery for row in rows).items():
        touched.setdefault(count, []).append(delivery)
    for count, deliveries in sorted(touched.items()):
        for start in range(0, len(deliveries), _CHUNK):
            chunk = sorted(deliveries[start : start + _CHUNK])
            Delivery.objects.filter(pk__in=chunk).update(touched=F("touched") + count)
