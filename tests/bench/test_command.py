"""`bin/bench`: one of the benches, or all of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import COMMANDS, SMALL, every, main
from bench.readme import README, marks, tables_of, write


@pytest.mark.parametrize("argv", [["fly"], ["--fast"], ["--json", "edge"], ["--small", "send"]])
def test_a_wrong_command_line_names_the_benches(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in COMMANDS)


@pytest.mark.slow
def test_several_come_one_after_the_other(capfd: pytest.CaptureFixture[str]) -> None:
    assert every(["instrument", "instrument"], SMALL) in (0, 1)
    assert capfd.readouterr().out.count("instrument\n") >= 2


@pytest.mark.slow
def test_as_json_they_are_one_document(capfd: pytest.CaptureFixture[str]) -> None:
    every(["instrument"], SMALL, as_json=True)
    assert json.loads(capfd.readouterr().out)["instrument"]["bars"]


TOLD: dict[str, dict[str, Any]] = {
    "send": {
        "senders": {"Odziv": {"rate": 1234, "range": [1000, 1300], "cpu_ms": 0.8123, "cpu_range": [0.8, 0.9]}},
        "bars": [{"about": "copies/s", "value": 1234, "least": 800, "most": None, "met": True}],
    },
    "instrument": {
        "steps": {"each further copy": {"ms": 0.21, "range": [0.2, 0.3]}},
        "bars": [{"about": "a copy, ms", "value": 0.21, "least": None, "most": 0.1, "met": False}],
    },
    "ingest": {
        "backlog, sqlite": {"Odziv": {"rate": 9000, "range": [8000, 9500], "cpu_us": 110.0, "cpu_range": [100, 120]}},
        "steady, sqlite": {"2,000/s": {"cpu_us": 1.0, "cpu_range": [1, 2], "lag": 0.4, "longest_lag": 1.9}},
        "bars": [],
    },
    "pages": {
        "sqlite": [
            {"name": "contacts", "median": 12.0, "faults": []},
            {"name": "team", "median": 60.0, "faults": ["slow"]},
        ]
    },
    "storage": {"sqlite": {"message": 6055, "interaction": 739}},
}


@pytest.mark.parametrize("part", sorted(set(COMMANDS) - {"edge"}))
def test_each_bench_has_a_place_in_the_readme_which_alone_it_renews(part: str, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(README.read_text())
    before, after = (readme.read_text().split(mark)[place] for place, mark in zip((0, 1), marks(part), strict=True))
    for _ in range(2):
        write(readme, part, tables_of(part, TOLD[part], ["--rounds", "3"]))
    text = readme.read_text()
    assert text.startswith(before) and text.endswith(after)
    mine = text.split(marks(part)[0])[1].split(marks(part)[1])[0]
    assert re.search(r"\nMeasured on \d{4}-\d\d-\d\d on: .+, with `--rounds 3`\.\n$", mine)
    assert mine.count("Measured on") == 1
    widths = {row.count("|") for row in mine.splitlines() if row.startswith("|")}
    assert widths and all(width > 2 for width in widths)


def test_the_edge_has_its_place_too() -> None:
    assert all(mark in README.read_text() for mark in marks("edge"))


def test_what_was_measured_stands_in_the_tables() -> None:
    assert "| Odziv | 1,234 (1,000–1,300) | 0.81 ms (0.80–0.90) |" in tables_of("send", TOLD["send"])
    assert "| copies/s | 1,234 | at least 800 | met |" in tables_of("send", TOLD["send"])
    assert "| a copy, ms | 0.21 | at most 0.1 | not met |" in tables_of("instrument", TOLD["instrument"])
    assert "| steady, sqlite | 2,000/s | – | 1 µs (1.00–2.00) | 1.90 s |" in tables_of("ingest", TOLD["ingest"])
    assert "| sqlite | 2 | 60.0 ms | 60.0 ms | team | 1 |" in tables_of("pages", TOLD["pages"])
    assert "| sqlite | 6,055 bytes | 739 bytes |" in tables_of("storage", TOLD["storage"])
