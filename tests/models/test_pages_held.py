"""What SQLite holds in memory is bounded for a whole process, however many threads it has (issue 6)."""

from __future__ import annotations

import ctypes
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from django.db.utils import ConnectionHandler

from odziv.lib.memory import SQLITE_HOLDS
from odziv.settings import database_settings

CONNECTIONS, ROWS = 4, 30_000


@pytest.mark.django_db  # not that database; but no other is let open
def test_connections_of_a_process_share_what_they_may_hold(tmp_path: Path) -> None:
    settings = {"default": database_settings(f"sqlite://{tmp_path}/much.sqlite3")}
    opened = [ConnectionHandler(settings)["default"] for _ in range(CONNECTIONS)]
    with closing(opened[0]), opened[0].cursor() as cursor:
        cursor.execute("CREATE TABLE much (id INTEGER PRIMARY KEY, content BLOB)")
        cursor.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
            "INSERT INTO much SELECT i, zeroblob(1000) FROM n",
            [ROWS],
        )
    before, found = _held(), []
    for connection in opened:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(length(content)) FROM much")
            assert cursor.fetchone() == (ROWS * 1000,)
        found.append(_held())
    assert found[0] - before > 25_000_000, "one alone may hold that"
    assert max(found) < SQLITE_HOLDS + 2_000_000
    for connection in opened:
        connection.close()


@pytest.mark.django_db
def test_statements_of_so_many_rows_are_not_all_kept(tmp_path: Path) -> None:
    connection = ConnectionHandler({"default": database_settings(f"sqlite://{tmp_path}/rows.sqlite3")})["default"]
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE rows ({', '.join(f'c{number}' for number in range(20))})")
        before = _held()
        for rows in range(300, 350):  # batches of a spool differ in length
            one = f"({', '.join(['%s'] * 20)})"
            cursor.execute(f"INSERT INTO rows VALUES {', '.join([one] * rows)}", [1] * 20 * rows)
        cursor.execute("PRAGMA shrink_memory")
        assert _held() - before < 12_000_000  # all: 30 MB


def _held() -> int:
    # What Python's own module is linked with; a library found by its name might be another one, that holds nothing.
    used = ctypes.CDLL(str(import_module("_sqlite3").__file__)).sqlite3_memory_used
    used.restype = ctypes.c_int64
    return int(used())
