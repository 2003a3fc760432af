"""A steady rate of hits into the spool of a whole worker, and how long each probe takes until it is in the figures."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from bench.ingest.hits import Copy, Hits
from odziv.lib.hit import Hit, encode
from odziv.lib.seal import Kind
from odziv.lib.spool.writer import FileSpool
from odziv.lib.uuid7 import uuid7

_TICKS = os.sysconf("SC_CLK_TCK")
_EVERY = 0.25  # seconds between probes
_BEGINS = 4.0  # seconds until the first: a worker that has just begun reads its lists of programs and networks
_STEP = 0.02
_PATIENCE = 30.0


def steady(copies: Sequence[Copy], count: int, rate: int, seed: int) -> dict[str, object]:
    """Writes so many hits at that rate; the lag of every probe, and the worker's processor time."""
    seconds = count / rate
    probes, others = copies[: int((seconds - _BEGINS) / _EVERY)], copies[len(copies) // 3 :]
    hits = Hits(others, seed, time.time()).draw(count)
    with subprocess.Popen([sys.executable, "-m", "odziv.cli", "work"]) as worker:
        try:
            time.sleep(3)  # it starts
            begun = _spent(worker.pid)
            lags = asyncio.run(_write(hits, probes, rate))
            spent = _spent(worker.pid) - begun
        finally:
            worker.terminate()
    return {"hits": count, "lags": lags, "cpu": spent}


async def _write(hits: Sequence[Hit], probes: Sequence[Copy], rate: int) -> list[float]:
    from odziv.environment import ENV

    into = FileSpool(ENV.spool_folder)
    put: dict[UUID, float] = {}
    looking = asyncio.create_task(_look(put, len(probes)))
    begun, written, waiting = time.monotonic(), 0, list(probes)
    template = hits[0]
    while written < len(hits):
        due = min(len(hits), int((time.monotonic() - begun) * rate))
        batch = [encode(hit) for hit in hits[written:due]]
        if waiting and time.monotonic() - begun > _BEGINS + len(put) * _EVERY:
            probe = waiting.pop(0)
            batch.append(encode(_probe(template, probe)))
            put[probe.delivery] = time.monotonic()
        await asyncio.gather(*map(into.put, batch))
        written = max(written, due)
        await asyncio.sleep(_STEP)
    lags = await asyncio.wait_for(looking, _PATIENCE)
    await into.close()
    return lags


def _probe(like: Hit, copy: Copy) -> Hit:
    return Hit(uuid7(), time.time(), Kind.OPEN, copy.organisation, copy.delivery, 0, "GET", "193.2.1.9", like.agent)


async def _look(put: dict[UUID, float], wanted: int) -> list[float]:

    lags: list[float] = []
    seen: set[UUID] = set()
    while len(lags) < wanted:
        await asyncio.sleep(_STEP)
        asked = [copy for copy in put if copy not in seen]
        rows = await asyncio.to_thread(_folded, asked)
        for copy in rows:
            seen.add(copy)
            lags.append(time.monotonic() - put[copy])
    return lags


def _folded(copies: Sequence[UUID]) -> list[UUID]:
    from odziv.models import Delivery

    return list(Delivery.objects.filter(pk__in=copies, figures_at__isnull=False).values_list("pk", flat=True))


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
