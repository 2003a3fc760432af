"""Keyset paging: a page begins where the last one ended, so that page 1,000 costs as much as page 1.

A page is found in one of two ways, whatever the list is narrowed by, so that its cost has a bound:

few     At most `FEW` rows are in the list. They are found by what narrows it, and these few are sorted.
many    More are in it. An index that has the order is walked, and each row asked whether it is in the list; as there
        are many, it does not take long until a page is full.

Which rows and which index to walk, the model says (`ORDERS`, and `walk` of its queryset).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar, cast
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connections
from django.db.models import BooleanField, Exists, F, Field, Func, Model, OuterRef, Q, QuerySet, Value
from django.db.models.sql.where import WhereNode

Row = TypeVar("Row", bound=Model)
FEW = 5_000


@dataclass(frozen=True, slots=True)
class Order:
    """A column to sort by, as a path of the ORM (`owner__name`); empty values stand last in both directions."""

    path: str
    descending: bool = False
    nullable: bool = False


class Sorting(NamedTuple):
    """How a model sorts by a path: the columns that stand for it, in whose order an index is to be walked.

    Rows whose first column is `last` stand last in both directions, those where it is `lowest` first or last; both have
    an index of their own, or none, and are sorted by the remaining columns.
    """

    columns: tuple[str, ...]
    last: Any = ...  # None or ""; ... stands for: no such rows
    lowest: Any = ...


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """One page. `newer` and `older` are cursors of the pages before and after it; empty when there is none.

    `total` is how many rows the whole list has; None when it has more than `FEW`.
    """

    rows: list[Row]
    newer: str
    older: str
    total: int | None = None


class Place(NamedTuple):
    """Where a page begins: behind (or, going back, before) the row with these values."""

    back: bool
    values: tuple[Any, ...]  # of the columns, and the identifier


class Part(NamedTuple):
    """A stretch of a list: the rows that fulfil `condition`, in the order of `columns`."""

    condition: dict[str, Any]
    columns: tuple[str, ...]


def page_of(rows: QuerySet[Row], order: Order, cursor: str = "", size: int = 50) -> Slice[Row]:
    """The page of `rows` at the cursor; a cursor that says nothing gives the first page.

    A bounded number of queries: how many there are, their keys in one or two, the rows themselves.
    """
    sorting = _sorting(rows.model, order)
    place = _read(rows.model, order, sorting, cursor)
    total = FEW + 1 if getattr(rows, "is_many", False) else at_most(rows, FEW + 1)
    among = _few(rows) if total <= FEW else _many(rows, sorting)
    keys = list(_keys(among, sorting, order, place, size + 1)) if total else []
    return _slice(_by_key(rows), order, place, keys, size, total if total <= FEW else None)


def at_most(rows: QuerySet[Any], most: int) -> int:
    """How many rows there are, counted no further than so far; asks for one column, which all indexes of lists have."""
    return rows.order_by().values("organisation")[:most].count()


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
            rows = rows.filter(_beyond(rows.model, (self.at, self.pk), place.values, descending=not back))
        return rows.order_by(self.at, self.pk) if back else rows.order_by(f"-{self.at}", f"-{self.pk}")


def merged(sources: Sequence[Source], shown: QuerySet[Row], cursor: str = "", size: int = 50) -> Slice[Row]:
    """A page of `shown`, newest first, out of several sources, each of which has an index to walk.

    One query for all sources that are not `repeated`, one for each that is, one for the rows; each source is read for
    size + 1 rows at most, however many it has.
    """
    order = Order("at", descending=True)
    place = _read(shown.model, order, Sorting(("at",)), cursor)
    back = place is not None and place.back
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
    return _slice(shown, order, place, sorted(pairs, reverse=not back)[: size + 1], size)


def _slice(
    shown: QuerySet[Row],
    order: Order,
    place: Place | None,
    keys: Sequence[tuple[Any, ...]],
    size: int,
    total: int | None = None,
) -> Slice[Row]:
    """The page of the rows with these keys (sort values, identifier), the nearest first, one more than it holds."""
    back = place is not None and place.back
    more = len(keys) > size
    keys = keys[:size][::-1] if back else keys[:size]
    has_newer = more if back else place is not None
    has_older = True if back else more
    by_key = shown.in_bulk([key[-1] for key in keys]) if keys else {}
    return Slice(
        # A row that was deleted between the queries is passed over.
        rows=[by_key[key[-1]] for key in keys if key[-1] in by_key],
        newer=_write("newer", order, keys[0]) if keys and has_newer else "",
        older=_write("older", order, keys[-1]) if keys and has_older else "",
        total=total,
    )


def _sorting(model: type[Model], order: Order) -> Sorting:
    known: dict[str, Sorting] = getattr(model, "ORDERS", {})
    return known.get(order.path) or Sorting((order.path,), last=None if order.nullable else ...)


def _few(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The same rows, found first and sorted then: behind a LIMIT no planner can think better of it."""
    return _everything(rows).filter(pk__in=rows.order_by().values("pk")[:FEW])


def _many(rows: QuerySet[Row], sorting: Sorting) -> QuerySet[Row]:
    """The same rows, as a walk over an index.

    SQLite knows nothing of how many rows a condition leaves. It would rather use each one for a look-up and sort what
    it finds than walk the index that has the order, so the conditions stand where they can only be asked of a row.
    """
    walk = getattr(rows, "walk", None)
    walked = walk(sorting.columns) if walk is not None and connections[rows.db].vendor == "sqlite" else None
    if walked is None:
        return rows
    return cast(QuerySet[Row], walked.filter(Exists(rows.order_by().filter(pk=OuterRef("pk")))))


