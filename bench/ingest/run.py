"""`bin/bench ingest`: hits a second from the spool to folded figures, beside bare counting and beside row by row."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.bars import Bar
from bench.ingest.copies import Seed, call, scale_of, seed
from bench.seed.scale import Scale

DATABASES = ("sqlite", "postgresql")
SMALL, LARGE, LARGEST = 100_000, 1_000_000, 10_000_000
_EVENTS = 10  # of each e-mail in journals that are compared: how long one is, and nothing else, tells them apart
_COMPARED = 10_000  # copies that are hit in each of these; the shortest has no more
_USUAL = scale_of(SMALL, 30_000)  # where all else is measured
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
    trials = [one for one in _trials(arguments) if arguments.only in ("", one.discipline)]
    tables: dict[str, dict[str, Measured]] = {}
    with ExitStack() as stack:
        seeds = {
            (vendor, scale): stack.enter_context(seed(vendor, scale, arguments.cache))
            for vendor in vendors
            for scale in dict.fromkeys(trial.scale for trial in trials)
        }
        for number in range(arguments.rounds):
            for vendor in vendors:
                for trial in trials:
                    table = tables.setdefault(f"{trial.discipline}, {vendor}", {})
                    trial.run(table.setdefault(trial.who, Measured()), seeds[vendor, trial.scale], number)
            sys.stderr.write(f"round {number + 1} of {arguments.rounds}\n")
    return {name: {who: one.summed() for who, one in table.items()} for name, table in tables.items()}


@dataclass(frozen=True, slots=True)
class _Trial:
    """A line of a discipline's table: a contender with so many hits, `flood` more on one copy, on a database."""

    discipline: str
    who: str
    contender: str
    hits: int
    flood: int = 0
    scale: Scale = _USUAL
    copies: int = 20_000

    def run(self, into: Measured, of: Seed, number: int) -> None:
        with of.copy() as environment:
            asked = (self.hits, self.flood, number, self.copies)
            told = json.loads(call(environment, self.contender, *map(str, asked)))
        if "seconds" in told:
            into.rates.append(told["hits"] / told["seconds"])
        into.cpu_us.append(told["cpu"] / told["hits"] * 1e6)
        into.lags += told.get("lags", [])


def _trials(arguments: argparse.Namespace) -> Iterator[_Trial]:
    for name, shown in NAMES.items():
        yield _Trial("backlog", shown, name, round(arguments.hits * (_OF_ROWS if name == "orm" else 1)))
    for size in sorted({SMALL, arguments.largest_journal, *([LARGEST] if arguments.largest else [])}):
        scale = scale_of(size, size // _EVENTS)
        yield _Trial("journal", f"{size:,}", "product", arguments.hits // 2, scale=scale, copies=_COMPARED)
    # As many ordinary ones on both sides, so that what differs is the flood's.
    yield _Trial("flood", "ordinary copies", "product", arguments.hits // 5)
    yield _Trial("flood", "and a flood", "product", arguments.hits // 5, arguments.hits)
    yield _Trial("steady", "2,000/s", "steady", 2_000 * arguments.seconds)


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
