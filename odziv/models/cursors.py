"""Cursors: the text that names the row at which a page begins, and the rows that come after it."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, Value

if TYPE_CHECKING:
    from odziv.models.keyset import Order, Sorting


class Place(NamedTuple):
    """Where a page begins: behind (or, going back, before) the row with these values."""

    back: bool
    values: tuple[Any, ...]  # of the columns, and the identifier


def write_cursor(direction: str, order: Order, key: Sequence[Any]) -> str:
    """The cursor of the pages newer or older than the row with this key (sort values, identifier)."""
    place = [direction, order.path, *(None if value is None else str(value) for value in key)]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(model: type[Model], order: Order, sorting: Sorting, cursor: str) -> Place | None:
    """The place that a cursor names; None for one that is damaged or was made for another order."""
    if not cursor or len(cursor) > 2000:
        return None
    try:
        direction, path, *texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if path != order.path or direction not in ("newer", "older") or not isinstance(texts[-1], str):
            return None
        fields = [field_at(model, name) for name in (*sorting.columns, "pk")]
        values = [
            None if text is None else field.to_python(text) for text, field in zip(texts, fields, strict=True)
        ]  # fmt: skip
        if any(value is None for value in values[1:]) or (values[0] is None and sorting.last is not None):
            return None
        return Place(direction == "newer", tuple(values))
    except (ValueError, TypeError, IndexError, ValidationError, FieldDoesNotExist):
        return None


def field_at(model: type[Model], path: str) -> Field[Any, Any]:
    """The field that a path of the ORM leads to; raises FieldDoesNotExist."""
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


def beyond(
    names: Sequence[str], fields: Sequence[Field[Any, Any]], values: Sequence[Any], *, descending: bool
) -> _Tuple:
    """Rows that come after the one in which the columns have these values."""
    return compared(names, fields, values, "<" if descending else ">")


def compared(names: Sequence[str], fields: Sequence[Field[Any, Any]], values: Sequence[Any], sign: str) -> _Tuple:
    """Rows whose columns, taken together, stand so (`<`, `>=`) to these values."""
    given = [Value(value, output_field=field) for value, field in zip(values, fields, strict=True)]
    return _Tuple(*map(F, names), *given, sign=sign)
