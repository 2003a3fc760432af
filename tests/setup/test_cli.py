"""The command line: what it says, and what it does not import."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from odziv.cli import COMMANDS, main

WITHOUT_DJANGO = """
import sys
from pathlib import Path
from typing import Any
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_keys_rotate_adds_a_key_and_keeps_the_old_one(tmp_path: Path) -> None:
    assert odziv("keys", ODZIV_DATA=str(tmp_path)).stdout.startswith("key 1: seals new mail")
    rotated = odziv("keys", "rotate", ODZIV_DATA=str(tmp_path)).stdout
    assert rotated.startswith("key 1: opens older mail\nkey 2: seals new mail")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["seal.json", "secret.json"])
def test_a_damaged_key_file_is_one_line_and_stays_as_it_is(name: str, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / name).write_text('{"keys": 1}')
    done = odziv("migrate", ODZIV_DATA=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("odziv migrate: ") and "is damaged" in done.stderr and done.stderr.count("\n") == 1
    assert (tmp_path / "keys" / name).read_text() == '{"keys": 1}'


@pytest.mark.slow
@pytest.mark.parametrize("command", [("migrate",), ("password-link", "ana@lipa.example"), ("rebuild",), ("restored",)])
def test_a_database_that_is_away_is_one_line(command: tuple[str, ...], tmp_path: Path) -> None:
    done = odziv(*command, ODZIV_DATA=str(tmp_path), ODZIV_DATABASE_URL="postgresql://odziv@127.0.0.1:1/odziv")
    assert done.returncode == 2
    assert done.stderr.startswith(f"odziv {command[0]}: the database cannot be used (") and done.stderr.count("\n") == 1
    assert "refused" in done.stderr  # and not only that there was no connection


@pytest.mark.slow
def test_a_database_of_a_newer_odziv_is_refused(tmp_path: Path) -> None:
    assert odziv("migrate", ODZIV_DATA=str(tmp_path)).returncode == 0
    with sqlite3.connect(tmp_path / "odziv.sqlite3") as connection:
        connection.execute(
            "insert into django_migrations (app, name, applied) values ('odziv', '9999_later', '2030-01-01')"
        )
    done = odziv("migrate", ODZIV_DATA=str(tmp_path))
    assert done.returncode == 2
    assert "was made by a newer Odziv (it has 9999_later)" in done.stderr


@pytest.mark.slow
def test_secrets_are_rotated_renewed_and_forgotten(tmp_path: Path) -> None:
    def keys() -> dict[str, Any]:
        kept: dict[str, Any] = json.loads((tmp_path / "keys/secret.json").read_text())
        return kept

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return odziv(*arguments, ODZIV_DATA=str(tmp_path))

    assert call("migrate").returncode == 0
    ask = "import django; django.setup(); from odziv.models.secret import encrypt, decrypt; print({}, end='')"
    module = {"DJANGO_SETTINGS_MODULE": "odziv.settings", "ODZIV_DATA": str(tmp_path)}
    before, kept = keys(), odziv(script=ask.format("encrypt('žlica')"), **module).stdout
    assert call("keys", "rotate-secrets").returncode == 0
    after = keys()
    assert after["passwords"][1:] == before["passwords"] and after["signing_before"] == [before["signing"]]
    assert (after["mail"], after["signing"] != before["signing"]) == (before["mail"], True)
    assert odziv(script=ask.format(f"decrypt({kept!r})"), **module).stdout == "žlica"

    done = call("keys", "renew-secrets")
    assert (done.returncode, done.stdout[:2]) == (0, "0 "), done.stderr
    assert call("keys", "forget-secrets").returncode == 0
    assert keys() == {**after, "passwords": after["passwords"][:1], "signing_before": []}
    assert (tmp_path / "keys/secret.json").stat().st_mode & 0o777 == 0o600
