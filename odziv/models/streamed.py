"""Many rows to PostgreSQL as a stream: COPY into a temporary table, from which one statement takes them.

A document of rows (`json_to_recordset`) costs the server as much to take apart as to write them: an event 22 µs of the
processor, by this way 13 (docs/decisions/ingest.md). It takes two statements more, so few rows go by the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

import msgspec
import psycopg

FEW = 100
"""Rows for which it is not worth it."""


def streamed(cursor: psycopg.Cursor[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Put rows of values for columns of `table` where a statement of this transaction can take them from; its name,
    quoted. It is empty again when the transaction ends."""
    told = ", ".join(f'"{name}"' for name in columns)
    name = f'"rows_{crc32(f"{table}{told}".encode()):08x}"'
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ON COMMIT DELETE ROWS AS SELECT {told} FROM {table} WITH NO DATA"
    )
    cursor.execute(f"DELETE FROM {name}")  # of what the same transaction wrote before
    with cursor.copy(f"COPY {name} ({told}) FROM STDIN") as stream:
        stream.write("".join([_line(row) for row in rows]))
    return name


def _line(row: Sequence[Any]) -> str:
    """As COPY takes it (PostgreSQL, "Text Format"): tabs between, a backslash before what means something."""
    return "\t".join([(_TEXT.get(type(value)) or _other)(value) for value in row]) + "\n"


_MEANS = re.compile(r"[\\\t\n\r]")
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


def _text(value: str) -> str:
    return _MEANS.sub(lambda found: _ESCAPED[found[0]], value) if _MEANS.search(value) else value


def _other(value: Any) -> str:
    """Of a kind of string or number, or what is kept as JSON."""
    if isinstance(value, str):
        return _text(str.__str__(value))
    return _text(msgspec.json.encode(value).decode())


_TEXT: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    bool: lambda value: "t" if value else "f",
    type(None): lambda _value: r"\N",
    UUID: lambda value: value.hex,
    datetime: datetime.isoformat,
    msgspec.Raw: lambda value: _text(bytes(value).decode()),
}
