"""Rows for tables: what the seed gives, completed by what each column has by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Field, Model
from django.utils import timezone

Value = str | int | float | Decimal | None
Row = Mapping[str, Any]


class Table:
    """The table of a model. Its rows give values by the names of the model's attributes; others have their default.

    One that is computed from its row has to be given: its rule is not called here.
    """

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        self._fields = list(model._meta.concrete_fields)
        self._usual = [_default(field) for field in self._fields]
        self._places: dict[tuple[str, ...], list[int]] = {}
        self.name = model._meta.db_table
        self.columns: list[str] = [field.column for field in self._fields]

    def rows(self, given: Iterable[Row]) -> Iterator[list[Value]]:
        """Complete rows, in the order of `columns`. Booleans stand as 0 and 1, moments and identifiers as text.

        Raises LookupError when a given column does not exist, or a computed one is not given.
        """
        for row in given:
            names = tuple(row)
            places = self._places.get(names)
            if places is None:
                places = self._places[names] = self._found(names)
            complete = self._usual.copy()
            for place, value in zip(places, row.values(), strict=True):
                complete[place] = value
            yield complete

    def _found(self, names: tuple[str, ...]) -> list[int]:
        self._check(set(names))
        order = [field.attname for field in self._fields]
        return [order.index(name) for name in names]

    def field(self, column: str) -> Field[Any, Any]:
        """The field that is kept in a column."""
        return next(field for field in self._fields if field.column == column)

    def _check(self, names: set[str]) -> None:
        behind = f"of {self._model.__name__}: bench/seed is behind the models"
        if unknown := names - {field.attname for field in self._fields}:
            raise LookupError(f"there is no {', '.join(sorted(unknown))} {behind}")
        computed = [field.attname for field in self._fields if getattr(field, "derive", None)]
        if missing := set(computed) - names:
            raise LookupError(f"nothing gives {', '.join(sorted(missing))} {behind}")


def _default(field: Field[Any, Any]) -> Value:
    value = field.get_default()
    if field.get_internal_type() == "JSONField":
        return json.dumps(value)
    if isinstance(value, bool):
        return int(value)
    if field.get_internal_type() == "DateTimeField" and value is not None:
        return value.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value if value is None or isinstance(value, int | float) else str(value)
