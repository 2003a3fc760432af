"""What is written for people stays true."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

from odziv.cli import COMMANDS
from odziv.environment import ROOT, SETTINGS, Setting

GUIDE = ROOT / "docs/guide/operator.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def row(setting: Setting) -> str:
    """A setting's line in the operator's guide."""
    default = "./data" if setting.name == "ODZIV_DATA" else setting.default
    return f"| `{setting.name}` | {f'`{default}`' if default else '–'} | {setting.about} |"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_each_setting_is_documented(setting: Setting) -> None:
    assert row(setting) in GUIDE.read_text().splitlines()


def test_no_setting_is_documented_that_does_not_exist() -> None:
    known = {setting.name for setting in SETTINGS} | {"ODZIV_CORPORA"}
    for document in DOCUMENTS:
        assert set(re.findall(r"ODZIV_[A-Z_]*[A-Z]", document.read_text())) <= known, document


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_each_command_is_in_the_operators_guide(command: str) -> None:
    assert f"`odziv {command}" in GUIDE.read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text()):
        assert (document.parent / unquote(target)).exists(), target


def test_the_architecture_names_every_part_and_no_other() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    package = ROOT / "odziv"
    parts = {f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").exists()}
    parts |= {path.name for path in package.glob("*.py")} - {"__init__.py", "apps.py"}
    named = set(re.findall(r"`([a-z_]+(?:/|\.py))`", page))
    assert named == parts - {"migrations/"}


def test_the_licence_is_the_official_text() -> None:
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "8486a10c4393cee1c25392769ddd3b2d6c242d6ec7928e1414efff7dfb2f07ef"


def test_every_dependency_is_in_the_lock_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {normal(re.split(r"[\[<>=~! ;]", text)[0]) for text in wanted}
    locked = re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert names - {normal(name) for name in locked} == set()


def normal(name: str) -> str:
    """The name of a package as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_lock_file_names_no_place_to_fetch_from() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text()


@pytest.mark.parametrize("script", ["bin/setup", "bin/run", "bin/test", ".ci/run"])
def test_scripts_are_sound_and_executable(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", ROOT / script], check=False).returncode == 0


def test_setup_refuses_what_it_does_not_know() -> None:
    done = subprocess.run([ROOT / "bin/setup", "tests"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == "bin/setup: unknown argument 'tests'; there is bin/setup, bin/setup test and bin/setup bench\n"
    )


@pytest.mark.parametrize("guide", ["administrator", "salesperson"])
def test_a_guide_has_the_same_chapters_in_both_languages(guide: str) -> None:
    """With as many pictures in each: the browser's walks follow both, chapter by chapter."""
    english, slovenian = ((ROOT / f"docs/guide/{guide}{end}.md").read_text() for end in ("", ".sl"))
    chapters = [[part.count("![") for part in text.split("\n## ")] for text in (english, slovenian)]
    assert chapters[0] == chapters[1]
