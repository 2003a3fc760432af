"""`python -m bench.ingest.contenders NAME HITS FLOOD SEED COPIES`: one measurement, in a process of its own.

It spools hits on so many copies of the configured database, works until all are in the figures, and writes one JSON
document: hits, seconds, and the processor time of this process and of the database server.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import django

from bench.asking import processor_clock
from bench.ingest.hits import Copy, Hits
from bench.ingest.steady import steady
from odziv.lib.hit import Hit, decode, encode
from odziv.lib.spool.reader import SpoolReader
from odziv.lib.spool.writer import FileSpool

BATCH = 10_000
_WARM = 500
_STAGES = ("odziv.ingest.run.ingest", "odziv.measure.run.measure")


def copies(count: int) -> list[Copy]:
    """The copies that hits are for: followed ones that left last, and some of any age; none to whoever refused."""
    from odziv.models import Delivery, RecordEmail

    rows = Delivery.objects.filter(followed=True, accepted_at__isnull=False, organisation__engagement=True)
    keys = rows.values_list("organisation_id", "pk", "party__key", "party__record__follow_email")
    found = [*keys.order_by("-accepted_at")[: count * 9 // 10], *keys.order_by("pk")[: count // 10]]
    refusing = RecordEmail.objects.refusing({(organisation, address) for organisation, _pk, address, _said in found})
    chosen = {pk: organisation for organisation, pk, address, said in found
              if said != "deny" and (organisation, address) not in refusing}  # fmt: skip
    _touch(list(chosen))
    return [Copy(organisation, pk, 1 + pk.int % 8) for pk, organisation in chosen.items()]


def _touch(copies: Sequence[UUID]) -> None:
    """Say of each how many events the seed gave it, as ingest would have. They are still to be folded."""
    from django.db.models import Count, F

    from odziv.models import Delivery, Interaction
    from odziv.models.bulk import update_rows

    for start in range(0, len(copies), 500):
        rows = Interaction.objects.filter(delivery__in=copies[start : start + 500]).order_by().values("delivery")
        counted = rows.annotate(number=Count("pk")).values_list("number", F("delivery"))
        update_rows(Delivery, ("touched",), list(counted))


def spool(hits: Sequence[Hit]) -> None:
    """Record hits as the edge does under load, some dozens in one commit."""
    from odziv.environment import ENV

    async def write() -> None:
        into = FileSpool(ENV.spool_folder)
        for start in range(0, len(hits), 64):
            await asyncio.gather(*(into.put(encode(hit)) for hit in hits[start : start + 64]))
        await into.close()

    asyncio.run(write())


def product() -> Callable[[], None]:
    """Ours: the worker with its two jobs, in their threads, until the spool is empty and no copy waits for its fold."""
    from odziv.work import JOBS, spare_the_collector, work

    stopping = threading.Event()
    ends = _ends()

    def look() -> None:
        while not _is_done(ends):
            time.sleep(0.05)
        stopping.set()

    def run() -> None:
        threading.Thread(target=look, daemon=True).start()
        work([job for job in JOBS if job.function in _STAGES], stopping)

    spare_the_collector()
    return run


def _ends() -> dict[str, int]:
    """Where the files of the spool end. To count what waits in them takes longer the more there is."""
    from odziv.environment import ENV

    return {record.file: record.position for record in SpoolReader(ENV.spool_folder).read({}, 10**9)}


def _is_done(ends: Mapping[str, int]) -> bool:
    from odziv.environment import ENV
    from odziv.models import Delivery, SpoolPosition

    # The files first: one that is empty goes, and its position with it.
    files = set(SpoolReader(ENV.spool_folder).files())
    positions = dict(SpoolPosition.objects.values_list("file", "position"))
    if any(positions.get(file, 0) < end for file, end in ends.items() if file in files):
        return False
    # In the order of its index: without one PostgreSQL looks through the whole table until it finds one or none.
    return not Delivery.objects.unfolded()[:1]


def counting() -> None:
    """Bare counting: known identifiers are passed over, and an opens counter of each copy is raised. No verdicts."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
        cursor.execute(f"CREATE TABLE bench_hits (id {kind} PRIMARY KEY, delivery {kind}, kind int, at float)")
        for hits in _batches():
            shown = [(hit.id, hit.delivery, hit.kind, hit.at) for hit in hits]
            if kind != "uuid":
                shown = [(one.hex, other.hex, *rest) for one, other, *rest in shown]  # type: ignore[misc]
            counts = Counter(row[1] for row in shown)
            with transaction.atomic():
                cursor.executemany("INSERT INTO bench_hits VALUES (%s, %s, %s, %s) ON CONFLICT (id) DO NOTHING", shown)
                cursor.executemany(
                    "UPDATE odziv_delivery SET opens = opens + %s WHERE id = %s",
                    [(number, delivery) for delivery, number in sorted(counts.items())],
                )


