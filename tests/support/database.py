"""A database for tests without every migration again: what they make is kept, as long as nothing of them changes."""

from __future__ import annotations

import fcntl
import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

ROOT = Path(__file__).parents[2]
# What migrations import, and what is done after them.
_MADE_OF = ("odziv/migrations", "odziv/models", "odziv/lib")
_AND = ("odziv/apps.py", "odziv/settings.py", "requirements.lock")


def remember(connection: BaseDatabaseWrapper, folder: Path) -> None:
    """Let the test database of SQLite begin as the copy of a file in this folder."""
    creation = connection.creation
    migrate = creation.create_test_db

    def create(
        verbosity: int = 1, autoclobber: bool = False, serialize: bool = True, keepdb: bool = False
    ) -> str:  # fmt: skip
        file = folder / f"{_digest()}.sqlite3"
        with (folder / "lock").open("w") as lock:
            # Of several processes the first one makes it.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                name = str(migrate(verbosity, autoclobber, serialize, keepdb))
                _keep(connection, file)
                return name
        name = creation._get_test_db_name()
        connection.close()
        settings.DATABASES[connection.alias]["NAME"] = name
        connection.settings_dict["NAME"] = name
        connection.ensure_connection()
        with closing(sqlite3.connect(file)) as kept:
            kept.backup(connection.connection)
        if serialize:
            connection._test_serialized_contents = creation.serialize_db_to_string()
        return name

    creation.create_test_db = create


def _keep(connection: BaseDatabaseWrapper, file: Path) -> None:
    for former in file.parent.glob("*.sqlite3*"):
        former.unlink()
    fresh = file.with_suffix(".sqlite3-new")
    with closing(sqlite3.connect(fresh)) as kept:
        connection.connection.backup(kept)
    fresh.replace(file)


def _digest() -> str:
    files = [path for folder in _MADE_OF for path in (ROOT / folder).rglob("*.py")]
    digest = hashlib.sha256()
    for path in sorted([*files, *(ROOT / name for name in _AND)]):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:32]
