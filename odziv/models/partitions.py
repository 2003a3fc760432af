"""On PostgreSQL the journal stands in partitions by month, divided by its identifiers (UUIDv7); nowhere else.

A month is made before it begins. What belongs to none stands in the default partition, until its month is made. Each
change waits half a second for its locks at most and is given up otherwise: less than PostgreSQL waits before it looks
for deadlocks, so it is never one of our readers or writers that is refused.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

from odziv.lib.months import later, month_of
from odziv.lib.uuid7 import first_of

log = logging.getLogger("odziv.partitions")

TABLE = "odziv_interaction"
DEFAULT = f"{TABLE}_default"
AHEAD = 2  # months, beside the one that runs
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # what is older, by a clock that is wrong, stays in the default partition
_ONE_AT_A_TIME = 4_711_046  # of an advisory lock
_LARGEST = UUID(int=2**128 - 1)
_BOUNDS = re.compile(r"FROM \((.+?)\) TO \((.+?)\)")


class Partition(NamedTuple):
    """Identifiers from `lower` up to `upper`, which is not among them."""

    name: str
    lower: UUID
    upper: UUID


def is_divided(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether the journal of this database stands in partitions."""
    if connections[using].vendor != "postgresql":
        return False
    return _one("SELECT relkind FROM pg_class WHERE oid = to_regclass(%s)", [TABLE], using) == "p"


def partitions(using: str = DEFAULT_DB_ALIAS) -> list[Partition]:
    """Those of months, the oldest first; without the default one."""
    rows = _rows(
        "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = to_regclass(%s)",
        [TABLE],
        using,
    )
    found = [
        Partition(name, *(_bound(text) for text in bounds.groups()))
        for name, told in rows
        if (bounds := _BOUNDS.search(told))
    ]
    return sorted(found, key=lambda one: one.lower)


def lacking(now: datetime, using: str = DEFAULT_DB_ALIAS) -> list[datetime]:
    """The months from this one to the last that should be there, which have no partition."""
    there = partitions(using)
    months = [later(month_of(now), number) for number in range(AHEAD + 1)]
    return [month for month in months if not _covered(month, there)]


def make_ahead(now: datetime, using: str = DEFAULT_DB_ALIAS) -> int:
    """Make the partitions of this month and the next ones, and of months whose events stand in the default partition.

    Returns how many were made. Those for which no lock was to be had are left for the next time.
    """
    if not is_divided(using):
        return 0
    wanted = lacking(now, using)
    there, last = partitions(using), later(month_of(now), AHEAD + 1)
    for month in _months_in_default(last, using):
        if month not in wanted and not _covered(month, there):
            wanted.append(month)
    return sum(make_month(month, using) for month in wanted)


def make_since(oldest: UUID, now: datetime, using: str = DEFAULT_DB_ALIAS) -> None:
    """Make the partitions of all months from that of an event to this one, for events that are to come."""
    month = max(_EARLIEST, month_of(_time(oldest)))
    while is_divided(using) and month <= now:
        make_month(month, using)
        month = later(month, 1)


def make_month(month: datetime, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Make the partition of a month, with what stands of it in the default one. False: it is there, or not now."""
    name = f"{TABLE}_{month:%Y_%m}"
    lower, upper = first_of(month), first_of(later(month, 1))
    made = False
    with _changing(using) as run:
        if _covered(month, partitions(using)):
            return False
        columns = ", ".join(f'"{column}"' for column in _columns(using))
        run(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)")
        run(f"LOCK TABLE {DEFAULT} IN ACCESS EXCLUSIVE MODE")
        run(
            f"WITH moved AS (DELETE FROM {DEFAULT} WHERE id >= %s AND id < %s RETURNING {columns}) "
            f"INSERT INTO {name} ({columns}) SELECT {columns} FROM moved",
            [lower, upper],
        )
        run(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM ('{lower}') TO ('{upper}')")
        run("SET CONSTRAINTS ALL IMMEDIATE")
        log.info("the journal has a partition for %d-%02d", month.year, month.month)
        made = True
    return made


def drop_before(bound: UUID, keeping: list[UUID], using: str = DEFAULT_DB_ALIAS) -> int:
    """Drop the partitions that end at this identifier or before, and in which none of these organisations has an event.

    Returns how many. Those for which no lock was to be had are left.
    """
    dropped = 0
    for one in partitions(using) if is_divided(using) else []:
        if one.upper > bound:
            continue
        with _changing(using) as run:
            # The whole before its part, as everybody who reads or writes does.
            run(f"LOCK TABLE ONLY {TABLE} IN ACCESS EXCLUSIVE MODE")
            kept = _one(
                "SELECT EXISTS (SELECT 1 FROM unnest(%s::uuid[]) AS keeping(id) CROSS JOIN LATERAL "
                f"(SELECT 1 FROM {one.name} WHERE organisation_id = keeping.id LIMIT 1) AS found)",
                [keeping],
                using,
            )
            if not kept:
                run(f"DROP TABLE {one.name}")
                end = _time(one.upper)
                log.info("the journal of the month before %d-%02d was let go", end.year, end.month)
                dropped += 1
    return dropped


@contextmanager
def _changing(using: str) -> Iterator[Any]:
    """A transaction in which a partition is changed, by one process at a time; given up when somebody is in the way."""
    try:
        with transaction.atomic(using), connections[using].cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
            yield cursor.execute
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":
            raise
        log.info("the journal's partitions are in use; they are changed another time")


def _months_in_default(until: datetime, using: str) -> list[datetime]:
    """The months of events that stand in the default partition."""
    found: list[datetime] = []
    place, end = first_of(_EARLIEST), first_of(until)
    while True:
        first = _one(f"SELECT id FROM {DEFAULT} WHERE id >= %s AND id < %s ORDER BY id LIMIT 1", [place, end], using)
        if first is None:
            return found
        month = month_of(_time(first))
        found.append(month)
        place = first_of(later(month, 1))


def _time(id: UUID) -> datetime:
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)


def _covered(month: datetime, there: list[Partition]) -> bool:
    first = first_of(month)
    return any(one.lower <= first < one.upper for one in there)


def _bound(text: str) -> UUID:
    if text == "MINVALUE":
        return UUID(int=0)
    return _LARGEST if text == "MAXVALUE" else UUID(text.strip("'"))


def _columns(using: str) -> list[str]:
    rows = _rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped "
        "ORDER BY attnum",
        [TABLE],
        using,
    )
    return [name for (name,) in rows]


def _one(statement: str, parameters: list[Any], using: str) -> Any:
    rows = _rows(statement, parameters, using)
    return rows[0][0] if rows else None


def _rows(statement: str, parameters: list[Any], using: str) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
