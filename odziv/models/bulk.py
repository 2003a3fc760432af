"""Many rows in one prepared statement, for the places where Django's own bulk operations are the bottleneck.

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
    _run(_insertion(model, fields), fields, rows)


def update_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """UPDATE each row by its primary key, which stands last in the row, behind the values for `names`."""
    fields = [_field(model, name) for name in names]
    _run(_change(model, fields), [*fields, _key(model)], rows)


class Plan:
    """What is stored of a row, worked out ahead: for rows that are made ready before the transaction that writes them.

    `names` are fields of the model; derived ones are derived.
    """

    def __init__(self, model: type[models.Model], names: Sequence[str] = ()) -> None:
        fields = [_field(model, name) for name in names] or list(model._meta.concrete_fields)
        self.model = model
        self.names = [field.name for field in fields]
        self._steps = [
            (
                field.attname,
                field.pre_save if getattr(field, "derive", None) else None,
                None if isinstance(field, _AS_THEY_ARE) else field.get_db_prep_save,
            )
            for field in fields
        ]

    def values(self, row: models.Model, *, add: bool = True) -> tuple[Any, ...]:
        """The row's values as the database driver takes them."""
        here = connections[DEFAULT_DB_ALIAS]
        given = row.__dict__
        found = []
        for name, derived, prepare in self._steps:
            value = derived(row, add) if derived else given[name]
            found.append(prepare(value, here) if prepare else value)
        return tuple(found)

    def insert(self, rows: Sequence[Sequence[Any]]) -> None:
        """Insert new rows of `values`. PostgreSQL takes them as a stream, several times as fast as one by one."""
        fields = [_field(self.model, name) for name in self.names]
        if connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
            _execute(_insertion(self.model, fields), rows)
        elif rows:
            columns = ", ".join(_quoted(field) for field in fields)
            statement = f"COPY {_table(self.model)} ({columns}) FROM STDIN"
            with connections[DEFAULT_DB_ALIAS].cursor() as cursor, cursor.copy(statement) as stream:
                for row in rows:
                    stream.write_row(row)

    def update(self, rows: Sequence[Sequence[Any]]) -> None:
        """UPDATE rows of `values`, with the primary key behind them."""
        key = _key(self.model)
        here = connections[DEFAULT_DB_ALIAS]
        prepared = [(*values, key.get_db_prep_save(pk, here)) for *values, pk in rows]
        _execute(_change(self.model, [_field(self.model, name) for name in self.names]), prepared)


def _run(statement: str, fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    # The connection itself and not the proxy of this thread: that one looks it up again for every value.
    here = connections[DEFAULT_DB_ALIAS]
    prepare = [None if isinstance(field, _AS_THEY_ARE) else field.get_db_prep_save for field in fields]
    values = [[one(value, here) if one else value for one, value in zip(prepare, row, strict=True)] for row in rows]
    _execute(statement, values)


def _execute(statement: str, values: Sequence[Sequence[Any]]) -> None:
    if values:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.executemany(statement, values)


def _insertion(model: type[models.Model], fields: Sequence[Any]) -> str:
    columns = ", ".join(_quoted(field) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {_table(model)} ({columns}) VALUES ({marks}) ON CONFLICT ({_quoted(_key(model))}) DO NOTHING"


def _change(model: type[models.Model], fields: Sequence[Any]) -> str:
    changes = ", ".join(f"{_quoted(field)} = %s" for field in fields)
    return f"UPDATE {_table(model)} SET {changes} WHERE {_quoted(_key(model))} = %s"


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _key(model: type[models.Model]) -> Any:
    return model._meta.pk


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(field: Any) -> str:
    return connection.ops.quote_name(field.column)
