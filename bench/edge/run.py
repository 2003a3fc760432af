"""`bin/bench edge`: requests a second, latency, processor time and memory of the edge, beside its references."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.bars import Bar, write_bars
from bench.edge import load, rivals
from bench.edge.load import Answered
from bench.edge.rivals import Rival

SLOW_SYNC_US = 2000
_SEALED = 2000


@dataclass
class Measured:
    """The rounds of one rival in one discipline."""

    rates: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    """Processor time of its processes for each request, in microseconds; a database server's is not in it."""
    per_sync: list[float] = field(default_factory=list)

    def summed(self) -> dict[str, Any]:
        """Medians, and the range of the rates."""
        told: dict[str, Any] = {
            "rate": round(median(self.rates)),
            "range": [round(min(self.rates)), round(max(self.rates))],
            "p99_ms": round(median(self.p99s), 2),
            "cpu_us": round(median(self.cpu_us), 1),
        }
        return told | ({"per_sync": round(median(self.per_sync), 1)} if self.per_sync else {})


def run(argv: Sequence[str]) -> int:
    """Returns 1 when a bar is missed."""
    arguments = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="odziv-bench-") as folder:
        found = measure(Path(folder), arguments.rounds, arguments.seconds)
    bars = judged(found)
    if arguments.json:
        json.dump({**found, "bars": [bar.told() for bar in bars]}, sys.stdout, indent=1)
    else:
        report(found, bars)
    return int(not all(bar.holds for bar in bars))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/bench edge", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement in a round")
    return parser


def measure(folder: Path, rounds: int, seconds: float) -> dict[str, Any]:
    """Everything runs side by side all the time and is asked in turns, so that a noisy machine is noisy for all."""
    with ExitStack() as stack:
        edge = stack.enter_context(rivals.edge(folder / "edge", sealed=_SEALED))
        slow = stack.enter_context(rivals.edge(folder / "slow", sealed=_SEALED, slow_sync_us=SLOW_SYNC_US))
        nginx = stack.enter_context(rivals.nginx(folder / "nginx", edge))
        others = [
            stack.enter_context(rivals.django(folder / "d1", "sqlite", edge)),
            stack.enter_context(rivals.django(folder / "d2", "postgresql", edge)),
            stack.enter_context(rivals.django(folder / "d3", "sqlite", edge, tracked=True)),
        ]
        slow_django = stack.enter_context(rivals.django(folder / "d4", "sqlite", edge, slow_sync_us=SLOW_SYNC_US))
        tables: dict[str, dict[str, Measured]] = {"beacon": {}, "redirect": {}, "slow disk": {}, "steady": {}}
        for _ in range(rounds):
            for rival in (nginx, edge, *others):
                _ask(tables["beacon"], rival, rival.beacons, seconds, load.flood)
            for rival in (nginx, edge):
                _ask(tables["redirect"], rival, rival.redirects, seconds, load.flood)
            for rival in (slow, slow_django):
                _ask(tables["slow disk"], rival, rival.beacons, seconds, load.flood)
            _ask(tables["steady"], edge, edge.beacons, seconds, _five_thousand)
        memory, started = edge.spent().memory, edge.started
    return {
        **{name: {who: one.summed() for who, one in table.items()} for name, table in tables.items()},
        "memory_mb": round(memory / 1e6, 1),
        "start_seconds": round(started, 2),
    }


def _five_thousand(address: str, paths: Sequence[str], seconds: float) -> Answered:
    return load.steady(address, paths, 5000, max(1, round(seconds)))


def _ask(
    table: dict[str, Measured],
    rival: Rival,
    paths: Sequence[str],
    seconds: float,
    how: Callable[[str, Sequence[str], float], Answered],
) -> None:
    one = table.setdefault(rival.name, Measured())
    before, commits = rival.spent(), rival.commits() if rival.name == "Odziv edge" else None
    answered = how(rival.address, paths, seconds)
    after = rival.spent()
    one.rates.append(answered.rate)
    one.p99s.append(answered.p99)
    one.cpu_us.append((after.seconds - before.seconds) / answered.requests * 1e6)
    if commits is not None:
        hits, syncs = (now - then for now, then in zip(rival.commits(), commits, strict=True))
        one.per_sync.append(hits / max(1, syncs))


def judged(found: dict[str, Any]) -> list[Bar]:
    """Each bar, with the median that it is held against."""
    beacon, redirect, slow = found["beacon"], found["redirect"], found["slow disk"]
    ours = beacon["Odziv edge"]
    return [
        Bar("beacon, share of nginx", ours["rate"] / beacon["nginx"]["rate"], least=0.35),
        Bar("beacon, times the Django view on SQLite", ours["rate"] / beacon["Django view, SQLite"]["rate"], least=20),
        Bar(
            "beacon, times the Django view on PostgreSQL",
            ours["rate"] / beacon["Django view, PostgreSQL"]["rate"],
            least=12,
        ),
        Bar("processor time per beacon, times nginx", ours["cpu_us"] / beacon["nginx"]["cpu_us"], most=2.5),
        Bar("answers per sync", ours["per_sync"], least=16),
        Bar("redirect, share of nginx", redirect["Odziv edge"]["rate"] / redirect["nginx"]["rate"], least=0.30),
        Bar("99 % at 5,000 requests/s, ms", found["steady"]["Odziv edge"]["p99_ms"], most=5),
        Bar("slow disk (2 ms per sync), events/s", slow["Odziv edge"]["rate"], least=8000),
        Bar("slow disk, 99 %, ms", slow["Odziv edge"]["p99_ms"], most=15),
        Bar("memory, MB", found["memory_mb"], most=80),
        Bar("start, s", found["start_seconds"], most=0.5),
    ]


def report(found: dict[str, Any], bars: Sequence[Bar]) -> None:
    """Write tables to standard output."""
    for name in ("beacon", "redirect", "slow disk", "steady"):
        _write(f"\n{name:34}  requests/s         range   99 %, ms   µs/request")
        for who, one in found[name].items():
            low, high = one["range"]
            _write(f"  {who:32}  {one['rate']:10,} {low:7,}–{high:<7,} {one['p99_ms']:9.2f} {one['cpu_us']:10.1f}")
    write_bars(bars)


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
