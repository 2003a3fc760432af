"""`python -m bench COMMAND …`; `bin/bench` sets everything up and calls it."""

from __future__ import annotations

import sys

from bench import pages
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
}


def main(argv: list[str]) -> int:
    """Run one bench; returns its exit status, 2 for a wrong command line."""
    if not argv or argv[0] not in COMMANDS:
        sys.stderr.write(f"usage: bin/bench {{{','.join(COMMANDS)}}} … ; each knows --help\n")
        return 2
    return COMMANDS[argv[0]](argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
