"""`bin/bench send`: copies a second of a worker on one core, beside smtplib and a plain Django application."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.bars import Bar, write_bars
from servers.postgres import postgres

ROOT = Path(__file__).resolve().parents[2]
SQLITE, POSTGRESQL = "Odziv, SQLite", "Odziv, PostgreSQL"
SIGNED = {"Odziv, SQLite, DKIM with RSA": "rsa", "Odziv, SQLite, DKIM with Ed25519": "ed25519"}
_CONNECTIONS = 32  # what a mail server of one's own grants: Postfix, 50
_OTHERS = {"smtplib, a message per copy": "smtplib", "plain Django application": "django"}


@dataclass
class Sender:
    """A process that sends so many copies whenever it is asked; it has one core for itself."""

    name: str
    process: subprocess.Popen[str]
    rates: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def send(self, copies: int) -> None:
        """Once, and note how fast. Raises RuntimeError when it ended instead."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{copies}\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        if not said:
            raise RuntimeError(f"{self.name} ended: exit status {self.process.wait()}")
        told = json.loads(said)
        self.rates.append(copies / told["seconds"])
        self.cpu_ms.append(told["cpu"] / copies * 1000)

    def summed(self) -> dict[str, Any]:
        """Medians and ranges of all but the first time, which brings everything up."""
        rates, spent = self.rates[1:], self.cpu_ms[1:]
        return {
            "rate": round(median(rates)),
            "range": [round(min(rates)), round(max(rates))],
            "cpu_ms": round(median(spent), 3),
            "cpu_range": [round(min(spent), 3), round(max(spent), 3)],
        }


def run(argv: Sequence[str]) -> int:
    """Returns 1 when a bar is missed."""
    arguments = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="odziv-bench-") as folder:
        found = measure(Path(folder), arguments.rounds, arguments.copies, dkim=arguments.dkim)
    bars = judged(found)
    if arguments.json:
        json.dump({"senders": found, "bars": [bar.told() for bar in bars]}, sys.stdout, indent=1)
    else:
        _report(found)
        write_bars(bars)
    return int(not all(bar.holds for bar in bars))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/bench send", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--copies", type=int, default=2000, help="of ours in a round; of the others a quarter")
    parser.add_argument(
        "--dkim", action="store_true", help="signed copies too, with a key of 2,048 bits and of Ed25519"
    )
    return parser


def measure(folder: Path, rounds: int, copies: int, *, dkim: bool = False) -> dict[str, Any]:
    """Everything runs side by side all the time and is asked in turns, so that a noisy machine is noisy for all."""
    with ExitStack() as stack:
        sink = stack.enter_context(_asked("bench.send.sink", [], {}, core=-1))
        assert sink.stdout is not None
        port = sink.stdout.readline().strip()
        address = stack.enter_context(postgres())
        senders = []
        ours = [(SQLITE, {}, ""), (POSTGRESQL, {"ODZIV_DATABASE_URL": address}, "")]
        ours += [(name, {}, kind) for name, kind in SIGNED.items() if dkim]
        for name, settings, kind in ours:
            data = folder / f"data{len(senders)}"
            data.mkdir()
            environment = {**settings, "ODZIV_DATA": str(data), "DJANGO_SETTINGS_MODULE": "odziv.settings"}
            arguments = [port, str(_CONNECTIONS), kind]
            senders.append(Sender(name, stack.enter_context(_asked("bench.send.ours", arguments, environment))))
        for name, kind in _OTHERS.items():
            arguments = [kind, port, str(folder)]
            senders.append(Sender(name, stack.enter_context(_asked("bench.send.others", arguments, {}))))
        for number in range(rounds + 1):
            for sender in senders:
                wanted = copies // 4 if sender.name in _OTHERS else copies
                sender.send(wanted if number else wanted // 4)
        return {sender.name: sender.summed() for sender in senders}


def judged(found: Mapping[str, Any]) -> list[Bar]:
    """Each bar, with the median that it is held against."""
    plain = found["plain Django application"]["rate"]
    ours = (SQLITE, POSTGRESQL)
    bars = [Bar(f"{name}, copies/s on one core", found[name]["rate"], least=800) for name in ours]
    bars += [Bar(f"{name}, processor time a copy, ms", found[name]["cpu_ms"], most=1.25) for name in ours]
    return [*bars, Bar("times a plain Django application", found[SQLITE]["rate"] / plain, least=4)]


@contextmanager
def _asked(
    module: str, arguments: list[str], settings: dict[str, str], core: int = 0
) -> Iterator[subprocess.Popen[str]]:
    """A process that reads what is wanted from its standard input; on one core, the machine's first or last."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ODZIV_")}
    cores = sorted(os.sched_getaffinity(0))
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, env={**kept, **settings}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    os.sched_setaffinity(process.pid, {cores[core]})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _report(found: Mapping[str, Any]) -> None:
    sys.stdout.write(f"\n{'':32} copies/s         range   CPU ms/copy         range\n")
    for name, one in found.items():
        (low, high), (least, most) = one["range"], one["cpu_range"]
        sys.stdout.write(
            f"{name:32} {one['rate']:8,} {low:7,}–{high:<7,} {one['cpu_ms']:10.3f} {least:7.3f}–{most:<7.3f}\n"
        )
