"""What `bin/bench edge` says of what it measured: ratios of the same round, their median against the bar."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.edge import report
from bench.edge.report import EDGE
from bench.readme import marks

BEGIN, END = marks("edge")


def one(rate: list[float], cpu: list[float], **more: list[float]) -> dict[str, list[float]]:
    return {"rate": rate, "cpu_us": cpu, "p50_ms": [1.0] * 3, "p99_ms": [2.0] * 3, **more}


def found(**disciplines: dict[str, Any]) -> dict[str, Any]:
    return {"machine": "a machine", "disciplines": disciplines, "memory_mb": 40.0, "start_seconds": 0.2}


BEACON = {
    EDGE: one([30, 10, 40], [20, 18, 16], per_sync=[30.0, 40.0, 50.0]),
    "nginx": one([100, 20, 100], [10, 6, 8]),
    "Django view, SQLite": one([1, 1, 1], [500, 500, 500]),
    "Django view, PostgreSQL": one([5, 5, 5], [500, 500, 500]),
}


def test_ratios_are_of_one_round() -> None:
    """The second round was slow for everybody; that makes no difference."""
    bars = {bar.about: bar for bar in report.judged(found(beacon=BEACON))}
    share = bars["beacon, share of nginx"]
    assert list(share.values) == [0.3, 0.5, 0.4]
    assert (share.value, share.holds) == (0.4, True)
    assert bars["processor time per beacon, times nginx"].value == 2
    assert not bars["beacon, times it on PostgreSQL"].holds
    assert "redirect, share of nginx" not in bars, "only what was measured is judged"


def test_parts_are_joined_round_by_round() -> None:
    steady = {EDGE: one([5000] * 3, [20] * 3)}
    parts = [found(beacon=BEACON), {**found(beacon=BEACON, steady=steady), "memory_mb": 50.0}]
    joined = report.joined(parts)
    assert list(joined["disciplines"]) == ["beacon", "steady"]
    assert joined["disciplines"]["beacon"][EDGE]["rate"] == [30, 10, 40] * 2
    assert joined["disciplines"]["steady"] == steady
    assert joined["memory_mb"] == 50
    assert [bar.value for bar in report.judged(joined)][:1] == [0.4]


def test_the_readme_gets_the_table_between_its_marks(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    measured = found(beacon=BEACON)
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    for _ in range(2):
        report.write_readme(readme, measured, report.judged(measured))
    text = readme.read_text()
    assert text.startswith("before\n") and text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert text.count("| beacon, share of nginx | 0.40 (0.30–0.50) | at least 0.35 | met |") == 1
    assert "| Odziv edge | 30 | 2.0 ms | 18 µs |" in text
    assert "a machine" in text
    readme.write_text("no marks")
    with pytest.raises(ValueError, match="no place"):
        report.write_readme(readme, measured, report.judged(measured))
