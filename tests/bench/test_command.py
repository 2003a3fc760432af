"""`bin/bench`: one of the benches, or all of them."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import COMMANDS, every, main


@pytest.mark.parametrize("argv", [["fly"], ["--fast"], ["--json", "edge"]])
def test_a_wrong_command_line_names_the_benches(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in COMMANDS)


@pytest.mark.slow
def test_several_come_one_after_the_other(capfd: pytest.CaptureFixture[str]) -> None:
    assert every(["instrument", "instrument"], as_json=False) in (0, 1)
    assert capfd.readouterr().out.count("instrument\n") >= 2


@pytest.mark.slow
def test_as_json_they_are_one_document(capfd: pytest.CaptureFixture[str]) -> None:
    every(["instrument"], as_json=True)
    assert json.loads(capfd.readouterr().out)["instrument"]["bars"]
