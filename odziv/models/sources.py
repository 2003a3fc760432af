"""A page out of several sources: what one index cannot hold in order is walked in several, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from odziv.models.cursors import Place, beyond, field_at, read_cursor
from odziv.models.keyset import Order, Row, Slice, Sorting, slice_of

Pair = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that each stand for a shown row: `at` and `pk` are the paths of its time and its identifier.

    The same shown row may stand in several sources, and several times in one that is `repeated`.
    """

    rows: QuerySet[Any]
    at: str = "at"
    pk: str = "pk"
    repeated: bool = False

    def ahead(self, place: Place | None, *, back: bool) -> QuerySet[Any]:
        """Its rows from the place on, the nearest first."""
        rows = self.rows
        if place is not None:
            names = (self.at, self.pk)
            fields = [field_at(rows.model, name) for name in names]
            rows = rows.filter(beyond(names, fields, place.values, descending=not back))
        return rows.order_by(self.at, self.pk) if back else rows.order_by(f"-{self.at}", f"-{self.pk}")


NEWEST_FIRST = Order("at", descending=True)


def merged(sources: Sequence[Source], shown: QuerySet[Row], cursor: str = "", size: int = 50) -> Slice[Row]:
    """A page of `shown`, newest first, out of several sources, each of which has an index to walk.

    One query for all sources, and one for the rows; each source is read for size + 1 rows at most, however many it has.
    """
    place = read_cursor(shown.model, NEWEST_FIRST, Sorting(("at",)), cursor)
    return slice_of(shown, NEWEST_FIRST, place, nearest(sources, shown.model, size + 1, place), size)


def first_of(pairs: Iterable[Pair], shown: QuerySet[Row], size: int) -> Slice[Row]:
    """The first page of `shown`, newest first, where the nearest of all its sources were found already."""
    return slice_of(shown, NEWEST_FIRST, None, sorted(set(pairs), reverse=True)[: size + 1], size)


def nearest(sources: Sequence[Source], model: type[Row], size: int, place: Place | None = None) -> list[Pair]:
    """The times and identifiers of the rows of `model` that stand nearest to a place; without one, the newest."""
    back = place is not None and place.back
    parts = []
    for source in sources:
        pairs = source.ahead(place, back=back).values_list(source.at, source.pk)
        parts.append((pairs.distinct() if source.repeated else pairs)[:size])
    return sorted(set(_together(parts)), reverse=not back)[:size]


def _together(parts: Sequence[QuerySet[Any, Pair]]) -> Iterator[Pair]:
    """The rows of all of these, found by one query. (To SQLite a part of Django's own unions may have no LIMIT.)"""
    compilers = [part.query.get_compiler(part.db) for part in parts]
    compiled = [compiler.as_sql() for compiler in compilers]
    sql = " UNION ALL ".join(f"SELECT * FROM ({one}) AS part{number}" for number, (one, _some) in enumerate(compiled))
    first = compilers[0]
    with first.connection.cursor() as cursor:
        cursor.execute(sql, [value for _one, some in compiled for value in some])
        rows = cursor.fetchall()
    yield from map(tuple, first.apply_converters(rows, first.get_converters([column for column, *_ in first.select])))
