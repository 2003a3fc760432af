"""`odziv migrate-store`: what is asked, in which order, and what is said meanwhile."""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from odziv.environment import ENV, Environment, SettingError, read_environment
from odziv.ingest.run import ingest
from odziv.lib.files import DirectoryStore, FileStoreError, check, store_from
from odziv.lib.plain import PlainError
from odziv.moving import files, sealed, tables
from odziv.moving.sealed import Move
from odziv.moving.target import Target
from odziv.supervise.preflight import claim

_ABOUT = """\
Move this installation from SQLite and a folder to PostgreSQL and a bucket. End Odziv first. What is here stays as it
is, and does not start again by itself. When the move is interrupted, call it again: it goes on where it was."""
_EVERY = 1.0  # second, between two lines about the same thing


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv migrate-store`. 1 when files were damaged here already. Raises PlainError."""
    parser = argparse.ArgumentParser(prog="odziv migrate-store", description=_ABOUT)
    parser.add_argument(
        "--database", metavar="URL", help="postgresql://user:password@host:port/name, an empty database"
    )
    parser.add_argument(
        "--files", metavar="PLACE", help="s3://bucket/folder?endpoint=https://…, or a folder; default: as now"
    )
    parser.add_argument("--give-up", action="store_true", help="let the installation start here again")
    asked = parser.parse_args(argv)
    with claim(ENV.data):
        if asked.give_up:
            return _give_up()
        if not asked.database:
            parser.error("name the database to which it shall be moved: --database postgresql://…")
        try:
            return _move(asked.database, asked.files or "")
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise PlainError(
                f"a database does not do what is asked ({reason}). Nothing here was changed; once that is mended, call "
                "this again."
            ) from error
        except (FileStoreError, OSError) as error:
            raise PlainError(f"{error} Nothing here was changed; once that is mended, call this again.") from error


def _give_up() -> int:
    move = sealed.read(ENV.data)
    if move is not None and move.is_done:
        sealed.refuse(ENV.data)
    sealed.give_up(ENV.data)
    sys.stdout.write("Given up: the installation can be started here again. What was copied may be removed.\n")
    return 0


def _move(url: str, place: str) -> int:
    future = _settings(url, place)
    move = sealed.read(ENV.data)
    if move is not None and move.is_done:
        sealed.refuse(ENV.data)
    _must_be_up_to_date()
    target = Target(url)
    if move is not None and move.target != target.name:
        raise PlainError(
            f"this installation is being moved to {move.target}: name that database again, or call odziv migrate-store "
            "--give-up first."
        )
    if move is None:
        target.must_be_empty()
        check(store_from(future.file_store))
        _take_in_what_is_spooled()
    with _nobody_writes():
        is_new = move is None
        move = move or sealed.begin(ENV.data, target.name)
        if is_new or not target.is_finished():
            _database(target, move)
        damaged = _files(future.file_store, future.handed_store, future.test_mailbox_store)
    sealed.finish(ENV.data, move)
    _say_what_is_next(target, future, damaged)
    return 1 if damaged else 0


def _settings(url: str, place: str) -> Environment:
    try:
        future = read_environment(
            {"ODZIV_DATA": str(ENV.data), "ODZIV_DATABASE_URL": url, "ODZIV_FILES": place or ENV.files}
        )
    except SettingError as error:
        raise PlainError(
            str(error).replace("ODZIV_DATABASE_URL", "--database").replace("ODZIV_FILES", "--files")
        ) from error
    if not url.startswith("postgresql://"):
        raise PlainError("--database: expected postgresql://user:password@host:port/name.")
    if connection.vendor != "sqlite":
        raise PlainError("this installation is on PostgreSQL already: ODZIV_DATABASE_URL is set.")
    if "://" in ENV.files:
        raise PlainError(
            "the files are in a bucket already: leave --files away." if place else "ODZIV_FILES names a bucket."
        )
    return future


def _must_be_up_to_date() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise PlainError("the database here is older than this Odziv: start it once, or run odziv migrate, first.")


def _take_in_what_is_spooled() -> None:
    while ingest():
        pass


@contextmanager
def _nobody_writes() -> Iterator[None]:
    """Until its end nobody writes to the database here: not a worker that was forgotten either. Raises PlainError."""
    name = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(name, timeout=5, isolation_level=None)) as held:
        try:
            held.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise PlainError(f"{name} is being written: end odziv web, work and lmtp too.") from error
        yield


def _database(target: Target, move: Move) -> None:
    target.begin(move.token)
    models = tables.models()
    for model in models:
        with _told(str(model._meta.db_table)) as tell:
            tables.copy(model, target, tell)
    for number, model in enumerate(models, 1):
        with _told("checked") as tell:
            tables.check(model, target)
            tell(number, len(models))
    target.finish(models)


def _files(*places: str) -> list[str]:
    damaged = []
    for here, there in zip((ENV.file_store, ENV.handed_store, ENV.test_mailbox_store), places, strict=True):
        if here != there:
            with _told(Path(here).name) as tell:
                damaged += files.copy(DirectoryStore(Path(here)), store_from(there), tell)
    return damaged


@contextmanager
def _told(what: str) -> Iterator[tables.Tell]:
    """A bar in a terminal; elsewhere a line at its end, and meanwhile one in a while."""
    last = [time.monotonic(), -1, 0]
    live = sys.stdout.isatty()

    def tell(done: int, total: int) -> None:
        last[1:] = done, total
        now = time.monotonic()
        if now - last[0] >= _EVERY and done < total:
            last[0] = now
            sys.stdout.write(f"\r{_bar(what, done, total)}" if live else f"{_bar(what, done, total)}\n")
            sys.stdout.flush()

    yield tell
    if live:
        sys.stdout.write("\r")
    sys.stdout.write(f"{_bar(what, int(last[1]), int(last[2]))}\n")
    sys.stdout.flush()


def _bar(what: str, done: int, total: int) -> str:
    share = done / total if total else 1.0
    return f"{what:<34} [{'#' * int(24 * share):<24}] {done:>12,} of {total:,}"


def _say_what_is_next(target: Target, future: Environment, damaged: Sequence[str]) -> None:
    for key in damaged:
        sys.stderr.write(f"{key} is damaged here; it was not copied.\n")
    named, old = "ODZIV_DATABASE_URL", [str(connection.settings_dict["NAME"])]
    if future.file_store != ENV.file_store:
        named, old = "ODZIV_DATABASE_URL and ODZIV_FILES", [*old, ENV.file_store]
    sys.stdout.write(
        f"Moved to {target.name}. Start Odziv with {named} set to what you named here. Each further machine needs the "
        f"folder {ENV.seal_keys.parent} too. When everything works, {' and '.join(old)} may be removed, and nothing "
        f"else in {ENV.data}.\n"
    )
