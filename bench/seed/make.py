"""`python -m bench.seed.make SCALE SEED`: fills the configured database, which must be empty."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import django
from django.core.management import call_command

from bench.seed.scale import Scale


def make(scale: Scale, seed: int, ends: float, say: Callable[[str], None]) -> None:
    """Make tables and fill them. `ends` is the last moment of the data, in Unix seconds."""
    from bench.seed.chance import Chance
    from bench.seed.columns import tables
    from bench.seed.load import loading
    from bench.seed.mail import Mail
    from bench.seed.people import organisations

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
            if number % 40 == 0:
                say(f"{number * 5_000:,} messages after {time.monotonic() - begun:.0f} s")
        say(f"rows written after {time.monotonic() - begun:.0f} s; indexes")
    say(f"done after {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    django.setup()
    make(
        Scale(**json.loads(sys.argv[1])),
        int(sys.argv[2]),
        float(sys.argv[3]),
        lambda line: print(line, file=sys.stderr, flush=True),  # noqa: T201
    )
