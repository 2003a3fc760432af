"""Rows for tables: what the seed gives, completed by what each column has by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Field, Model
from django.utils import timezone

Value = str | int | float | Decimal | None


class Table:
    """The table of a model, with the columns that the seed gives (by the names of the model's attributes).

    Others get their default. One that is computed from its row has to be given: its rule is not called here. Raises
    LookupError when a given column does not exist, or a computed one is not given.
    """

    def __init__(self, model: type[Model], *given: str) -> None:
        fields: dict[str, Field[Any, Any]] = {field.attname: field for field in model._meta.concrete_fields}
        if unknown := set(given) - set(fields):
            raise LookupError(f"{model.__name__} has no {', '.join(sorted(unknown))}: bench/seed is behind the models")
        rest = [field for name, field in fields.items() if name not in given]
        if computed := [field.attname for field in rest if getattr(field, "derive", None)]:
            raise LookupError(f"bench/seed gives no {', '.join(computed)} of {model.__name__}")
        self.name = model._meta.db_table
        self.columns = [fields[name].column for name in given] + [field.column for field in rest]
        self._rest = tuple(_default(field) for field in rest)

    def rows(self, given: Iterable[Sequence[Value]]) -> Iterator[tuple[Value, ...]]:
        """Complete rows. Booleans stand as 0 and 1, moments and identifiers as text."""
        for row in given:
            yield (*row, *self._rest)


def _default(field: Field[Any, Any]) -> Value:
    value = field.get_default()
    if field.get_internal_type() == "JSONField":
        return json.dumps(value)
    if isinstance(value, bool):
        return int(value)
    if field.get_internal_type() == "DateTimeField" and value is not None:
        return value.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value if value is None or isinstance(value, int | float) else str(value)
