"""Many rows in one prepared statement, for the two places where Django's own bulk operations are the bottleneck.

`bulk_create` builds an object and a piece of SQL for each row, `bulk_update` a CASE with a branch for each; both take
several times as long as the database does. Values are prepared by their fields, so what is stored is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

# Their values are what the database drivers take.
_AS_THEY_ARE = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)


def insert_new(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, passing over those whose primary key exists. `names` are all fields of the model."""
    fields = [_field(model, name) for name in names]
    columns = ", ".join(_quoted(field) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    key = _quoted(_key(model))
    _run(f"INSERT INTO {_table(model)} ({columns}) VALUES ({marks}) ON CONFLICT ({key}) DO NOTHING", fields, rows)


def update_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """UPDATE each row by its primary key, which stands last in the row, behind the values for `names`."""
    fields = [_field(model, name) for name in names]
    changes = ", ".join(f"{_quoted(field)} = %s" for field in fields)
    _run(f"UPDATE {_table(model)} SET {changes} WHERE {_quoted(_key(model))} = %s", [*fields, _key(model)], rows)


def _run(statement: str, fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    # The connection itself and not the proxy of this thread: that one looks it up again for every value.
    here = connections[DEFAULT_DB_ALIAS]
    prepare = [None if isinstance(field, _AS_THEY_ARE) else field.get_db_prep_save for field in fields]
    values = [[one(value, here) if one else value for one, value in zip(prepare, row, strict=True)] for row in rows]
    if values:
        with here.cursor() as cursor:
            cursor.executemany(statement, values)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _key(model: type[models.Model]) -> Any:
    return model._meta.pk


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(field: Any) -> str:
    return connection.ops.quote_name(field.column)
