"""`odziv migrate`: everything that must be there before a process can start. `odziv serve` calls it by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from odziv.commands import no_options
from odziv.commands.away import as_line
from odziv.environment import ENV
from odziv.lib.logs import announce
from odziv.lib.plain import PlainError
from odziv.lib.seal import KeyRing, KeyRingError
from odziv.upkeep import months_ahead


def run(argv: Sequence[str]) -> int:
    """Make folders, keys and tables that are missing. Raises PlainError."""
    no_options("migrate", "Bring data folder and database up to date. Nothing happens when they are.", argv)
    _data_folder()
    try:
        _database()
    except DatabaseError as error:
        raise as_line(error) from error
    return 0


def _data_folder() -> None:
    try:
        stores = (ENV.file_store, ENV.test_mailbox_store, ENV.handed_store)
        for folder in (ENV.data, ENV.spool_folder, *(Path(store) for store in stores if "://" not in store)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        KeyRing.load_or_create(ENV.seal_keys)
    except OSError as error:
        raise PlainError(f"ODZIV_DATA={ENV.data} cannot be written ({error.strerror}): name another folder.") from error
    except KeyRingError as error:
        raise PlainError(str(error)) from error


def _database() -> None:
    executor = MigrationExecutor(connection)
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    if newer := sorted(name for app, name in unknown if app == "odziv"):
        raise PlainError(
            f"the database was made by a newer Odziv (it has {newer[-1]}): install that one, or restore a backup."
        )
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        call_command("migrate", interactive=False, verbosity=0)
        announce(
            f"database brought up to date: {len(waiting)} steps", "database brought up to date", steps=len(waiting)
        )
    months_ahead()
    if settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
        call_command("createcachetable", verbosity=0)