def _keys(
    among: QuerySet[Row], sorting: Sorting, order: Order, place: Place | None, size: int
) -> Iterator[tuple[Any, ...]]:
    """The sort values and identifiers of the rows from the place on, the nearest first; of a walk part by part."""
    back = place is not None and place.back
    parts = _parts(sorting, order)
    if back:
        parts.reverse()
    if place is not None:
        while not _holds(parts[0], place.values[0]):
            parts.pop(0)
    descending = order.descending != back
    for number, part in enumerate(parts):
        rows = among.filter(**part.condition)
        if place is not None and number == 0:
            names = (*part.columns, "pk")
            rows = rows.filter(_beyond(rows.model, names, place.values[-len(names) :], descending=descending))
        ordered = rows.order_by(*(f"-{name}" if descending else name for name in (*part.columns, "pk")))
        found = list(ordered.values_list(*sorting.columns, "pk")[:size])
        yield from found
        size -= len(found)
        if not size:
            return


def _parts(sorting: Sorting, order: Order) -> list[Part]:
    """The list in stretches, each of which one index can be walked for."""
    first, *others = sorting.columns
    if sorting.last is not ...:
        filled, empty = (
            ({f"{first}__isnull": False}, {f"{first}__isnull": True})
            if sorting.last is None
            else ({f"{first}__gt": sorting.last}, {first: sorting.last})
        )
        return [Part(filled, sorting.columns), Part(empty, tuple(others))]
    if sorting.lowest is not ...:
        parts = [Part({first: sorting.lowest}, tuple(others)), Part({f"{first}__gt": sorting.lowest}, sorting.columns)]
        return parts[::-1] if order.descending else parts
    return [Part({}, sorting.columns)]


def _holds(part: Part, value: Any) -> bool:
    """Whether a row whose first sort value is this one stands in the part."""
    [(condition, wanted)] = part.condition.items() or [("", None)]
    if condition.endswith("__isnull"):
        return (value is None) is wanted
    return not condition or (value > wanted if condition.endswith("__gt") else value == wanted)


class _Tuple(Func):
    """`(a, b) < (x, y)`: one range of an index over both columns, however many rows have the same value in one."""

    output_field = BooleanField()

    def __init__(self, *expressions: Any, sign: str = ">") -> None:
        super().__init__(*expressions)
        self.sign = sign

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> Any:  # type: ignore[override]
        compiled = [compiler.compile(one) for one in self.get_source_expressions()]
        half = len(compiled) // 2
        sides = [", ".join(sql for sql, _parameters in side) for side in (compiled[:half], compiled[half:])]
        return f"({sides[0]}) {self.sign} ({sides[1]})", tuple(one for _sql, some in compiled for one in some)


def _beyond(model: type[Model], names: Sequence[str], values: Sequence[Any], *, descending: bool) -> _Tuple:
    """Rows that come after the one in which the columns have these values."""
    fields = [_field(model, name) for name in names]
    given = [Value(value, output_field=field) for value, field in zip(values, fields, strict=True)]
    return _Tuple(*map(F, names), *given, sign="<" if descending else ">")


def in_order(rows: QuerySet[Row], order: Order) -> QuerySet[Row]:
    """All the rows, as the pages show them one after the other."""
    sorting = _sorting(rows.model, order)
    first, *others = (F(name) for name in (*sorting.columns, "pk"))
    rest = [one.desc() if order.descending else one.asc() for one in others]
    if sorting.last == "":
        empty: Any = rows.annotate(_empty=Q(**{sorting.columns[0]: ""}))
        return cast(QuerySet[Row], empty.order_by("_empty", first.desc() if order.descending else first.asc(), *rest))
    last: Any = {"nulls_last": True} if sorting.last is None else {}
    return rows.order_by(first.desc(**last) if order.descending else first.asc(**last), *rest)


def _everything(rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.model._base_manager.using(rows.db).all()


def _by_key(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The rows as they are to be shown, but without conditions: their keys say all.

    SQLite would take fifty keys for more work than one condition that half of the table fulfils.
    """
    shown = rows.order_by()
    shown.query.where = WhereNode()
    return shown


def _write(direction: str, order: Order, key: Sequence[Any]) -> str:
    place = [direction, order.path, *(None if value is None else str(value) for value in key)]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read(model: type[Model], order: Order, sorting: Sorting, cursor: str) -> Place | None:
    """The place that a cursor names; None for one that is damaged or was made for another order."""
    if not cursor or len(cursor) > 2000:
        return None
    try:
        direction, path, *texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if path != order.path or direction not in ("newer", "older") or not isinstance(texts[-1], str):
            return None
        fields = [_field(model, name) for name in (*sorting.columns, "pk")]
        values = [
            None if text is None else field.to_python(text) for text, field in zip(texts, fields, strict=True)
        ]  # fmt: skip
        if any(value is None for value in values[1:]) or (values[0] is None and sorting.last is not None):
            return None
        return Place(direction == "newer", tuple(values))
    except (ValueError, TypeError, IndexError, ValidationError, FieldDoesNotExist):
        return None


def _field(model: type[Model], path: str) -> Field[Any, Any]:
    *relations, last = path.split("__")
    for name in relations:
        related = model._meta.get_field(name).related_model
        if not isinstance(related, type):
            raise FieldDoesNotExist(path)
        model = related
    found = model._meta.pk if last == "pk" else model._meta.get_field(last)
    if not isinstance(found, Field):
        raise FieldDoesNotExist(path)
    return found
