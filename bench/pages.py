"""`bin/bench pages`: how long each page takes with a large database, how many queries, and what their plans are."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.database import ROOT, seeded
from bench.seed.scale import Scale

DATABASES = ("sqlite", "postgresql")


def run(argv: Sequence[str]) -> int:
    """Returns 1 when a page took longer than it may, answered with an error, or has a query with a bad plan."""
    arguments = _parser().parse_args(argv)
    scale = Scale(arguments.messages, arguments.interactions, arguments.records, arguments.organisations)
    chosen = DATABASES if arguments.database == "both" else (arguments.database,)
    found: dict[str, list[dict[str, Any]]] = {}
    for vendor in chosen:
        print(f"{vendor}: {scale.messages:,} messages, {scale.interactions:,} interactions", file=sys.stderr)  # noqa: T201
        with seeded(vendor, scale, arguments.cache) as environment:
            command = [sys.executable, "-m", "bench.asking", str(arguments.rounds), arguments.only]
            done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
        found[vendor] = [_summed(page, arguments.by) for page in json.loads(done.stdout)]
    report(found, as_json=arguments.json, everything=arguments.plans)
    return int(any(page["faults"] for pages in found.values() for page in pages))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/bench pages", description=__doc__)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    parser.add_argument("--plans", action="store_true", help="the slowest query of every page, not of bad ones only")
    parser.add_argument(
        "--by",
        choices=("time", "work"),
        default="time",
        help="what the bar is for: the time a page takes, or, where the machine does more, the processor's work",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="a regular expression that the names of the pages must match")
    usual = Scale()
    for name in ("messages", "interactions", "records", "organisations"):
        parser.add_argument(f"--{name}", type=int, default=getattr(usual, name))
    folder = Path(tempfile.gettempdir()) / "odziv-bench"
    parser.add_argument("--cache", type=Path, default=folder, help=f"where seed databases are kept ({folder})")
    return parser


def _summed(page: dict[str, Any], by: str) -> dict[str, Any]:
    """The page with its median, its range, its slowest query, and what is wrong."""
    slowest = max(page["queries"], key=lambda query: query["ms"], default=None)
    middle, spent = median(page["times"]), median(page["work"])
    judged = spent if by == "work" else middle
    faults = [f"{judged:.0f} ms, may take {page['bar']:.0f}"] if judged > page["bar"] else []
    faults += [f"status {page['status']} {page['error']}".rstrip()] if page["status"] != 200 else []
    faults += sorted({one for query in page["queries"] for one in query["findings"]})
    return {
        **{name: page[name] for name in ("name", "url", "status", "size", "bar")},
        "median": round(middle, 2),
        "work": round(spent, 2),
        "range": [round(min(page["times"]), 2), round(max(page["times"]), 2)],
        "queries": len(page["queries"]),
        "slowest": slowest,
        "faults": faults,
        "bad_queries": [query for query in page["queries"] if query["findings"]],
    }


def report(found: dict[str, list[dict[str, Any]]], *, as_json: bool, everything: bool) -> None:
    """Write the figures to standard output."""
    if as_json:
        json.dump(found, sys.stdout, indent=1)
        return
    for vendor, pages in found.items():
        width = max(len(page["name"]) for page in pages)
        _write(f"\n{vendor}\n{'page':{width}}  median      range    work  queries  slowest query")
        for page in pages:
            low, high = page["range"]
            slowest = page["slowest"]["ms"] if page["slowest"] else 0.0
            line = f"{page['name']:{width}} {page['median']:7.1f} {low:5.0f}–{high:<5.0f} {page['work']:6.1f}"
            line += f" {page['queries']:6} {slowest:8.1f} ms"
            _write(f"{line}  {'; '.join(page['faults'])}".rstrip())
            shown = page["bad_queries"] or (
                [page["slowest"]] if (everything or page["faults"]) and page["slowest"] else []
            )
            for query in shown:
                _write(f"    {query['sql'][:1500]}")
                for step in query["plan"]:
                    _write(f"        {step}")
        bad = sum(bool(page["faults"]) for page in pages)
        slow, work = (max(page[name] for page in pages) for name in ("median", "work"))
        _write(f"{len(pages)} pages, {bad} with a fault; slowest median {slow:.1f} ms, most work {work:.1f} ms")


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
