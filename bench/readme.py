"""The tables of the README: each bench has a place between two marks, and says when and where it was measured."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.machine import machine

README = Path(__file__).resolve().parent.parent / "README.md"
Row = Sequence[str]


def marks(part: str) -> tuple[str, str]:
    """What stands before and after the tables of a bench."""
    return f"<!-- bin/bench {part} --readme -->", f"<!-- end of bin/bench {part} -->"


def write(readme: Path, part: str, tables: str) -> None:
    """Replace what stands between the two marks, and nothing else. Raises ValueError when they are missing."""
    begin, end = marks(part)
    text = readme.read_text()
    before, mark, rest = text.partition(begin)
    _, closing, after = rest.partition(end)
    if not (mark and closing):
        raise ValueError(f"{readme} has no place for the table: {begin} … {end}")
    readme.write_text(f"{before}{begin}\n{tables}{end}{after}")


def tables_of(part: str, told: Mapping[str, Any], how: Sequence[str] = ()) -> str:
    """What a bench printed with --json, as Markdown; `how` are the options that it was called with."""
    parts = [*_MADE[part](told)]
    if bars := told.get("bars"):
        parts.append(_table(("", "measured", "wanted", ""), [_bar(bar) for bar in bars]))
    with_options = f", with `{' '.join(how)}`" if how else ""
    return "\n\n".join([*parts, f"{measured(machine(Path(tempfile.gettempdir())))[:-1]}{with_options}."]) + "\n"


def measured(where: str) -> str:
    """The line below: the machine and the day."""
    return f"Measured on {datetime.now(UTC):%Y-%m-%d} on: {where}."


def short(value: float) -> str:
    """Three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _table(head: Row, rows: Sequence[Row]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def _bar(bar: Mapping[str, Any]) -> Row:
    wanted = f"at least {bar['least']:g}" if bar["least"] is not None else f"at most {bar['most']:g}"
    return bar["about"], short(bar["value"]), wanted, "met" if bar["met"] else "not met"


def _span(bounds: Sequence[float]) -> str:
    low, high = bounds
    return f"({short(low)}–{short(high)})"


def _send(told: Mapping[str, Any]) -> list[str]:
    rows = [
        (name, f"{one['rate']:,} {_span(one['range'])}", f"{one['cpu_ms']:.2f} ms {_span(one['cpu_range'])}")
        for name, one in told["senders"].items()
    ]
    return [_table(("60 kB, 40 links, one core", "copies/s", "processor time each"), rows)]


def _instrument(told: Mapping[str, Any]) -> list[str]:
    rows = [(name, f"{one['ms']:.3f} ms {_span(one['range'])}") for name, one in told["steps"].items()]
    return [_table(("60 kB, 40 links", "processor time"), rows)]


def _ingest(told: Mapping[str, Any]) -> list[str]:
    rows = []
    for name, contenders in told.items():
        if name == "bars":
            continue
        for who, one in contenders.items():
            rate = f"{one['rate']:,} {_span(one['range'])}" if "rate" in one else "–"
            lag = f"{one['longest_lag']:.2f} s" if "longest_lag" in one else "–"
            rows.append((name, who, rate, f"{one['cpu_us']:,.0f} µs {_span(one['cpu_range'])}", lag))
    return [_table(("", "", "hits/s", "processor time each", "longest lag"), rows)]


def _pages(told: Mapping[str, Any]) -> list[str]:
    rows = []
    for vendor, pages in told.items():
        slowest = max(pages, key=lambda page: page["median"])
        faults = sum(bool(page["faults"]) for page in pages)
        middle = sorted(page["median"] for page in pages)[len(pages) // 2]
        rows.append(
            (vendor, str(len(pages)), f"{middle:.1f} ms", f"{slowest['median']:.1f} ms", slowest["name"], str(faults))
        )
    return [_table(("", "pages", "median page", "slowest", "which is", "above their bar"), rows)]


def _storage(told: Mapping[str, Any]) -> list[str]:
    rows = [(vendor, f"{one['message']:,} bytes", f"{one['interaction']:,} bytes") for vendor, one in told.items()]
    return [_table(("", "a message, without its body", "an interaction"), rows)]


_MADE = {"send": _send, "instrument": _instrument, "ingest": _ingest, "pages": _pages, "storage": _storage}
