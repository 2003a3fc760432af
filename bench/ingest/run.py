"""`bin/bench ingest`: hits a second from the spool to folded figures, beside bare counting and beside row by row."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.bars import Bar
from bench.ingest.copies import Seed, call, seed

DATABASES = ("sqlite", "postgresql")
SMALL, LARGE, LARGEST = 100_000, 1_000_000, 10_000_000
_OF_ROWS = 0.02  # what row by row gets of the hits: it is that slow
NAMES = {"product": "Odziv", "counting": "bare counting", "orm": "row by row, Django's ORM"}


@dataclass
class Measured:
    """The rounds of one contender in one discipline."""

    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    """Processor time for each hit, the database server's included, in microseconds."""
    lags: list[float] = field(default_factory=list)

    def summed(self) -> dict[str, Any]:
        """Medians, and ranges."""
        told: dict[str, Any] = {}
        if self.rates:
            told = {"rate": round(median(self.rates)), "range": [round(min(self.rates)), round(max(self.rates))]}
        if self.cpu_us:
            told |= {
                "cpu_us": round(median(self.cpu_us), 1),
                "cpu_range": [round(min(self.cpu_us), 1), round(max(self.cpu_us), 1)],
            }
        if self.lags:
            told |= {"lag": round(median(self.lags), 2), "longest_lag": round(max(self.lags), 2)}
        return told


def run(argv: Sequence[str]) -> int:
    """Returns 1 when a bar is missed."""
    arguments = _parser().parse_args(argv)
    found = measure(arguments)
    bars = judged(found)
    if arguments.json:
        json.dump({**found, "bars": [bar.told() for bar in bars]}, sys.stdout, indent=1)
    else:
        report(found, bars)
    return int(not all(bar.holds for bar in bars))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/bench ingest", description=__doc__)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hits", type=int, default=100_000, help="of a backlog, in each measurement")
    parser.add_argument("--seconds", type=int, default=20, help="of each measurement at a steady rate")
    parser.add_argument("--only", default="", choices=("", "backlog", "journal", "steady", "flood"))
    parser.add_argument(
        "--largest-journal", type=int, default=LARGE, metavar="INTERACTIONS", help="how long the longer journal is"
    )
    parser.add_argument("--largest", action="store_true", help="with a journal of 10,000,000 interactions too")
    folder = Path(tempfile.gettempdir()) / "odziv-bench"
    parser.add_argument("--cache", type=Path, default=folder, help=f"where seed databases are kept ({folder})")
    return parser


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """All disciplines of all databases in turns, so that a noisy machine is noisy for all."""
    vendors = DATABASES if arguments.database == "both" else (arguments.database,)
    usual = sorted({SMALL, arguments.largest_journal})
    sizes = (*usual, LARGEST) if arguments.largest else tuple(usual)
    wanted = {arguments.only} if arguments.only else {"backlog", "journal", "steady", "flood"}
    tables: dict[str, dict[str, Measured]] = {}
    with ExitStack() as stack:
        seeds = {
            (vendor, size): stack.enter_context(seed(vendor, size, arguments.cache))
            for vendor in vendors
            for size in (sizes if "journal" in wanted else (SMALL,))
        }
        for number in range(arguments.rounds):
            for vendor in vendors:
                small = seeds[vendor, SMALL]
                backlog, journal, steady, flood = (
                    tables.setdefault(f"{name}, {vendor}", {}) for name in ("backlog", "journal", "steady", "flood")
                )
                if "backlog" in wanted:
                    for name, shown in NAMES.items():
                        hits = round(arguments.hits * (_OF_ROWS if name == "orm" else 1))
                        _ask(backlog, shown, small, name, hits, 0, number)
                if "journal" in wanted:
                    for size in sizes:
                        _ask(journal, f"{size:,}", seeds[vendor, size], "product", arguments.hits // 2, 0, number)
                if "flood" in wanted:
                    # As many ordinary ones on both sides, so that what differs is the flood's.
                    _ask(flood, "ordinary copies", small, "product", arguments.hits // 5, 0, number)
                    _ask(flood, "and a flood", small, "product", arguments.hits // 5, arguments.hits, number)
                if "steady" in wanted:
                    _ask(steady, "2,000/s", small, "steady", 2_000 * arguments.seconds, 0, number)
            sys.stderr.write(f"round {number + 1} of {arguments.rounds}\n")
    return {name: {who: one.summed() for who, one in table.items()} for name, table in tables.items() if table}


def _ask(table: dict[str, Measured], who: str, of: Seed, name: str, hits: int, flood: int, number: int) -> None:
    one = table.setdefault(who, Measured())
    with of.copy() as environment:
        told = json.loads(call(environment, name, str(hits), str(flood), str(number)))
    if "seconds" in told:
        one.rates.append(told["hits"] / told["seconds"])
    one.cpu_us.append(told["cpu"] / told["hits"] * 1e6)
    one.lags += told.get("lags", [])


def judged(found: dict[str, Any]) -> list[Bar]:
    """Each bar, with the median that it is held against."""
    bars = []
    for vendor in DATABASES:
        if backlog := found.get(f"backlog, {vendor}"):
            ours = backlog[NAMES["product"]]
            bars.append(Bar(f"{vendor}: hits/s", ours["rate"], least=10_000))
            slow = backlog[NAMES["orm"]]["cpu_us"]
            # What 10,000 hits/s come to with two cores, on a machine that is faster or slower.
            bars.append(Bar(f"{vendor}: times row by row, by processor time", slow / ours["cpu_us"], least=8))
        if journal := found.get(f"journal, {vendor}"):
            costs = [one["cpu_us"] for one in journal.values()]
            bars.append(Bar(f"{vendor}: cost of a hit, longest journal to shortest", costs[-1] / costs[0], most=1.3))
        if flood := found.get(f"flood, {vendor}"):
            costs = [one["cpu_us"] for one in flood.values()]
            bars.append(Bar(f"{vendor}: cost of a hit, with a flood to without", costs[1] / costs[0], most=1.2))
        if steady := found.get(f"steady, {vendor}"):
            bars.append(Bar(f"{vendor}: longest lag at 2,000 hits/s, s", steady["2,000/s"]["longest_lag"], most=2))
    return bars


def report(found: dict[str, Any], bars: Sequence[Bar]) -> None:
    """Write tables to standard output."""
    for name, table in found.items():
        _write(f"\n{name:30}     hits/s           range   µs/hit         range   lag, s  longest")
        for who, one in table.items():
            low, high = one.get("range", (0, 0))
            least, most = one["cpu_range"]
            line = f"  {who:28} {one.get('rate', 0):10,} {low:7,}–{high:<7,}"
            line += f" {one['cpu_us']:8.1f} {least:6.1f}–{most:<6.1f}"
            _write(line + (f" {one['lag']:8.2f} {one['longest_lag']:8.2f}" if "lag" in one else ""))
    _write(f"\n{'bar':52} {'measured':>9}  wanted")
    for bar in bars:
        wanted = f"at least {bar.least:g}" if bar.least is not None else f"at most {bar.most:g}"
        _write(f"{bar.about:52} {bar.value:9.2f}  {wanted:16} {'met' if bar.holds else 'NOT MET'}")


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
