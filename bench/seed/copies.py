"""Copies of the mail that was drawn, made by the database itself: drawing a million messages takes far longer."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import DateTimeField

from bench.seed.tables import Table

COPIED = ("activity", "message", "party", "link", "delivery", "interaction", "words")
_MOST = 10_000_000  # rows with numbered identifiers that are drawn
_APART = 7 * 60  # seconds between the times of a copy and those of the one before
_FLOOD = 1_000  # rows of a message; one that has more in the journal is copied without them


def copy(into: dict[str, Table], copies: int) -> Iterator[str]:
    """Let there be `copies` of each message with all that hangs on it, the drawn one among them. Yields what is done.

    Subjects differ by the copy's number, times by some minutes, identifiers by the digits that drawing leaves zero.
    The number is none of the copy's words.
    """
    numbers = " UNION ALL ".join(f"SELECT {number} AS k" for number in range(1, copies))
    for name in COPIED if copies > 1 else ():
        table = into[name]
        values = ", ".join(_value(table, column) for column in table.columns)
        columns = ", ".join(f'"{column}"' for column in table.columns)
        busy = f'SELECT message_id FROM "{table.name}" GROUP BY message_id HAVING COUNT(*) > {_FLOOD}'
        where = f"WHERE message_id NOT IN ({busy})" if name == "interaction" else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO "{table.name}" ({columns}) SELECT {values} FROM "{table.name}", ({numbers}) AS n {where}'
            )
        yield name


def _value(table: Table, column: str) -> str:
    """What a copy has in a column, as the database computes it from the drawn row and `n.k`."""
    quoted = f'"{column}"'
    if column == "message_id" and table.name.endswith("_message"):  # that of RFC 5322
        return f"replace({quoted}, '@', '.' || n.k || '@')"
    if column == "id" and table.name.endswith("words"):
        return f"{quoted} + n.k * {_MOST}"
    if column in ("id", "activity_id", "message_id", "party_id", "delivery_id"):
        return _identifier(quoted)
    if column == "subject":
        return f"{quoted} || ' ' || n.k"
    return _later(quoted) if isinstance(table.field(column), DateTimeField) else quoted


def _identifier(quoted: str) -> str:
    if connection.vendor == "sqlite":
        return f"substr({quoted}, 1, 13) || printf('%03x', n.k) || substr({quoted}, 17)"
    text = f"{quoted}::text"
    return f"(substr({text}, 1, 15) || lpad(to_hex(n.k), 3, '0') || substr({text}, 19))::uuid"


def _later(quoted: str) -> str:
    if connection.vendor == "sqlite":
        return f"strftime('%Y-%m-%d %H:%M:%f000', {quoted}, (n.k * {_APART}) || ' seconds')"
    return f"{quoted} + n.k * interval '{_APART} seconds'"
