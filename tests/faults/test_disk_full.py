"""The disk of the database, or of the files, is full: recipients do not notice, people are told, and it passes (E2).

A real small disk. What cannot be written is refused with the reason; when there is room again, everything goes on by
itself within a minute, and nothing that was said to be written is missing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.disk import full, small_disk
from tests.faults.installation import Installation, installation
from tests.faults.running import Processes, Readers
from tests.faults.test_delivery import until

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(400)]

RATE = 50
AGAIN = 60  # seconds after which everything is well again
_TOKEN = """
from odziv.models import ApiToken, User
from tests.support.cast import make_cast
ana = make_cast().ana if not User.objects.exists() else User.objects.get(name="Ana")
answer = ApiToken.objects.issue(ana, "writer")[1]
"""
_SUBJECTS = """
from odziv.models import Message
answer = list(Message.objects.filter(subject__startswith="draft").values_list("subject", flat=True))
"""


class Writer:
    """Writes drafts through the API; `written` are those that were said to be there."""

    def __init__(self, place: Installation, port: int) -> None:
        self.written: list[str] = []
        self._place = place
        self._address = f"http://127.0.0.1:{port}/api/messages"
        self._token = place.ask(_TOKEN)

    def write(self, size: int, file: bytes = b"") -> tuple[int, dict[str, Any]]:
        """A draft with a body of so many bytes; status and answer."""
        subject = f"draft {time.time_ns()}"
        letter: dict[str, Any] = {"to": "maja@x.example", "subject": subject, "html": f"<p>{'x' * size}</p>"}
        if file:
            letter["attachments"] = [{"name": "offer.bin", "content": base64.b64encode(file).decode()}]
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._address, json.dumps(letter).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                self.written.append(subject)
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def missing(self) -> set[str]:
        """What was said to be there and is not."""
        return set(self.written) - set(self._place.ask(_SUBJECTS))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's server, which never runs as root, may come into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize(("kind", "megabytes"), [("sqlite", 40), ("postgresql", 400)])
def test_the_disk_of_the_database(tmp_path: Path, open_folder: Path, kind: str, megabytes: int) -> None:
    with (
        small_disk(open_folder / "disk", megabytes) as disk,
        installation(kind, tmp_path / "data", disk=disk) as place,
        Processes(place, "edge", "work", "web") as processes,
    ):
        writer = Writer(place, processes.web)
        with Readers(place, processes.edge, RATE, copies=20) as readers:
            assert writer.write(1000)[0] == 201
            with full(disk):
                # What is reserved already is written to first.
                assert until(lambda: writer.write(300_000)[0] != 201, 60, 0)
                status, said = writer.write(300_000)
                before = len(readers.opens.seconds)
                time.sleep(6)
                assert len(readers.opens.seconds) - before > RATE
            began = time.monotonic()
            assert until(lambda: writer.write(1000)[0] == 201, AGAIN)
            readers.stop()
            wrong = readers.all_told(AGAIN - (time.monotonic() - began))
        assert not wrong, wrong
        assert status == 503 and said["error"] == "database-full" and "make room" in said["message"], (status, said)
        assert not readers.opens.failed + readers.clicks.failed
        assert not writer.missing()
        if kind == "sqlite":
            with closing(sqlite3.connect(disk / "odziv.sqlite3")) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_disk_of_the_files(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", 6) as disk,
        installation("sqlite", tmp_path / "data", ODZIV_FILES=str(disk / "files")) as place,
        Processes(place, "edge", "work", "web") as processes,
    ):
        writer, file = Writer(place, processes.web), bytes(range(256)) * 4096
        assert writer.write(10, file)[0] == 201
        with Readers(place, processes.edge, RATE, copies=20) as readers:
            with full(disk):
                status, said = writer.write(10, file[::-1])
                assert writer.write(10)[0] == 201  # without a file it can be written
                time.sleep(3)
            assert until(lambda: writer.write(10, file[1:])[0] == 201, AGAIN)
            readers.stop()
            wrong = readers.all_told(AGAIN)
        assert status == 422 and "could not be stored" in json.dumps(said), (status, said)
        assert not wrong, wrong
        assert not readers.opens.failed + readers.clicks.failed
        assert not writer.missing()
        kept = [path for path in (disk / "files").rglob("*") if path.is_file()]
        assert {hashlib.sha256(path.read_bytes()).hexdigest() for path in kept} == {path.name for path in kept}
        assert len(kept) == 2  # nothing half-written is left
