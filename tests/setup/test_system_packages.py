"""What Python cannot bring: installed when that needs no question, else one line that says what to install."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from odziv.environment import ROOT

TOOLS = ["awk", "bash", "cat", "dirname", "env", "flock", "python3", "true"]


class Machine:
    """A checkout with nothing but bin/setup, on a machine whose commands are ours to choose."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "a checkout"
        (self.checkout / "bin").mkdir(parents=True)
        shutil.copy(ROOT / "bin/setup", self.checkout / "bin/setup")
        self.environ: dict[str, str] = {}
        self.commands = folder / "commands"
        self.commands.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found
            (self.commands / tool).symlink_to(found)

    def has(self, command: str, script: str) -> None:
        """Put a command there."""
        path = self.commands / command
        path.unlink(missing_ok=True)
        path.write_text(f"#!{self.commands}/bash\n{script}\n")
        path.chmod(0o755)

    def setup(self, *arguments: str) -> str:
        """What bin/setup says before it gives up."""
        done = subprocess.run(
            [self.checkout / "bin/setup", *arguments],
            env={"PATH": str(self.commands), "DEBIANS_PYTHON": str(self.commands / "debians"), **self.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        return done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Without Chromium, and with a Python that is too old, so that nothing goes further than system packages."""
    machine = Machine(tmp_path)
    machine.has("apt-get", f"echo apt-get $* >> {str(tmp_path / 'log')!r}")
    machine.has("python3", "exit 1")
    return machine


def test_root_installs_what_is_missing(machine: Machine, tmp_path: Path) -> None:
    machine.has("id", "echo 0")
    assert machine.setup("test").startswith("bin/setup: installing chromium")
    log = (tmp_path / "log").read_text()
    assert "update" in log and "install --yes --no-install-recommends chromium" in log


def test_sudo_without_a_question_does_too(machine: Machine, tmp_path: Path) -> None:
    machine.has("id", "echo 1000")
    machine.has("sudo", 'shift; exec "$@"')
    assert machine.setup("test").startswith("bin/setup: installing chromium")
    assert "chromium" in (tmp_path / "log").read_text()


def test_others_are_told_what_to_install(machine: Machine, tmp_path: Path) -> None:
    machine.has("id", "echo 1000")
    machine.has("sudo", "exit 1")
    said = machine.setup("test")
    assert said.startswith("bin/setup: please install: sudo apt-get install chromium")
    assert said.count("\n") == 1
    assert not (tmp_path / "log").exists()


def test_an_installation_that_fails_is_told(machine: Machine) -> None:
    machine.has("id", "echo 0")
    machine.has("apt-get", "exit 100")
    assert "that failed; please install: sudo apt-get install chromium" in machine.setup("test")


def test_without_a_python_it_says_which(machine: Machine) -> None:
    said = machine.setup()
    assert (
        said == "bin/setup: Python 3.11 or newer is needed; on Debian 12: sudo apt-get install python3 python3-venv\n"
    )


def test_python_without_venv_asks_for_it(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has("sudo", "exit 1")
    machine.has("python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    assert machine.setup() == "bin/setup: please install: sudo apt-get install python3-venv\n"


GOOD = "case $* in *'-V'*) echo Python {0};; *'-m venv'*) echo made with {0} >&2; exit 1;; esac"
WITHOUT_VENV = 'case "$2" in *ensurepip*) exit 1;; esac'


def test_debians_python_comes_before_others(machine: Machine) -> None:
    machine.has("debians", GOOD.format("debians"))
    machine.has("python3", GOOD.format("another"))
    machine.has("rm", "true")
    assert "made with debians" in machine.setup()
    machine.environ["PYTHON"] = "python3"
    assert "made with another" in machine.setup()


def test_debians_python_is_completed_where_that_is_allowed(machine: Machine, tmp_path: Path) -> None:
    machine.has("debians", f"[ -e {str(tmp_path / 'log')!r} ] || {{ {WITHOUT_VENV}; }}; {GOOD.format('debians')}")
    machine.has("python3", GOOD.format("another"))
    machine.has("rm", "true")
    machine.has("id", "echo 1000")
    machine.has("sudo", "exit 1")
    assert "made with another" in machine.setup(), "else another that is complete will do"
    machine.has("id", "echo 0")
    machine.has("apt-get", "exit 100")
    assert "made with another" in machine.setup(), "and so it will where that fails"
    machine.has("apt-get", f"echo apt-get $* >> {str(tmp_path / 'log')!r}")
    assert "made with debians" in machine.setup()
    assert "python3-venv" in (tmp_path / "log").read_text()
