"""Bulk loading: rows go into tables without indexes, which are built when all is in.

SQLite gets prepared statements in large transactions that nothing waits for, PostgreSQL gets COPY. A seed that was
interrupted is worthless, so nothing is made durable on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol

from django.db import connection

from bench.seed.tables import Table
from odziv.lib import clock
from odziv.lib.uuid7 import first_of
from odziv.models import partitions
from odziv.upkeep import survey

_OLDEST = timedelta(days=3 * 366)  # the mail of a seed


class Loader(Protocol):
    """Puts complete rows into a table."""

    def put(self, table: Table, rows: Iterable[Sequence[Any]]) -> None: ...


@contextmanager
def loading() -> Iterator[Loader]:
    """A loader for the configured database; when it is left, the indexes are built and statistics gathered."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if sqlite:
            for pragma in ("foreign_keys = OFF", "synchronous = OFF", "journal_mode = OFF", "cache_size = -400000"):
                cursor.execute(f"PRAGMA {pragma}")
        else:
            now = clock.now()
            partitions.make_since(first_of(now - _OLDEST), now)
            cursor.execute("SET synchronous_commit = off")
            cursor.execute("SET session_replication_role = replica")  # no foreign keys, no triggers
            cursor.execute("SET maintenance_work_mem = '512MB'")
            cursor.execute("SET TIME ZONE 'UTC'")
        dropped = _drop_indexes(cursor, sqlite)
        yield _Sqlite() if sqlite else _Postgres()
        for statement in dropped:
            cursor.execute(statement)
        if sqlite:
            cursor.execute("PRAGMA journal_mode = WAL")
    settle()
    connection.close()


def settle() -> None:
    """Let the database be as one that its own upkeep has visited since the last large write."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
    else:
        survey()


def _drop_indexes(cursor: Any, sqlite: bool) -> list[str]:
    """Drop every index that no constraint needs; returns the statements that make them again."""
    if sqlite:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    else:
        cursor.execute(
            # Of a table in partitions, the index of the whole: it stands for those of the parts.
            "SELECT indexname, replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes WHERE schemaname = 'public' "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint) "
            "AND indexname NOT IN (SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid)"
        )
    found = cursor.fetchall()
    for name, _statement in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [statement for _name, statement in found]


class _Sqlite:
    def put(self, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        columns = ", ".join(f'"{column}"' for column in table.columns)
        marks = ", ".join("?" * len(table.columns))
        connection.ensure_connection()
        raw: Any = connection.connection
        raw.execute("BEGIN")
        raw.executemany(f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})', rows)
        raw.execute("COMMIT")


class _Postgres:
    def put(self, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        columns = ", ".join(f'"{column}"' for column in table.columns)
        with connection.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:  # type: ignore[attr-defined]
            lines: list[str] = []
            for row in rows:
                lines.append("\t".join("\\N" if value is None else _escaped(value) for value in row))
                if len(lines) == 500:
                    copy.write("\n".join(lines) + "\n")
                    lines = []
            if lines:
                copy.write("\n".join(lines) + "\n")


def _escaped(value: Any) -> str:
    text = str(value)
    if "\\" in text or "\t" in text or "\n" in text:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return text