def orm() -> None:
    """Row by row, as trackers in Django do it: a row for the event, then the counters of the copy and the message."""
    from datetime import UTC, datetime

    from django.db import transaction
    from django.db.models import F

    from odziv.models import Delivery, Interaction, Message

    for hits in _batches():
        for hit in hits:
            with transaction.atomic():
                delivery = Delivery.objects.get(pk=hit.delivery)
                _row, made = Interaction.objects.get_or_create(
                    pk=hit.id,
                    defaults={
                        "organisation_id": hit.organisation, "message_id": delivery.message_id,
                        "delivery": delivery, "kind": "open", "at": datetime.fromtimestamp(hit.at, UTC),
                        "method": hit.method, "agent": hit.agent, "headers": hit.headers, "network": hit.peer,
                    },
                )  # fmt: skip
                if made:
                    Delivery.objects.filter(pk=hit.delivery).update(opens=F("opens") + 1)
                    Message.objects.filter(pk=delivery.message_id).update(opens=F("opens") + 1)


def _batches() -> Sequence[list[Hit]]:
    from odziv.environment import ENV

    records = SpoolReader(ENV.spool_folder).read({}, 10**9)
    return [[decode(one.record) for one in records[at : at + BATCH]] for at in range(0, len(records), BATCH)]


CONTENDERS: dict[str, Callable[[], None]] = {"counting": counting, "orm": orm}


def main(name: str, count: int, flood: int, seed: int, of: int) -> None:
    """Spool that many hits, `flood` more on one copy between them, and measure."""
    chosen = copies(of)
    if name in ("product", "steady"):
        _fold()
    if name == "steady":
        json.dump(steady(chosen, count, 2_000, seed), sys.stdout)
        return
    if name == "product":
        _warm(Hits(chosen[1:], -1 - seed, time.time() - 4000).draw(_WARM))
    drawn = Hits(chosen[1:], seed, time.time() - 3600)
    hits = drawn.draw(count)
    if flood:
        hits = sorted([*hits, *drawn.flood(chosen[0], flood, hits[-1].at - hits[0].at)], key=lambda hit: hit.at)
    spool(hits)
    processor, run = processor_clock(), product() if name == "product" else CONTENDERS[name]
    rows = _rows()
    begun, spent = time.perf_counter(), processor()
    run()
    told = {"hits": len(hits), "seconds": time.perf_counter() - begun, "cpu": processor() - spent}
    if name == "product" and _rows() - rows != len(hits):
        raise RuntimeError(f"{_rows() - rows} of {len(hits)} hits are in the journal")
    json.dump(told, sys.stdout)


def _fold() -> None:
    """Have the journal judged as an installation's is: the seed's verdicts are drawn, and would all be written anew."""
    from odziv.measure.run import measure

    while measure():
        pass


def _warm(hits: Sequence[Hit]) -> None:
    """Let a worker have begun: lists of programs and networks are read, statements are prepared."""
    from odziv.ingest.run import ingest, look_beside
    from odziv.measure.run import measure

    look_beside()
    spool(hits)
    while ingest(batch=100) + measure():
        pass
    spool(hits)
    while ingest() + measure():
        pass


def _rows() -> int:
    from odziv.models import Interaction

    return Interaction.objects.count()


if __name__ == "__main__":
    django.setup()
    logging.getLogger("odziv.work").setLevel(logging.ERROR)
    main(sys.argv[1], *map(int, sys.argv[2:]))
