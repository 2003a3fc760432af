"""The command line: what it says, and what it does not import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from odziv.cli import COMMANDS, main

WITHOUT_DJANGO = """
import sys
sys.modules["django"] = None  # importing it now fails
from odziv.cli import main
sys.exit(main(sys.argv[1:]))
"""


def odziv(*arguments: str, script: str | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *(("-c", script) if script else ("-m", "odziv.cli")), *arguments]
    return subprocess.run(
        command, env={"PATH": "/usr/bin:/bin", **environ}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", ["serve", "edge", "explain", "instrument", "keys", "demo"])
def test_this_command_imports_no_django(command: str) -> None:
    done = odziv(command, "--help", script=WITHOUT_DJANGO)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"odziv {command}" in done.stdout


@pytest.mark.parametrize("command", [command.name for command in COMMANDS if command.name != "manage"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: odziv {command}")


def test_without_a_command_it_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    said = capsys.readouterr().out
    assert ended.value.code == 2
    assert all(f"  {command.name} " in said and command.about in said for command in COMMANDS)


def test_an_unknown_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fly"])
    assert ended.value.code == 2
    assert "there is no command 'fly'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["edge", "web", "check"])
def test_a_wrong_setting_is_one_line_and_status_2(command: str) -> None:
    done = odziv(command, ODZIV_WEB_LISTEN="8000")
    assert done.returncode == 2
    assert done.stderr == (
        f"odziv {command}: ODZIV_WEB_LISTEN='8000' cannot be used: expected host:port, for example 127.0.0.1:8000.\n"
    )


def test_a_misspelt_setting_is_one_line_and_status_2() -> None:
    done = odziv("edge", ODZIV_WEB_LISTN="127.0.0.1:8000")
    assert done.returncode == 2
    assert done.stderr.startswith("odziv edge: ODZIV_WEB_LISTN is not a setting of Odziv")
    assert done.stderr.count("\n") == 1


def test_keys_rotate_adds_a_key_and_keeps_the_old_one(tmp_path: object) -> None:
    assert odziv("keys", ODZIV_DATA=str(tmp_path)).stdout.startswith("key 1: seals new mail")
    rotated = odziv("keys", "rotate", ODZIV_DATA=str(tmp_path)).stdout
    assert rotated.startswith("key 1: opens older mail\nkey 2: seals new mail")
