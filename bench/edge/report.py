"""What was measured, against the bars: as a table, and in the README."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.bars import Bar
from bench.readme import measured, write
from bench.readme import short as _short

EDGE = "Odziv edge"
STRANGERS = "Odziv edge, no header twice"
_NGINX = "nginx"


@dataclass(frozen=True, slots=True)
class RoundsBar(Bar):
    """A bar for the median of the rounds."""

    values: Sequence[float] = ()

    @property
    def wanted(self) -> str:
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"

    def told(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "met": self.holds}


def _bar(about: str, values: Sequence[float], *, least: float | None = None, most: float | None = None) -> RoundsBar:
    return RoundsBar(about, median(values), least, most, values)


def judged(found: dict[str, Any]) -> list[RoundsBar]:
    """The bars of what was measured. Ratios are of measurements of the same round, seconds apart."""
    tables = found["disciplines"]
    bars = []
    if beacon := tables.get("beacon"):
        ours = beacon[EDGE]
        bars += [
            _bar("beacon, share of nginx", _ratios(beacon, "rate", _NGINX), least=0.35),
            _bar("beacon, times the Django view on SQLite", _ratios(beacon, "rate", "Django view, SQLite"), least=20),
            _bar("beacon, times it on PostgreSQL", _ratios(beacon, "rate", "Django view, PostgreSQL"), least=12),
            _bar("processor time per beacon, times nginx", _ratios(beacon, "cpu_us", _NGINX), most=2.5),
            _bar("answers per sync", ours["per_sync"], least=16),
        ]
    if redirect := tables.get("redirect"):
        bars.append(_bar("redirect, share of nginx", _ratios(redirect, "rate", _NGINX), least=0.30))
    if steady := tables.get("steady"):
        bars.append(_bar("99 % at 5,000 requests/s, ms", steady[EDGE]["p99_ms"], most=5))
    if slow := tables.get("slow disk"):
        bars += [
            _bar("slow disk (2 ms per sync), events/s", slow[EDGE]["rate"], least=8000),
            _bar("slow disk, 99 %, ms", slow[EDGE]["p99_ms"], most=15),
        ]
    bars += [
        _bar("memory, MB", [found["memory_mb"]], most=80),
        _bar("start, s", [found["start_seconds"]], most=0.5),
    ]
    return bars


def _ratios(table: dict[str, Any], figure: str, other: str) -> list[float]:
    return [ours / theirs for ours, theirs in zip(table[EDGE][figure], table[other][figure], strict=True)]


def joined(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several measurements on one machine as one: the rounds of all, in their order."""
    disciplines: dict[str, dict[str, dict[str, list[float]]]] = {}
    for part in parts:
        for name, rivals in part["disciplines"].items():
            for who, figures in rivals.items():
                one = disciplines.setdefault(name, {}).setdefault(who, {})
                for figure, rounds in figures.items():
                    one.setdefault(figure, []).extend(rounds)
    memory, started = (max(part[name] for part in parts) for name in ("memory_mb", "start_seconds"))
    return {**parts[-1], "disciplines": disciplines, "memory_mb": memory, "start_seconds": started}


def table(found: dict[str, Any], bars: Sequence[RoundsBar]) -> str:
    """For the terminal."""
    lines = [found["machine"]]
    for name, rivals in found["disciplines"].items():
        lines += ["", f"{name:34}  requests/s           range   50 %, ms   99 %, ms   µs/request"]
        for who, one in rivals.items():
            rate, low, high = round(median(one["rate"])), min(one["rate"]), max(one["rate"])
            times = f"{median(one['p50_ms']):10.2f} {median(one['p99_ms']):10.2f} {median(one['cpu_us']):12.1f}"
            lines.append(f"  {who:32}  {rate:10,} {f'{low:,}–{high:,}':>15} {times}")
    lines += ["", f"{'bar':44} {'median':>9} {'range':>16}  wanted"]
    for bar in bars:
        span = f"{_short(min(bar.values))}–{_short(max(bar.values))}"
        met = "met" if bar.holds else "NOT MET"
        lines.append(f"{bar.about:44} {_short(bar.value):>9} {span:>16}  {bar.wanted:14} {met}")
    return "\n".join(lines) + "\n"


def write_readme(readme: Path, found: dict[str, Any], bars: Sequence[RoundsBar]) -> None:
    """Put the tables into their place. Raises ValueError when there is none."""
    write(readme, "edge", _markdown(found, bars))


def _markdown(found: dict[str, Any], bars: Sequence[RoundsBar]) -> str:
    lines = ["| one process, 64 connections | answers/s | 99 % within | processor time each |", "|---|---|---|---|"]
    names = {"beacon": "", "redirect": ", redirect", "slow disk": ", disk with 2 ms per sync"}
    for name, called in names.items():
        for who, one in found["disciplines"].get(name, {}).items():
            rate, p99, cpu = (median(one[figure]) for figure in ("rate", "p99_ms", "cpu_us"))
            lines.append(f"| {who}{called} | {round(rate):,} | {p99:.1f} ms | {cpu:.0f} µs |")
    lines += ["", "| | measured (median and range of the rounds) | wanted | |", "|---|---|---|---|"]
    for bar in bars:
        span = "" if len(bar.values) == 1 else f" ({_short(min(bar.values))}–{_short(max(bar.values))})"
        met = "met" if bar.holds else "not met"
        lines.append(f"| {bar.about} | {_short(bar.value)}{span} | {bar.wanted} | {met} |")
    return "\n".join([*lines, "", measured(found["machine"]), ""])
