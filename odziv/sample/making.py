"""Making a sample organisation is long work: asked for by a row, done by the worker, watched from anywhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from odziv.environment import ENV
from odziv.lib import clock
from odziv.lib.hit import Hit, encode
from odziv.lib.spool.writer import FileSpool
from odziv.models import Record, RecordKind, SampleRun
from odziv.sample.mail import MESSAGES, Office
from odziv.sample.people import ACCOUNTS, CONTACTS, LEADS, OPPORTUNITIES, Staff, found, populate
from odziv.sample.templates import sell, write_templates

log = logging.getLogger("odziv.sample")

TOTAL = ACCOUNTS + CONTACTS + LEADS + OPPORTUNITIES + MESSAGES
_LEASE = timedelta(minutes=2)
_STEP = 10


def start(language: str) -> SampleRun:
    """Ask for a sample organisation in this language ("en" or "sl"). Asked again while one is made: the same one."""
    with transaction.atomic():
        under_way = SampleRun.objects.select_for_update().filter(finished_at=None, language=language).first()
        return under_way or SampleRun.objects.create(language=language, total=TOTAL)


def progress(run: UUID) -> SampleRun | None:
    """How far a run is; None when there is no such run."""
    return SampleRun.objects.select_related("visitor").filter(pk=run).first()


def make_next(now: datetime | None = None) -> int:
    """The worker's job: make one organisation that was asked for; returns 1 when there was one, else 0.

    What a worker that died left half made is deleted and begun again.
    """
    now = now or clock.now()
    free = Q(finished_at=None) & (Q(leased_until=None) | Q(leased_until__lt=now))
    for run in SampleRun.objects.filter(free).select_related("organisation")[:5]:
        if SampleRun.objects.filter(free, pk=run.pk).update(leased_until=now + _LEASE, done=0):
            if run.organisation is not None:
                run.organisation.delete()
            _make(run, now)
            return 1
    return 0


def _make(run: SampleRun, now: datetime) -> None:
    try:
        staff = found(run.language)
        SampleRun.objects.filter(pk=run.pk).update(organisation=staff.organisation, visitor=staff.visitor)
        _fill(run, staff, now)
    except Exception as error:
        # Whoever waits for it must hear of it; the log has the rest.
        log.exception("the sample organisation could not be made")
        SampleRun.objects.filter(pk=run.pk).update(finished_at=clock.now(), error=f"{type(error).__name__}: {error}")
    else:
        SampleRun.objects.filter(pk=run.pk).update(finished_at=clock.now(), done=TOTAL)


def _fill(run: SampleRun, staff: Staff, now: datetime) -> None:
    chance = Random(20)
    people: list[Record] = []
    for number, record in enumerate(populate(staff, chance, now), 1):
        if record.kind in (RecordKind.CONTACT, RecordKind.LEAD):
            people.append(record)
        _advance(run, number)
    before = ACCOUNTS + CONTACTS + LEADS + OPPORTUNITIES
    hits: list[Hit] = []
    office = Office(staff, people, chance, now, write_templates(staff, now))
    for number, reactions in enumerate(office.letters(), before + 1):
        hits += reactions
        _advance(run, number)
    office.absence()
    sell(staff, office.templates, chance, now)
    asyncio.run(_record(sorted(hits, key=lambda hit: hit.at)))


def _advance(run: SampleRun, done: int) -> None:
    if done % _STEP == 0:
        SampleRun.objects.filter(pk=run.pk).update(done=done, leased_until=clock.now() + _LEASE)


async def _record(hits: Sequence[Hit]) -> None:
    """Hand the hits to the spool, as the edge does."""
    spool = FileSpool(ENV.spool_folder)
    await asyncio.gather(*(spool.put(encode(hit)) for hit in hits))
    await spool.close()
