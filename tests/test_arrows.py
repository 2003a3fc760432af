"""Who may import whom: `lib <- models <- verbs <- doors`, never back (ARCHITECTURE.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from odziv.environment import ROOT

PACKAGE = ROOT / "odziv"
BASE = {"environment", "lib"}
DOORS = {"api", "cli", "commands", "demo", "edge", "explain", "gateway", "lmtp", "moving", "supervise", "urls"} | {
    "web", "work"
}  # fmt: skip
ALONE = {
    "edge": {"edge", "lib"},
    "instrument": {"instrument", "lib"},
    "lib": {"lib"},
    "environment": BASE,
    "replies/kinds": {"replies", "lib"},
}
PARTS = sorted({path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()})
VERBS = [part for part in PARTS if part not in DOORS | BASE | {"models", "__init__", "settings", "apps", "migrations"}]


def files(part: str) -> list[Path]:
    return sorted((PACKAGE / part).rglob("*.py")) or [PACKAGE / f"{part}.py"]


@cache
def imported(path: Path) -> list[str]:
    """Full names of all that a file imports, wherever in it."""
    return list(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def parts_imported(part: str) -> Iterator[tuple[str, str]]:
    """Each part of ours that a part imports, with where."""
    for path in files(part):
        for name in imported(path):
            package, _, rest = name.partition(".")
            if package == "odziv" and rest:
                yield rest.split(".")[0], f"{path.relative_to(ROOT)} imports {name}"


def imports_of(part: str, packages: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(part)
        for name in imported(path)
        if any(name == package or name.startswith(f"{package}.") for package in packages)
    ]


@pytest.mark.parametrize("part", sorted(ALONE))
def test_this_part_stands_alone(part: str) -> None:
    assert [where for other, where in parts_imported(part) if other not in ALONE[part]] == []
    assert imports_of(part, {"django"}) == []


def test_judging_mail_knows_nothing_of_fetching_it() -> None:
    own = imports_of("replies/kinds", {"odziv.replies"})
    assert own and own == imports_of("replies/kinds", {"odziv.replies.kinds"})


def test_models_know_only_the_library() -> None:
    assert [where for other, where in parts_imported("models") if other not in BASE | {"models"}] == []


@pytest.mark.parametrize("part", VERBS)
def test_this_verb_knows_no_door(part: str) -> None:
    assert [where for other, where in parts_imported(part) if other in DOORS] == []
    assert imports_of(part, {"django.http", "django.shortcuts", "django.urls"}) == []


@pytest.mark.parametrize("part", sorted(set(PARTS) - {"deliver", "lmtp", "testmail"}))
def test_this_part_speaks_no_smtp(part: str) -> None:
    assert imports_of(part, {"smtplib", "aiosmtplib", "aiosmtpd"}) == []


@pytest.mark.parametrize("part", sorted(set(PARTS) - {"replies"}))
def test_this_part_speaks_no_imap(part: str) -> None:
    assert imports_of(part, {"imaplib", "imapclient"}) == []


def test_only_one_file_reads_the_environment() -> None:
    reading = re.compile(r"os\.environ(\[|\.get\()|getenv")
    found = [str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if reading.search(path.read_text())]
    assert found == []
