"""What `bin/bench ingest` says of what it measured, and what it measures with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from bench.ingest import run
from bench.ingest.hits import Copy, Hits
from odziv.lib.seal import Kind


def found(rate: int, cpu: float, flooded: float) -> dict[str, Any]:
    one = {"range": [1, 2], "cpu_range": [1.0, 2.0]}
    return {
        "backlog, sqlite": {
            "Odziv": {**one, "rate": rate, "cpu_us": cpu},
            "bare counting": {**one, "rate": 50_000, "cpu_us": 15.0},
            "row by row, Django's ORM": {**one, "rate": 500, "cpu_us": 1500.0},
        },
        "flood, sqlite": {
            "ordinary copies": {**one, "rate": 1, "cpu_us": 100.0},
            "and a flood": {**one, "rate": 1, "cpu_us": flooded},
        },
        "steady, sqlite": {"2,000/s": {"cpu_range": [1.0, 2.0], "cpu_us": 1.0, "lag": 0.4, "longest_lag": 1.9}},
    }


def test_each_bar_says_whether_it_is_met(capsys: pytest.CaptureFixture[str]) -> None:
    told = found(9_999, 150.0, 121.0)
    bars = {bar.about: bar for bar in run.judged(told)}
    assert [(about, bar.holds) for about, bar in bars.items()] == [
        ("sqlite: hits/s", False),
        ("sqlite: times row by row, by processor time", True),
        ("sqlite: cost of a hit, with a flood to without", False),
        ("sqlite: longest lag at 2,000 hits/s, s", True),
    ]
    run.report(told, list(bars.values()))
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("sqlite: hits/s") and line.endswith("NOT MET") for line in lines)


@pytest.mark.slow
def test_the_same_seed_draws_the_same_hits_in_the_order_of_time() -> None:
    copies = [Copy(UUID(int=1), UUID(int=number), 1 + number % 8) for number in range(1, 500)]
    hits = Hits(copies, 7, 1e9).draw(30_000)
    assert hits == Hits(copies, 7, 1e9).draw(30_000)
    assert [hit.at for hit in hits] == sorted(hit.at for hit in hits)
    assert len({hit.id for hit in hits}) == 30_000
    assert {Kind.OPEN, Kind.IMAGE, Kind.CLICK, Kind.FILE, Kind.HONEYPOT} == {hit.kind for hit in hits}
    assert 10 < hits[-1].at - hits[0].at < 20, "some two thousand a second"


def test_a_flood_is_one_copys() -> None:
    copy = Copy(UUID(int=1), UUID(int=2), 3)
    flood = Hits([copy], 7, 1e9).flood(copy, 1_000, 10)
    assert {hit.delivery for hit in flood} == {copy.delivery}
    assert flood[-1].at - flood[0].at < 10
