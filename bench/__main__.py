"""`python -m bench COMMAND …`; `bin/bench` sets everything up and calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

from bench import pages, storage
from bench.edge import run as edge
from bench.ingest import run as ingest
from bench.instrument import run as instrument
from bench.send import run as send

COMMANDS = {
    "edge": edge.run,
    "ingest": ingest.run,
    "instrument": instrument.run,
    "pages": pages.run,
    "send": send.run,
    "storage": storage.run,
}


def main(argv: list[str]) -> int:
    """Run one bench, or all; returns its exit status (of all: the worst), 2 for a wrong command line."""
    if argv and argv[0] in COMMANDS:
        return COMMANDS[argv[0]](argv[1:])
    if argv in ([], ["--json"]):
        return every(list(COMMANDS), as_json=bool(argv))
    sys.stderr.write(f"usage: bin/bench [--json] | bin/bench {{{','.join(COMMANDS)}}} … ; each knows --help\n")
    return 2


def every(names: Sequence[str], *, as_json: bool) -> int:
    """One after the other, each in a process of its own; with `as_json` one document, by their names."""
    worst, told = 0, {}
    for name in names:
        command = [sys.executable, "-m", "bench", name]
        if as_json:
            done = subprocess.run([*command, "--json"], stdout=subprocess.PIPE, check=False)
            told[name] = json.loads(done.stdout or "null")
        else:
            sys.stdout.write(f"\n{name}\n\n")
            sys.stdout.flush()
            done = subprocess.run(command, check=False)
        worst = max(worst, done.returncode)
    if as_json:
        json.dump(told, sys.stdout, indent=1)
        sys.stdout.write("\n")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
