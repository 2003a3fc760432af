"""`python -m bench COMMAND …`; `bin/bench` sets everything up and calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import pages, storage
from bench.edge import run as edge
from bench.ingest import run as ingest
from bench.instrument import run as instrument
from bench.readme import README, tables_of, write
from bench.send import run as send

COMMANDS = {
    "edge": edge.run,
    "ingest": ingest.run,
    "instrument": instrument.run,
    "pages": pages.run,
    "send": send.run,
    "storage": storage.run,
}


# With --small: a tenth of everything and less, for a first look; bars are for the whole.
SMALL: dict[str, list[str]] = {
    "edge": ["--seconds", "1"],
    "ingest": ["--hits", "20000", "--seconds", "5", "--largest-journal", "100000"],
    "instrument": ["--rounds", "3"],
    "pages": ["--messages", "20000", "--interactions", "200000", "--records", "10000", "--organisations", "10"],
    "send": ["--copies", "800", "--dkim"],
    "storage": ["--messages", "5000"],
}
WHOLE: dict[str, list[str]] = {
    "ingest": ["--largest"],
    "pages": ["--interactions", "10000000"],
    "send": ["--dkim"],
}


def main(argv: list[str]) -> int:
    """Run one bench, or all; returns its exit status (of all: the worst), 2 for a wrong command line."""
    if argv and argv[0] in COMMANDS:
        if "--readme" in argv and argv[0] != "edge":
            return _into_readme(argv[0], [word for word in argv[1:] if word != "--readme"], README)
        return COMMANDS[argv[0]](argv[1:])
    if set(argv) <= {"--json", "--small", "--readme"}:
        options = SMALL if "--small" in argv else WHOLE
        return every(list(COMMANDS), options, as_json="--json" in argv, readme="--readme" in argv)
    sys.stderr.write(
        "usage: bin/bench [--small] [--json | --readme] | "
        f"bin/bench {{{','.join(COMMANDS)}}} [--readme] … ; each knows --help\n"
    )
    return 2


def every(
    names: Sequence[str], options: Mapping[str, list[str]], *, as_json: bool = False, readme: bool = False
) -> int:
    """One after the other, each in a process of its own; with `as_json` one document, by their names; with `readme`
    each puts its tables into the README when it is done, so that the others stay as they are when one fails."""
    worst, told = 0, {}
    for name in names:
        command = [sys.executable, "-m", "bench", name, *options.get(name, ())]
        if as_json:
            done = subprocess.run([*command, "--json"], stdout=subprocess.PIPE, check=False)
            told[name] = json.loads(done.stdout or "null")
        else:
            sys.stdout.write(f"\n{name}\n\n")
            sys.stdout.flush()
            done = subprocess.run([*command, *(["--readme"] if readme else [])], check=False)
        worst = max(worst, done.returncode)
    if as_json:
        json.dump(told, sys.stdout, indent=1)
        sys.stdout.write("\n")
    return worst


def _into_readme(name: str, options: list[str], readme: Path) -> int:
    """Run one bench and put its tables into their place; they are printed too."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", name, *options, "--json"], stdout=subprocess.PIPE, check=False
    )
    if not done.stdout:
        return done.returncode or 1
    tables = tables_of(name, json.loads(done.stdout), options)
    sys.stdout.write(tables)
    write(readme, name, tables)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
