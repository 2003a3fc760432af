"""The index in which the databases look words up: FTS5 on SQLite, GIN on PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from odziv.models.vocabulary import MARK

BEGINNINGS = 3  # letters up to which SQLite knows all rows with a word that begins so
VECTOR = "array_to_tsvector(string_to_array(btrim({}), ' '))"


def index_name(table: str) -> str:
    return f"{table}_index"


def _triggers(table: str) -> dict[str, str]:
    index = index_name(table)
    put = f"INSERT INTO {index}(rowid, words) VALUES (new.id, new.words);"
    take = f"INSERT INTO {index}({index}, rowid, words) VALUES ('delete', old.id, old.words);"
    return {
        f"{index}_put": f"AFTER INSERT ON {table} BEGIN {put} END",
        f"{index}_take": f"AFTER DELETE ON {table} BEGIN {take} END",
        f"{index}_change": f"AFTER UPDATE ON {table} WHEN old.words <> new.words BEGIN {take} {put} END",
    }


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Make what is missing of the indexes, and fill it then.

    After all migrations: one that remakes a table on SQLite takes the triggers away that lead its words to the index.
    """
    with connection.cursor() as cursor:
        present = connection.introspection.table_names(cursor)
        for name in ("MessageWords", "RecordWords"):
            table = apps.get_model("odziv", name)._meta.db_table
            if table in present:
                (_ensure_fts if connection.vendor == "sqlite" else _ensure_gin)(cursor, table)


def _ensure_gin(cursor: Any, table: str) -> None:
    made = f"CREATE INDEX IF NOT EXISTS {index_name(table)} ON {table} USING gin ({VECTOR.format('words')})"
    cursor.execute(f"{made} WITH (fastupdate = off)")


def _ensure_fts(cursor: Any, table: str) -> None:
    index, triggers = index_name(table), _triggers(table)
    cursor.execute("SELECT name FROM sqlite_master WHERE name = %s OR tbl_name = %s", [index, table])
    present = {row[0] for row in cursor.fetchall()}
    if present.issuperset({index, *triggers}):
        return
    if index not in present:
        # The words have been split and folded, so it is to split at spaces and nothing else. It keeps no text of its
        # own. Of words with up to three typed letters it knows the beginnings.
        cursor.execute(
            f"CREATE VIRTUAL TABLE {index} USING fts5(words, content='{table}', content_rowid='id', detail=none, "
            f"columnsize=0, tokenize='ascii', prefix='{MARK + 1} {MARK + 2} {MARK + 3}')"
        )
    for name, what in triggers.items():
        cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {what}")
    cursor.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
