"""Keyset paging: a page begins where the last one ended, so that page 1,000 costs as much as page 1.

A page is found in one of two ways, whatever the list is narrowed by, so that its cost has a bound:

few     At most `FEW` rows are in the list. They are found by what narrows it, and these few are sorted.
many    More are in it. An index that has the order is walked, and each row asked whether it is in the list; as there
        are many, it does not take long until a page is full. What would have to be asked of each row to be counted
        (`is_many`) is not counted then.

Where the words that are looked for have to do with the order, a walk may pass all that stands before them. A `bounded`
one gives up after `FAR` rows, or after `ENOUGH` times those that would fill the page if order and words had nothing to
do with each other. Then the newest hits are sorted instead (`newest` of the queryset), and the page says so.

Which rows and which index to walk, the model says (`ORDERS`, and `walk` of its queryset).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.db import connections
from django.db.models import Count, Exists, F, Func, Model, OuterRef, Q, QuerySet, Window
from django.db.models.sql.where import WhereNode

from odziv.models.cursors import Place, compared, field_at, read_cursor, write_cursor

Row = TypeVar("Row", bound=Model)
FEW = 5_000
FAR = 5_000  # rows that a bounded walk goes past
ENOUGH = 1.5  # times the rows that would fill a page; one page of 51 rows in a thousand would need more
NEWEST = 2_000  # hits that are sorted when it gives up


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

    `total` is how many rows the whole list has; None when it has more than `least`. `of_newest`: only so many, which
    were written last, were sorted for it; None for all.
    """

    rows: list[Row]
    newer: str
    older: str
    total: int | None = None
    least: int = FEW
    of_newest: int | None = None


class Part(NamedTuple):
    """A stretch of a list: rows whose first column fulfils `condition` (`{"__gt": 0}`), in the order of `columns`."""

    condition: dict[str, Any]
    columns: tuple[str, ...]


_FILLED: dict[str, Any] = {"__isnull": False}


class _TooFarError(Exception):
    """A bounded walk has passed `FAR` rows, and the page is not full."""


def page_of(
    rows: QuerySet[Row], order: Order, cursor: str = "", size: int = 50, *, bounded: bool = False
) -> Slice[Row]:
    """The page of `rows` at the cursor; a cursor that says nothing gives the first page.

    With `bounded` it may be a page of the newest hits of a search only, where all would take long (`of_newest`).
    A bounded number of queries: how many there are, their keys in one or two, the rows themselves.
    """
    sorting = _sorting(rows.model, order)
    place = read_cursor(rows.model, order, sorting, cursor)
    is_many, is_dear = getattr(rows, "is_many", False), getattr(rows, "is_dear", False)
    if is_dear and not is_many and place is None and len(_parts(sorting, order)) == 1:
        return _first_page(rows, _by_key(rows), sorting, order, size)
    total = FEW + 1 if is_many else at_most(rows, FEW + 1)
    try:
        far = _far(rows, size) if bounded and is_many else 0
        keys = list(_keys(rows, sorting, order, place, size + 1, walked=total > FEW, far=far)) if total else []
    except _TooFarError:
        return _newest_page(rows, sorting, order, place, size)
    if is_many and place is None and len(keys) <= size:
        total = len(keys)
    found = slice_of(_by_key(rows), order, place, keys, size, total if total <= FEW else None)
    return replace(found, least=size if is_many else FEW)


def _far(rows: QuerySet[Any], size: int) -> int:
    """How many rows a bounded walk goes past."""
    share = getattr(rows, "share", None)
    return min(FAR, ceil(ENOUGH * (size + 1) / found)) if share is not None and (found := share()) else FAR


def _newest_page(rows: QuerySet[Row], sorting: Sorting, order: Order, place: Place | None, size: int) -> Slice[Row]:
    """The page of the newest hits alone."""
    newest: QuerySet[Row] = rows.newest(NEWEST)  # type: ignore[attr-defined]
    if place is None and len(_parts(sorting, order)) == 1:
        page = _first_page(newest, _by_key(rows), sorting, order, size)
        return replace(page, total=None, least=size, of_newest=page.total)
    keys = list(_keys(newest, sorting, order, place, size + 1, walked=False))
    page = slice_of(_by_key(rows), order, place, keys, size)
    return replace(page, least=size, of_newest=at_most(newest, NEWEST))


def _first_page(rows: QuerySet[Row], shown: QuerySet[Row], sorting: Sorting, order: Order, size: int) -> Slice[Row]:
    """The same where it takes long to find the rows: they are found once, to be sorted and to be counted."""
    columns = (*sorting.columns, "pk")
    counted: QuerySet[Any] = rows.order_by().annotate(
        _total=Window(Count("*")), **{f"_sort{place}": Unindexed(F(name)) for place, name in enumerate(columns)}
    )
    sign = "-" if order.descending else ""
    ordered = counted.order_by(*(f"{sign}_sort{place}" for place in range(len(columns))))
    keys = [(total, *key) for total, *key in ordered.values_list("_total", *columns)[: size + 1]]
    return slice_of(shown, order, None, [key[1:] for key in keys], size, keys[0][0] if keys else 0)


def at_most(rows: QuerySet[Any], most: int) -> int:
    """How many rows there are, counted no further than so far; asks for one column, which all indexes of lists have."""
    return rows.order_by().values("organisation")[:most].count()


def slice_of(
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
        newer=write_cursor("newer", order, keys[0]) if keys and has_newer else "",
        older=write_cursor("older", order, keys[-1]) if keys and has_older else "",
        total=total,
    )


def _sorting(model: type[Model], order: Order) -> Sorting:
    known: dict[str, Sorting] = getattr(model, "ORDERS", {})
    return known.get(order.path) or Sorting((order.path,), last=None if order.nullable else ...)


