"""`bin/test quick` does not even load some tests: they are those that it would leave out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IGNORED = re.findall(r"--ignore=(\S+?)[\s)]", (ROOT / "bin/test").read_text())
MARK = re.compile(r"pytest\.mark\.(slow|browser|faults)\b")


@pytest.mark.parametrize("path", IGNORED)
def test_whatever_is_not_loaded_is_marked(path: str) -> None:
    files = [ROOT / path] if path.endswith(".py") else sorted((ROOT / path).rglob("test_*.py"))
    assert files
    for file in files:
        text = file.read_text()
        everywhere = re.search(rf"^pytestmark = .*{MARK.pattern}", text, re.MULTILINE)
        for before in re.findall(r"((?:^@.*\n)*)^(?:async )?def test_", text, re.MULTILINE):
            assert everywhere or MARK.search(before), file
