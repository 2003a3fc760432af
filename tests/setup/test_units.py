"""The units of deploy/systemd: systemd understands them, they are sandboxed alike, and start what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from odziv.cli import COMMANDS
from odziv.environment import ROOT, SETTINGS, read_environment

UNITS = sorted((ROOT / "deploy/systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
GUIDE = (ROOT / "docs/guide/operator.md").read_text()
_SANDBOX = re.compile(r"^# The same in all units of Odziv.*?(?=\n\n\[Install\]|\n*\Z)", re.MULTILINE | re.DOTALL)


def name(path: Path) -> str:
    return path.name


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The units as they would stand where this checkout is the installation."""
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS:
        text = path.read_text().replace("/opt/odziv/.venv/bin", str(Path(sys.executable).parent))
        text = text.replace("/opt/odziv", str(ROOT))
        (folder / path.name).write_text(text)
    return sorted(folder.iterdir())


@pytest.mark.slow
def test_systemd_finds_nothing_wrong(installed: list[Path]) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, installed)], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "odziv" in line]
    assert (ours, done.returncode) == ([], 0), done.stderr


@pytest.mark.slow
def test_a_unit_that_is_wrong_would_be_found(installed: list[Path]) -> None:
    wrong = installed[0].with_name("odziv-wrong.service")
    wrong.write_text("[Service]\nExecStart=/nowhere/odziv web\nProtectSystm=strict\n")
    done = subprocess.run(["systemd-analyze", "verify", str(wrong)], capture_output=True, text=True, check=False)
    wrong.unlink()
    assert "ProtectSystm" in done.stderr and "/nowhere/odziv" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("path", SERVICES, ids=name)
def test_a_unit_exposes_little(path: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) <= 2.0
    assert done.returncode == 0


def test_all_are_sandboxed_alike() -> None:
    blocks = {path.name: _SANDBOX.findall(path.read_text()) for path in SERVICES}
    assert len({tuple(block) for block in blocks.values()}) == 1, blocks
    assert all(len(block) == 1 for block in blocks.values())


@pytest.mark.parametrize("path", SERVICES, ids=name)
def test_a_unit_starts_a_command_with_settings_that_exist(path: Path) -> None:
    text = path.read_text()
    (command,) = re.findall(r"^ExecStart=/opt/odziv/\.venv/bin/odziv (\S+)$", text, re.MULTILINE)
    assert command in {one.name for one in COMMANDS}
    assert path.name.removeprefix("odziv").strip("-").partition(".")[0].rstrip("@") in (command, "")
    lines = re.findall(r"^Environment=(.*)$", text, re.MULTILINE)
    told = dict(word.split("=", 1) for line in lines for word in line.replace("%i", "1").split())
    settings = {key: value for key, value in told.items() if key.startswith("ODZIV_")}
    assert settings.keys() <= {setting.name for setting in SETTINGS}
    read_environment(settings)
    assert "Restart=" in text or "Type=oneshot" in text


@pytest.mark.parametrize("path", UNITS, ids=name)
def test_the_guide_names_every_unit(path: Path) -> None:
    assert f"`{path.name.removesuffix('.service')}" in GUIDE


def test_the_guide_names_no_other_unit() -> None:
    known = {path.name.removesuffix(".service").partition("@")[0] for path in UNITS} | {"odziv.target"}
    for command in re.findall(r"systemctl [a-z-]+ (?:--now )?(.+)", GUIDE):
        for unit in re.findall(r"odziv[a-z.-]*", command):
            assert unit.removesuffix(".service") in known, unit
