"""Keyset paging: a page begins where the last one ended, so that page 1,000 costs as much as page 1."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Order:
    """A column to sort by, as a path of the ORM (`owner__name`); empty values stand last in both directions."""

    path: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """One page. `newer` and `older` are cursors of the pages before and after it; empty when there is none."""

    rows: list[Row]
    newer: str
    older: str


def page_of(rows: QuerySet[Row], order: Order, cursor: str = "", size: int = 50) -> Slice[Row]:
    """The page of `rows` at the cursor; a cursor that says nothing gives the first page. One query of size + 1 rows."""
    place = _read(rows.model, order, cursor)
    back = place is not None and place[0] == "newer"
    chosen = rows if place is None else rows.filter(_beyond(order, place[1], place[2], back=back))
    found = list(chosen.order_by(*_ordering(order, back=back))[: size + 1])
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    return _slice(found, order, place is not None, back=back, more=more)


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

    def ahead(self, place: tuple[str, Any, Any] | None, *, back: bool) -> QuerySet[Any]:
        """Its rows from the place on, the nearest first."""
        rows = self.rows
        if place is not None:
            way = "gt" if back else "lt"
            beyond = Q(**{f"{self.at}__{way}": place[1]}) | Q(**{self.at: place[1], f"{self.pk}__{way}": place[2]})
            # The first condition follows from the second, and is the one by which an index is entered.
            rows = rows.filter(beyond, **{f"{self.at}__{way}e": place[1]})
        return rows.order_by(self.at, self.pk) if back else rows.order_by(f"-{self.at}", f"-{self.pk}")


def merged(sources: Sequence[Source], shown: QuerySet[Row], cursor: str = "", size: int = 50) -> Slice[Row]:
    """A page of `shown`, newest first, out of several sources, each of which has an index to walk.

    One query for all sources that are not `repeated`, one for each that is, one for the rows; each source is read for
    size + 1 rows at most, however many it has.
    """
    order = Order("at", descending=True)
    place = _read(shown.model, order, cursor)
    back = place is not None and place[0] == "newer"
    ahead = [(source, source.ahead(place, back=back)) for source in sources]
    every = shown.model._default_manager
    # A part of a UNION may have no LIMIT on SQLite, a subquery of the part may.
    parts = [
        every.filter(pk__in=rows.values(source.pk)[: size + 1]).order_by().values_list("at", "pk")
        for source, rows in ahead
        if not source.repeated
    ]
    pairs: set[Pair] = set(parts[0].union(*parts[1:])) if parts else set()
    for source, rows in ahead:
        if source.repeated:
            pairs.update(rows.values_list(source.at, source.pk).distinct()[: size + 1])
    chosen = sorted(pairs, reverse=not back)[: size + 1]
    more = len(chosen) > size
    keys = [pk for _at, pk in (reversed(chosen[:size]) if back else chosen[:size])]
    by_key = shown.in_bulk(keys)
    # A row that was deleted between the queries is passed over.
    found = [by_key[pk] for pk in keys if pk in by_key]
    return _slice(found, order, place is not None, back=back, more=more)


def _slice(found: list[Row], order: Order, has_place: bool, *, back: bool, more: bool) -> Slice[Row]:
    has_newer = more if back else has_place
    has_older = True if back else more
    return Slice(
        rows=found,
        newer=_write("newer", order, found[0]) if found and has_newer else "",
        older=_write("older", order, found[-1]) if found and has_older else "",
    )


def _ordering(order: Order, *, back: bool) -> list[Any]:
    descending = order.descending != back
    column = F(order.path)
    if not order.nullable:  # NULLS LAST would keep SQLite from walking the index
        return [column.desc() if descending else column.asc(), "-pk" if descending else "pk"]
    last: dict[str, bool] = {"nulls_first": True} if back else {"nulls_last": True}
    return [column.desc(**last) if descending else column.asc(**last), "-pk" if descending else "pk"]


def _beyond(order: Order, value: Any, pk: Any, *, back: bool) -> Q:
    """Rows that come after (back: before) the row with this value and identifier."""
    compare = "lt" if order.descending != back else "gt"
    empty = Q(**{f"{order.path}__isnull": True})
    if value is None:
        same = empty & Q(**{f"pk__{compare}": pk})
        return same | ~empty if back else same
    beyond = Q(**{f"{order.path}__{compare}": value}) | Q(**{order.path: value, f"pk__{compare}": pk})
    return beyond | empty if order.nullable and not back else beyond


def _write(direction: str, order: Order, row: Model) -> str:
    value: Any = row
    for name in order.path.split("__"):
        value = getattr(value, name, None)
    place = [direction, order.path, None if value is None else str(value), str(row.pk)]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read(model: type[Model], order: Order, cursor: str) -> tuple[str, Any, Any] | None:
    """Direction, value and identifier; None for a cursor that is damaged or was made for another order."""
    if not cursor or len(cursor) > 2000:
        return None
    try:
        direction, path, text, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if path != order.path or direction not in ("newer", "older") or not isinstance(pk, str):
            return None
        value = None if text is None else _field(model, path).to_python(text)
        return direction, value, model._meta.pk.to_python(pk)
    except (ValueError, TypeError, ValidationError, FieldDoesNotExist):
        return None


def _field(model: type[Model], path: str) -> Field:
    *relations, last = path.split("__")
    for name in relations:
        related = model._meta.get_field(name).related_model
        if not isinstance(related, type):
            raise FieldDoesNotExist(path)
        model = related
    found = model._meta.get_field(last)
    if not isinstance(found, Field):
        raise FieldDoesNotExist(path)
    return found
