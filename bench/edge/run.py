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
from typing import Any

from bench.edge import load, report, rivals
from bench.edge.load import Answered
from bench.edge.report import EDGE, STRANGERS
from bench.edge.rivals import Rival
from bench.machine import machine

SLOW_SYNC_US = 2000
STEADY_RATE = 5000
DISCIPLINES = ("beacon", "redirect", "slow disk", "steady")
_SEALED = 2100
_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Measured:
    """The rounds of one rival in one discipline."""

    rates: list[float] = field(default_factory=list)
    p50s: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    """Processor time of its processes for each request, in microseconds; a database server's is not in it."""
    per_sync: list[float] = field(default_factory=list)

    def told(self) -> dict[str, list[float]]:
        """Every round, as JSON has it."""
        return {
            "rate": [round(rate) for rate in self.rates],
            "p50_ms": [round(time, 2) for time in self.p50s],
            "p99_ms": [round(time, 2) for time in self.p99s],
            "cpu_us": [round(time, 1) for time in self.cpu_us],
            **({"per_sync": [round(number, 1) for number in self.per_sync]} if self.per_sync else {}),
        }


def run(argv: Sequence[str]) -> int:
    """Returns 1 when a bar is missed."""
    arguments = _parser().parse_args(argv)
    if arguments.from_json:
        found = report.joined([json.loads(path.read_text()) for path in arguments.from_json])
    else:
        with tempfile.TemporaryDirectory(prefix="odziv-bench-", dir=arguments.folder) as folder:
            found = measure(Path(folder), arguments.only or DISCIPLINES, arguments.rounds, arguments.seconds)
    bars = report.judged(found)
    if arguments.json:
        json.dump({**found, "bars": [bar.told() for bar in bars]}, sys.stdout, indent=1)
    else:
        sys.stdout.write(report.table(found, bars))
    if arguments.readme:
        report.write_readme(_ROOT / "README.md", found, bars)
    return int(not all(bar.holds for bar in bars))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/bench edge", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document with every round instead of a table")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement in a round")
    parser.add_argument("--only", action="append", choices=DISCIPLINES, help="measure this part; may be repeated")
    parser.add_argument("--folder", help="where databases and spool are: on the disk that is to be measured")
    parser.add_argument(
        "--from-json", action="append", type=Path, metavar="FILE", help="measure nothing, join what --json printed"
    )
    parser.add_argument("--readme", action="store_true", help="put the table into README.md, with this machine's name")
    return parser


def measure(folder: Path, disciplines: Sequence[str], rounds: int, seconds: float) -> dict[str, Any]:
    """Everything runs side by side all the time and is asked in turns, so that a noisy machine is noisy for all."""
    tables: dict[str, dict[str, Measured]] = {name: {} for name in DISCIPLINES if name in disciplines}
    with ExitStack() as stack:
        edge = stack.enter_context(rivals.edge(folder / "edge", sealed=_SEALED))
        asked = _asked(stack, folder, edge, tables)
        for _ in range(rounds):
            for name, rival, paths, how, called in asked:
                _ask(tables[name].setdefault(called, Measured()), rival, paths, seconds, how)
        memory, started = edge.spent().memory, edge.started
    return {
        "machine": machine(folder),
        "disciplines": {name: {who: one.told() for who, one in table.items()} for name, table in tables.items()},
        "memory_mb": round(memory / 1e6, 1),
        "start_seconds": round(started, 2),
    }


_How = Callable[[str, Sequence[str], float], Answered]


def _asked(
    stack: ExitStack, folder: Path, edge: Rival, wanted: dict[str, dict[str, Measured]]
) -> list[tuple[str, Rival, Sequence[str], _How, str]]:
    """Who is asked for what and how, in which discipline, and under which name; whoever is needed is started."""
    asked: list[tuple[str, Rival, Sequence[str], _How, str]] = []
    if not wanted.keys().isdisjoint(("beacon", "redirect", "steady")):
        nginx = stack.enter_context(rivals.nginx(folder / "nginx", edge))
    if "beacon" in wanted:
        others = [
            stack.enter_context(rivals.django(folder / "d1", "sqlite", edge)),
            stack.enter_context(rivals.django(folder / "d2", "postgresql", edge)),
            stack.enter_context(rivals.django(folder / "d3", "sqlite", edge, tracked=True)),
        ]
        asked += [("beacon", rival, rival.beacons, load.flood, rival.name) for rival in (nginx, edge)]
        asked.append(("beacon", edge, edge.beacons, load.strangers, STRANGERS))
        asked += [("beacon", rival, rival.beacons, load.flood, rival.name) for rival in others]
    if "redirect" in wanted:
        asked += [("redirect", rival, rival.redirects, load.flood, rival.name) for rival in (nginx, edge)]
    if "slow disk" in wanted:
        slow = stack.enter_context(rivals.edge(folder / "slow", sealed=_SEALED, slow_sync_us=SLOW_SYNC_US))
        django = stack.enter_context(rivals.django(folder / "d4", "sqlite", edge, slow_sync_us=SLOW_SYNC_US))
        asked += [("slow disk", rival, rival.beacons, load.flood, rival.name) for rival in (slow, django)]
    if "steady" in wanted:
        asked += [("steady", rival, rival.beacons, _steady, rival.name) for rival in (nginx, edge)]
    return asked


def _steady(address: str, paths: Sequence[str], seconds: float) -> Answered:
    return load.steady(address, paths, STEADY_RATE, seconds)


def _ask(one: Measured, rival: Rival, paths: Sequence[str], seconds: float, how: _How) -> None:
    before, commits = rival.spent(), rival.commits() if rival.name == EDGE else None
    answered = how(rival.address, paths, seconds)
    after = rival.spent()
    one.rates.append(answered.rate)
    one.p50s.append(answered.p50)
    one.p99s.append(answered.p99)
    one.cpu_us.append((after.seconds - before.seconds) / answered.requests * 1e6)
    if commits is not None:
        hits, syncs = (now - then for now, then in zip(rival.commits(), commits, strict=True))
        one.per_sync.append(hits / max(1, syncs))
