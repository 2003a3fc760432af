"""The new database: whether it is free, its tables, its constraints while rows arrive in any order, how far we are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections, transaction
from django.db.models import Model

from odziv.lib import clock
from odziv.lib.plain import PlainError
from odziv.models import Interaction, Organisation, partitions
from odziv.moving.rows import Digest
from odziv.settings import database_settings

TARGET = "target"
_STEPS, _KEPT = "odziv_move", "odziv_move_constraint"
_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0 AND connamespace = current_schema()::regnamespace ORDER BY 1, 2
"""


class Step(NamedTuple):
    """How far a table is: the key of its last row that was copied, how many there are, their digest."""

    last: str | None
    rows: int
    digest: str


class Target:
    """`url` is a postgresql:// address. Raises DatabaseError whenever the database does not do what is asked."""

    def __init__(self, url: str) -> None:
        settings = database_settings(url)
        # The pool is for the many threads of the web process.
        connections.settings[TARGET] = {**connections.settings["default"], **settings, "OPTIONS": {}}
        self.connection = connections[TARGET]
        parts = urlsplit(url)
        self.name = f"{parts.hostname or 'localhost'}{parts.path}"

    def must_be_empty(self) -> None:
        """Raises PlainError when something is there."""
        if self.connection.introspection.table_names():
            raise PlainError(f"{self.name} is not empty: name a database that is.")

    def begin(self, token: str) -> None:
        """Make the tables and let their constraints rest; or go on with the move of this token.

        Raises PlainError when something else is there.
        """
        if _STEPS not in self.connection.introspection.table_names():
            self.must_be_empty()
            self._note(token)
        found = self.step("")
        if found.last != token:
            raise PlainError(
                f"{self.name} holds half of a move that was given up: empty that database, and call this again."
            )
        if found.rows:
            return
        call_command("migrate", database=TARGET, interactive=False, verbosity=0)
        call_command("createcachetable", database=TARGET, verbosity=0)
        oldest = Interaction.objects.order_by("pk").values_list("pk", flat=True).first()
        if oldest is not None:
            partitions.make_since(oldest, clock.now(), TARGET)
        with transaction.atomic(TARGET), self.connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {_KEPT} (place, name, definition) AS {_FOREIGN_KEYS}")
            cursor.execute(f"SELECT * FROM {_KEPT}")
            for table, name, _definition in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            cursor.execute(f"UPDATE {_STEPS} SET rows = 1 WHERE name = ''")

    def _note(self, token: str) -> None:
        with transaction.atomic(TARGET), self.connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE {_STEPS} (name text PRIMARY KEY, last text, rows bigint NOT NULL, digest text NOT NULL)"
            )
            cursor.execute(f"INSERT INTO {_STEPS} VALUES ('', %s, 0, '0')", [token])

    def step(self, table: str) -> Step:
        """How far this table is."""
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT last, rows, digest FROM {_STEPS} WHERE name = %s", [table])
            row = cursor.fetchone()
        return Step(*row) if row else Step(None, 0, "0")

    def add(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], step: Step) -> None:
        """Copy rows and note where we are, in one transaction."""
        quote = self.connection.ops.quote_name
        named = ", ".join(quote(column) for column in columns)
        with transaction.atomic(TARGET), self.connection.cursor() as cursor:
            with cursor.copy(f"COPY {quote(table)} ({named}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(
                f"INSERT INTO {_STEPS} VALUES (%s, %s, %s, %s) ON CONFLICT (name) DO UPDATE "
                "SET last = excluded.last, rows = excluded.rows, digest = excluded.digest",
                [table, *step],
            )

    def finish(self, models: Sequence[type[Model]]) -> None:
        """Put the constraints back, which checks every reference; numbers go on behind the last; forget the move."""
        with transaction.atomic(TARGET), self.connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {_KEPT}")
            for table, name, definition in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
            for statement in self.connection.ops.sequence_reset_sql(no_style(), list(models)):
                cursor.execute(statement)
            cursor.execute(f"DROP TABLE {_STEPS}, {_KEPT}")
        with self.connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def is_finished(self) -> bool:
        """Whether an installation is there and nothing of a move is left."""
        names = self.connection.introspection.table_names()
        return _STEPS not in names and Organisation._meta.db_table in names

    def digest(self, model: type[Model]) -> tuple[int, str]:
        """How many rows of a table have arrived, and their digest."""
        columns = [field.attname for field in model._meta.concrete_fields]
        digest, count = Digest(), 0
        for row in model._base_manager.using(TARGET).values_list(*columns).iterator(chunk_size=2_000):
            digest.add(row)
            count += 1
        return count, str(digest)
