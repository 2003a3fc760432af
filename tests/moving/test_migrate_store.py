"""`odziv migrate-store`: all rows and files arrive, whatever ends it; nothing starts here any more (issue 6)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from servers.postgres import postgres
from tests.support.s3 import Bucket, bucket, s3_server

__all__ = ["bucket", "s3_server"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MADE = """
from tests.deliver.letters import attach
from tests.support.cast import make_cast
from tests.support.journal import delivery_of, followed_message, happened, hit
from odziv.models import *
cast = make_cast()
for number in range(40):
    message = followed_message(cast.ana)
    happened(*(hit(delivery_of(message), after=60 * minute) for minute in range(number)))
attach(followed_message(cast.ana), "offer.pdf", b"%PDF offer")
Organisation.objects.filter(pk=cast.lipa.pk).update(weights={"odd": 1.0, "a": "x\\0y"})
answer = None
"""
TOLD = """
from django.apps import apps
from odziv.models import *
from odziv.lib.files import store_from
from odziv.environment import ENV
def rows(model):
    names = [field.attname for field in model._meta.concrete_fields]
    return sorted(repr(row) for row in model._base_manager.values_list(*names))
models = [m for m in apps.get_models() if not m._meta.proxy and m._meta.app_label not in ("contenttypes", "auth")]
Organisation.objects.update(weights={})  # the one column in which something must differ
with store_from(ENV.file_store).open(StoredFile.objects.get().key) as stream:
    content = stream.read().decode()
answer = {"rows": {m._meta.label: rows(m) for m in models}, "content": content}
"""

# New rows get new numbers.
NUMBERED = """
from odziv.models import *
message = MessageWords.objects.first().message
MessageWords.objects.all().delete()
answer = MessageWords.objects.create(message=message, words="x").pk
"""
REFERENCES = """
from django.db import connection
cursor = connection.cursor()
cursor.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated")
answer = cursor.fetchone()[0]
"""


class Installation:
    """One in a folder, of which commands are called."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.settings = {"ODZIV_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "odziv.settings", **settings}

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")}
        return {**kept, **self.settings}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "odziv.cli", *arguments]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=120, check=False)

    def killed_at(self, line: str, *arguments: str) -> bool:
        """Whether the command said this, and was killed at once; otherwise it came to its end before."""
        command = [sys.executable, "-u", "-m", "odziv.cli", *arguments]
        with subprocess.Popen(command, env=self.environ, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for said in process.stdout:
                if said.startswith(line):
                    process.kill()
                    return True
        return False

    def ask(self, code: str) -> Any:
        script = f"import json, django; django.setup()\n{code}\nprint(json.dumps(answer, default=str))"
        done = subprocess.run(
            [sys.executable, "-c", script], env=self.environ, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def address() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path / "data")
    assert installation.command("migrate").returncode == 0
    installation.ask(MADE)
    return installation


def test_everything_arrives_though_it_is_killed_on_the_way(
    here: Installation, address: str, bucket: Bucket, tmp_path: Path
) -> None:
    asked = ("migrate-store", "--database", address, "--files", bucket.place)
    for line in ("odziv_organisation", "odziv_message ", "odziv_interaction", "checked", "files"):
        assert here.killed_at(line, *asked), line
        refused = here.command("work")
        assert refused.returncode == 2 and "is being moved to" in refused.stderr
    done = here.command(*asked)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert "Moved to" in done.stdout and "ODZIV_DATABASE_URL and ODZIV_FILES" in done.stdout

    there = Installation(tmp_path / "data", ODZIV_DATABASE_URL=address, ODZIV_FILES=bucket.place)
    assert there.command("migrate").returncode == 0
    told = there.ask(TOLD)
    was = Installation(tmp_path / "data").ask(TOLD)
    assert len(told["rows"]["odziv.Interaction"]) == sum(range(40))
    assert told == was
    assert told["content"] == "%PDF offer"
    checked = there.command("rebuild", "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    there.ask(NUMBERED)
    assert there.ask(REFERENCES) > 100

    for command in ("serve", "work", "migrate"):
        refused = here.command(command)
        assert refused.returncode == 2 and "was moved to" in refused.stderr
    assert "was moved to" in here.command(*asked).stderr


def test_a_row_that_changed_on_the_way_is_noticed(here: Installation, address: str) -> None:
    asked = ("migrate-store", "--database", address)
    assert here.killed_at("checked", *asked)
    moving = Installation(Path(here.environ["ODZIV_DATA"]), ODZIV_DATABASE_URL=address)
    moving.ask("from odziv.models import *\nMessage.objects.update(opens=99)\nanswer = None")
    done = here.command(*asked)
    assert done.returncode == 2
    assert "odziv_message did not arrive as it is" in done.stderr and "begin anew" in done.stderr
    elsewhere = here.command("migrate-store", "--database", f"{address}2")
    assert elsewhere.returncode == 2 and "name that database again" in elsewhere.stderr
    assert here.command("migrate-store", "--give-up").returncode == 0
    assert here.command("migrate").returncode == 0
    again = here.command(*asked)
    assert again.returncode == 2 and "is not empty" in again.stderr


def test_what_cannot_be_moved_says_why_and_changes_nothing(here: Installation, address: str, tmp_path: Path) -> None:
    for arguments, why in (
        ((), "name the database"),
        (("--database", "mysql://x/y"), "--database="),
        (("--database", "sqlite:///x"), "expected postgresql://"),
        (("--database", "postgresql://odziv@127.0.0.1:1/odziv"), "does not do what is asked"),
        (("--database", address, "--files", "gopher://x"), "--files="),
        (("--database", address, "--files", "s3://b?endpoint=http://127.0.0.1:1"), "can be reached"),
    ):
        done = here.command("migrate-store", *arguments)
        assert done.returncode == 2 and why in done.stderr, (arguments, done.stderr)
        assert "Traceback" not in done.stderr
    assert here.command("migrate").returncode == 0
    (tmp_path / "data" / "moved.json").write_text("{")
    assert "cannot be read" in here.command("work").stderr


def test_a_damaged_file_is_named_and_not_taken_along(here: Installation, address: str, tmp_path: Path) -> None:
    (file,) = (path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file())
    file.chmod(0o600)
    file.write_bytes(b"%PDF other")
    done = here.command("migrate-store", "--database", address, "--files", str(tmp_path / "elsewhere"))
    assert done.returncode == 1
    assert f"{file.name} is damaged here" in done.stderr
    kept = tmp_path / "data"
    assert f"{kept / 'odziv.sqlite3'} and {kept / 'files'} may be removed, and nothing else" in done.stdout
    assert not [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()]
