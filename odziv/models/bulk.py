"""Many rows in one prepared statement, for the places where Django's own bulk operations are the bottleneck.

`bulk_create` builds an object and a piece of SQL for each row, `bulk_update` a CASE with a branch for each; both take
several times as long as the database does. Values are prepared by their fields, so what is stored is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from odziv.models.streamed import FEW, line, streamed
from odziv.models.written import array

# Their values are what the database drivers take.
_AS_THEY_ARE = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)


def insert_new(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, passing over those whose primary key exists. `names` are all fields of the model."""
    fields = [_field(model, name) for name in names]
    write(
        model, [field.column for field in fields], _prepared(fields, rows), Insert(f"({_key(model).column}) DO NOTHING")
    )


def add_up(
    model: type[models.Model], key: Sequence[str], numbers: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Add to the numbers of rows, which are made where they do not exist.

    A row: the primary key that a new one gets, values for the fields of `key`, which are unique together, numbers.
    """
    fields = [_key(model), *(_field(model, name) for name in (*key, *numbers))]
    columns = [field.column for field in fields]
    unique, added = ", ".join(columns[1 : 1 + len(key)]), columns[1 + len(key) :]
    changes = ", ".join(f"{name} = {model._meta.db_table}.{name} + excluded.{name}" for name in added)
    write(model, columns, _prepared(fields, rows), Insert(f"({unique}) DO UPDATE SET {changes}"))


def update_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """UPDATE each row by its primary key, which stands last in the row, behind the values for `names`."""
    fields = [*(_field(model, name) for name in names), _key(model)]
    columns = [field.column for field in fields]
    write(model, columns, _prepared(fields, rows), Update(", ".join(f'"{name}" = {{{name}}}' for name in columns[:-1])))


class Insert(NamedTuple):
    """An INSERT, with what stands behind ON CONFLICT."""

    on_conflict: str


class Update(NamedTuple):
    """An UPDATE of the row with the primary key that stands last; in `changes` a column in braces is its value."""

    changes: str


def write(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], how: Insert | Update
) -> None:
    """Write rows of values for columns: those that SQLite's driver takes; for PostgreSQL what `written` says.

    PostgreSQL gets all of them at once, for one statement: row by row the wire and the server cost several times as
    much.
    """
    here = connections[DEFAULT_DB_ALIAS]
    if not rows:
        return
    table = _table(model)
    if here.vendor != "postgresql":
        _write_here(table, columns, rows, how)
        return
    if isinstance(how, Insert) and len(rows) > FEW and here.in_atomic_block:
        write_lines(model, columns, map(line, rows), how)
        return
    # Behind a SELECT it does not know how many rows the arrays have, reckons with ten, and looks them up one by one.
    types = {field.column: field.db_type(here) for field in model._meta.concrete_fields}
    arrays = ", ".join(f"(SELECT %s::{types[name]}[])" for name in columns)
    source = f"unnest({arrays}) AS v({', '.join(_marked(columns))})"
    with _cursor(here) as cursor:
        cursor.execute(_statement(table, columns, how, source), list(map(array, zip(*rows, strict=True))))


def write_lines(model: type[models.Model], columns: Sequence[str], lines: Iterable[str], how: Insert) -> None:
    """Write rows to PostgreSQL that are lines already (`streamed`), in a transaction."""
    table = _table(model)
    with _cursor(connections[DEFAULT_DB_ALIAS]) as cursor:
        cursor.execute(_statement(table, columns, how, f"{streamed(cursor, table, columns, lines)} AS v"))


@contextmanager
def _cursor(here: Any) -> Iterator[psycopg.Cursor[Any]]:
    """PostgreSQL's own. Long values go beside the statement and not within it, where they would be looked through for
    quotes twice."""
    here.ensure_connection()
    with here.wrap_database_errors, psycopg.Cursor(here.connection) as cursor:
        yield cursor


def _marked(columns: Iterable[str]) -> Iterator[str]:
    return (f'"{name}"' for name in columns)


def _statement(table: str, columns: Sequence[str], how: Insert | Update, source: str) -> str:
    """PostgreSQL's, with rows `v` from a source."""
    if isinstance(how, Insert):
        told = ", ".join(_marked(columns))
        return f"INSERT INTO {table} ({told}) SELECT {told} FROM {source} ON CONFLICT {how.on_conflict}"
    changes = how.changes.format(**{name: f'v."{name}"' for name in columns})
    return f"UPDATE {table} AS t SET {changes} FROM {source} WHERE t.{columns[-1]} = v.{columns[-1]}"


def _write_here(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], how: Insert | Update) -> None:
    told = ", ".join(f'"{name}"' for name in columns)
    if isinstance(how, Insert):
        marks = ", ".join(["?"] * len(columns))
        statement = f"INSERT INTO {table} ({told}) VALUES ({marks}) ON CONFLICT {how.on_conflict}"
    else:
        changes = how.changes.format(**{name: f"?{place}" for place, name in enumerate(columns, 1)})
        statement = f"UPDATE {table} AS t SET {changes} WHERE t.{columns[-1]} = ?{len(columns)}"
    here = connections[DEFAULT_DB_ALIAS]
    # Without Django's cursor, which would look at every value for the marks of its own style.
    here.ensure_connection()
    with here.wrap_database_errors:
        here.connection.executemany(statement, rows)


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


def _prepared(fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    # The connection itself and not the proxy of this thread: that one looks it up again for every value.
    here = connections[DEFAULT_DB_ALIAS]
    if here.vendor == "postgresql":
        return list(rows)
    prepare = [None if isinstance(field, _AS_THEY_ARE) else _quickly(field, here) for field in fields]
    return [[one(value) if one else value for one, value in zip(prepare, row, strict=True)] for row in rows]


def _quickly(field: Any, here: Any) -> Callable[[Any], Any]:
    """What `get_db_prep_save` does, without its way for SQLite's commonest values: moments in UTC, identifiers."""

    def prepared(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is datetime and value.tzinfo is UTC:
            return value.isoformat(" ")[:-6]
        if type(value) is UUID:
            return value.hex
        return field.get_db_prep_save(value, here)

    return prepared


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