def _many(rows: QuerySet[Row], columns: tuple[str, ...]) -> QuerySet[Row]:
    """The same rows, as a walk over an index; in another table's order (`NAMING`), those that name a row of it.

    SQLite knows nothing of how many rows a condition leaves. It would rather use each one for a look-up and sort what
    it finds than walk the index that has the order, so the conditions stand where they can only be asked of a row.
    """
    relation, organisation = columns[0].rpartition("__")[0], getattr(rows, "_organisation", None)
    if organisation and relation in getattr(rows, "NAMING", ()):
        rows = rows.filter(**{f"{relation}__organisation": organisation})
    walk = getattr(rows, "walk", None)
    walked = walk(columns) if walk is not None and connections[rows.db].vendor == "sqlite" else None
    if walked is None:
        return rows
    if (asked := getattr(rows, "asked", None)) is not None:
        walked = walked.filter(asked)  # first: what decides over most rows
    return cast(QuerySet[Row], walked.filter(Exists(rows.order_by().filter(pk=OuterRef("pk")))))


class Unindexed(Func):
    """The same value, but none that an index could be walked or looked into for: rows are found by all else."""

    arity = 1

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> Any:  # type: ignore[override]
        sql, parameters = compiler.compile(self.get_source_expressions()[0])
        return (f"+{sql}" if connection.vendor == "sqlite" else f"GREATEST({sql})"), parameters


def _keys(
    rows: QuerySet[Row],
    sorting: Sorting,
    order: Order,
    place: Place | None,
    size: int,
    *,
    walked: bool,
    far: int = 0,
) -> Iterator[tuple[Any, ...]]:
    """The sort values and identifiers of the rows from the place on, the nearest first, part by part.

    They are walked to in an index that has the order, or else found by what narrows them, and sorted. With `far` a walk
    past more rows of a part raises _TooFarError.
    """
    columns = (*sorting.columns, "pk")
    names = {name: name if walked else f"_sort{place}" for place, name in enumerate(columns)}
    if not walked:
        rows = rows.alias(**{alias: Unindexed(F(name)) for name, alias in names.items()})
    back = place is not None and place.back
    parts = _parts(sorting, order)
    if back:
        parts.reverse()
    if place is not None:
        while not _holds(parts[0], place.values[0]):
            parts.pop(0)
    descending = order.descending != back
    for number, part in enumerate(parts):
        among = _many(rows, sorting.columns) if walked and part.columns == sorting.columns else rows
        begins = place.values if place is not None and number == 0 else None
        stretch = _Stretch(part, names, begins, descending)
        end = _passed(rows, sorting, stretch, far) if far else None
        ordered = stretch.of(among, end)
        found = list(ordered.values_list(*columns)[:size])
        yield from found
        size -= len(found)
        if not size:
            return
        if end is not None:
            raise _TooFarError


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What of a part is asked for: from `begins` on, the values of a row. `names` are those of the columns."""

    part: Part
    names: dict[str, str]
    begins: tuple[Any, ...] | None
    descending: bool

    def of(self, rows: QuerySet[Row], ends: tuple[Any, ...] | None = None) -> QuerySet[Row]:
        """Those of the rows, in order; with `ends` up to the row with these values."""
        first, *_others = self.names.values()
        # What comes behind a row has a value: PostgreSQL, told so twice, takes them for a part of what they are.
        condition = {} if self.begins is not None and self.part.condition == _FILLED else self.part.condition
        rows = rows.filter(**{first + asked: value for asked, value in condition.items()})
        paths = (*self.part.columns, "pk")
        for values, sign in ((self.begins, "<" if self.descending else ">"), (ends, ">=" if self.descending else "<=")):
            if values is not None:
                fields, here = [field_at(rows.model, path) for path in paths], [self.names[path] for path in paths]
                rows = rows.filter(compared(here, fields, values[-len(paths) :], sign))
        # By the first column also where it is empty: to PostgreSQL, rows without a value are not all alike, and it
        # would not see that the index has them in the order of the others.
        return rows.order_by(*(f"-{name}" if self.descending else name for name in self.names.values()))


def _passed(rows: QuerySet[Row], sorting: Sorting, stretch: _Stretch, far: int) -> tuple[Any, ...] | None:
    """The values of the row that a walk through a stretch comes to after so many; None when it ends before."""
    walk = getattr(rows, "walk", lambda _columns: None)(sorting.columns)
    if walk is None or getattr(rows, "newest", None) is None:
        return None
    found: tuple[Any, ...] | None = stretch.of(walk).values_list(*stretch.names)[far : far + 1].first()
    return found


def _parts(sorting: Sorting, order: Order) -> list[Part]:
    """The list in stretches, each of which one index can be walked for."""
    others = sorting.columns[1:]
    if sorting.last is not ...:
        filled, empty = (
            (_FILLED, {"__isnull": True}) if sorting.last is None else ({"__gt": sorting.last}, {"": sorting.last})
        )
        return [Part(filled, sorting.columns), Part(empty, others)]
    if sorting.lowest is not ...:
        parts = [Part({"": sorting.lowest}, others), Part({"__gt": sorting.lowest}, sorting.columns)]
        return parts[::-1] if order.descending else parts
    return [Part({}, sorting.columns)]


def _holds(part: Part, value: Any) -> bool:
    """Whether a row whose first sort value is this one stands in the part."""
    for condition, wanted in part.condition.items():
        if condition == "__isnull":
            return (value is None) is wanted
        return bool(value > wanted if condition == "__gt" else value == wanted)
    return True


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


def _by_key(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The rows as they are to be shown, but without conditions: their keys say all.

    SQLite would take fifty keys for more work than one condition that half of the table fulfils.
    """
    shown = rows.order_by()
    shown.query.where = WhereNode()
    return shown
