"""Many rows to PostgreSQL as a stream: COPY into a temporary table, from which one statement takes them.

A document of rows (`json_to_recordset`) costs the server as much to take apart as to write them: an event 22 µs of the
processor, by this way 13 (docs/decisions/ingest.md). It takes two statements more, so few rows go as
arrays (`written`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

import psycopg

from odziv.models.written import written

FEW = 100
"""Rows for which it is not worth it."""


def streamed(cursor: psycopg.Cursor[Any], table: str, columns: Sequence[str], lines: Iterable[str]) -> str:
    """Put rows, as `line` writes them for columns of `table`, where a statement of this transaction can take them from;
    its name, quoted. It is empty again when the transaction ends."""
    told = ", ".join(f'"{name}"' for name in columns)
    name = f'"rows_{crc32(f"{table}{told}".encode()):08x}"'
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ON COMMIT DELETE ROWS AS SELECT {told} FROM {table} WITH NO DATA"
    )
    cursor.execute(f"DELETE FROM {name}")  # of what the same transaction wrote before
    with cursor.copy(f"COPY {name} ({told}) FROM STDIN") as stream:
        stream.write("".join(lines))
    return name


def line(row: Iterable[Any]) -> str:
    """A row as COPY takes it (PostgreSQL, "Text Format"): tabs between, a backslash before what means something."""
    return "\t".join([NULL if value is None else escaped(written(value)) for value in row]) + "\n"


def escaped(text: str) -> str:
    """A value as it stands in a line."""
    return _MEANS.sub(lambda found: _ESCAPED[found[0]], text) if _MEANS.search(text) else text


NULL = r"\N"
_MEANS = re.compile(r"[\\\t\n\r]")
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
