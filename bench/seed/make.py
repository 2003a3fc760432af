"""`python -m bench.seed.make SCALE SEED ENDS`: fills the configured database, which must be empty.

Without arguments it brings one that was filled before up to date with the models.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module

import django
from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bench.seed.scale import Scale


def make(scale: Scale, seed: int, ends: float, say: Callable[[str], None]) -> None:
    """Make tables and fill them. `ends` is the last moment of the data, in Unix seconds."""
    from bench.seed.chance import Chance
    from bench.seed.columns import tables
    from bench.seed.copies import copy
    from bench.seed.load import loading
    from bench.seed.mail import PIECE, Mail
    from bench.seed.people import organisations
    from odziv.models import MessageWords

    fillings = [
        import_module(f"odziv.migrations.{name}").fill for name in ("0038_words_filled", "0054_owners_in_words")
    ]

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    chance, into, begun = Chance(seed), tables(), time.monotonic()
    with loading() as loader:
        made = []
        for rows, organisation in organisations(scale, chance, ends):
            made.append(organisation)
            for name, given in rows.items():
                loader.put(into[name], into[name].rows(given))
        say(f"{scale.records:,} records after {time.monotonic() - begun:.0f} s")
        for number, rows in enumerate(Mail(scale, chance, made, ends).pieces(), 1):
            for name, given in rows.items():
                loader.put(into[name], into[name].rows(given))
            if number % 5 == 0:
                say(f"{number * PIECE:,} messages drawn after {time.monotonic() - begun:.0f} s")
        for fill in fillings:
            fill(apps, connection.schema_editor())
        say(f"words after {time.monotonic() - begun:.0f} s")
        for done in copy(into, scale.copies):
            say(f"{done}: copied after {time.monotonic() - begun:.0f} s")
        say(f"rows written after {time.monotonic() - begun:.0f} s; indexes")
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [MessageWords]):
            cursor.execute(statement)
    say(f"done after {time.monotonic() - begun:.0f} s")


def renew(say: Callable[[str], None]) -> None:
    """Run the migrations that are new since the database was filled, and gather statistics anew."""
    from bench.seed.load import settle

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    begun = time.monotonic()
    call_command("migrate", interactive=False, verbosity=0)
    say(f"migrated after {time.monotonic() - begun:.0f} s")
    settle()
    say(f"settled after {time.monotonic() - begun:.0f} s")


def main(arguments: list[str], say: Callable[[str], None]) -> None:
    """What the command line asks for."""
    if not arguments:
        renew(say)
        return
    scale, seed, ends = arguments
    make(Scale(**json.loads(scale)), int(seed), float(ends), say)


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1:], lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
