"""Yesterday's backup is put back, as the operator's guide says: nothing that was sent leaves again (D3, invariant 2).

A real worker, a real server of mail, the database's own tools. What is due shortly after the backup leaves, so does
what is written after it, which the backup does not know at all. Then the backup is put back.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from odziv.restored import mark
from servers.postgres import binaries
from tests.faults.installation import Installation, installation
from tests.faults.test_delivery import until
from tests.support.smtp import SmtpServer

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(400)]

COPIES = 12
_FOUND = """
import sys
from tests.support.cast import make_cast
from odziv.models import Mailbox
cast = make_cast()
Mailbox.objects.all().delete()
for user in (cast.ana, cast.eva):
    Mailbox.objects.create(
        organisation=user.organisation, user=user, kind="smtp", name=user.name, address=user.email,
        smtp_security="none", smtp_host=sys.argv[1], smtp_port=int(sys.argv[2]),
    )
answer = {}
"""
_SEND = """
import sys
from datetime import timedelta
from odziv.compose.send import submit
from odziv.lib import clock
from odziv.models import Delivery, User
from tests.compose.support import draft
name, tag, copies, seconds = sys.argv[1:]
user = User.objects.get(name=name)
now = clock.now()
addresses = [f"{tag}-{number}@x.example" for number in range(int(copies))]
html = '<p>See <a href="https://x.example/a">this</a>.</p>'
sent = submit(draft(user, to=", ".join(addresses), subject=tag, html=html), user, now=now)
Delivery.objects.filter(message=sent).update(due_at=now + timedelta(seconds=float(seconds)))
answer = sent.message_id
"""
_HELD = """
from odziv.models import Organisation
answer = sorted(Organisation.objects.holding_mail().values_list("name", flat=True))
"""
_MARK = """
from odziv.models import Mark
answer = Mark.objects.values_list("number", flat=True).get()
"""
_ITS_TIME_COMES = """
from odziv.lib import clock
from odziv.models import Delivery
answer = Delivery.objects.filter(party__address__startswith="coming").update(due_at=clock.now())
"""
_DECIDE = """
import sys
from odziv.lib import clock
from odziv.models import Decision, OutgoingHold, User
answer = OutgoingHold.objects.decide(User.objects.get(name=sys.argv[1]), Decision(sys.argv[2]), clock.now())
"""
_STATES = """
from collections import Counter
from odziv.models import Delivery
rows = Delivery.objects.values_list("party__address", "state")
answer = dict(Counter(f"{address.partition('-')[0]} {state}" for address, state in rows))
"""


class Place:
    """An installation with a worker that can be ended, backed up and put back."""

    def __init__(self, made: Installation, folder: Path, sink: SmtpServer) -> None:
        self.made, self.data, self.sink = made, Path(made.environ["ODZIV_DATA"]), sink
        self._backup = folder / "backup"
        made.ask(_FOUND, sink.host, str(sink.port))

    def send(self, who: str, tag: str, seconds: float = 0) -> str:
        """An e-mail of so many recipients, due in so many seconds; its Message-ID."""
        return str(self.made.ask(_SEND, who, tag, str(COPIES), str(seconds)))

    def command(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "odziv.cli", *arguments]
        done = subprocess.run(command, env=self.made.environ, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def worker(self) -> Iterator[None]:
        process = subprocess.Popen([sys.executable, "-m", "odziv.cli", "work"], env=self.made.environ)
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)

    def back_up(self) -> None:
        if self.made.server:
            self._tool("pg_dump", "-Fc", "-f", str(self._backup), self.made.environ["ODZIV_DATABASE_URL"])
            return
        with closing(sqlite3.connect(self._database)) as here, closing(sqlite3.connect(self._backup)) as there:
            here.backup(there)

    def put_back(self) -> None:
        if self.made.server:
            address = self.made.environ["ODZIV_DATABASE_URL"]
            self._tool("psql", "-c", "DROP SCHEMA public CASCADE; CREATE SCHEMA public", address)
            self._tool("pg_restore", "--exit-on-error", "-d", address, str(self._backup))
            return
        for path in self.data.glob("odziv.sqlite3*"):
            path.unlink()
        shutil.copy2(self._backup, self._database)

    @property
    def _database(self) -> Path:
        return self.data / "odziv.sqlite3"

    def _tool(self, name: str, *arguments: str) -> None:
        environ = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [binaries() / "bin" / name, *arguments], env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def arrived(self) -> Counter[str]:
        """How many copies of each tag the server took."""
        return Counter(mail.recipient.partition("-")[0] for mail in list(self.sink.taken))

    def states(self) -> dict[str, int]:
        return dict(self.made.ask(_STATES))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with (
        SmtpServer() as sink,
        installation(request.param, tmp_path / "data", ODZIV_EDGE_URL="https://track.example") as made,
    ):
        yield Place(made, tmp_path, sink)


def lose_a_day(place: Place) -> None:
    """What happens after the backup, until it is put back."""
    with place.worker():
        place.send("Ana", "before")
        assert until(lambda: place.arrived()["before"] == COPIES, 60)
    place.send("Ana", "doubtful")
    place.send("Eva", "foreign")
    place.send("Ana", "coming", 3600)
    place.back_up()
    behind = place.made.ask(_MARK)
    with place.worker():
        place.send("Ana", "lost")
        assert until(lambda: set(place.arrived().values()) == {COPIES} and len(place.arrived()) == 4, 60)
        assert until(lambda: (mark.read(place.data) or mark.Kept(0, True)).number > behind, 30)
    place.put_back()
    assert place.made.ask(_MARK) == behind


def identifiers(place: Place) -> list[str]:
    """All that is to be given out once: of each copy what is sealed, of each message its name."""
    found: list[str] = []
    for mail in list(place.sink.taken):
        parsed = message_from_bytes(mail.content, policy=policy.default)
        html = parsed.get_body(("html",))
        assert html is not None
        found += re.findall(r"https://track\.example/([oc]/[\w-]+)", html.get_content())
    return found


def test_nothing_that_was_sent_leaves_again(place: Place) -> None:
    lose_a_day(place)
    lost_and_known = dict(place.arrived())
    with place.worker():
        assert until(lambda: place.made.ask(_HELD) == ["Hrast d.o.o.", "Lipa d.o.o."], 30)
        names = {place.send("Ana", "fresh")}
        time.sleep(6)
        assert place.arrived() == lost_and_known
        assert place.states() == {
            "before accepted": COPIES, "doubtful waiting": COPIES, "foreign waiting": COPIES,
            "coming waiting": COPIES, "fresh waiting": COPIES,
        }  # fmt: skip
        assert place.made.ask(_DECIDE, "Dora", "sent") is True
        # What was written since leaves at once, what is to come at its time, and nothing twice.
        assert until(lambda: place.arrived()["fresh"] == COPIES, 60)
        assert place.made.ask(_ITS_TIME_COMES) == COPIES
        assert until(lambda: place.arrived()["coming"] == COPIES, 60)
        assert place.made.ask(_HELD) == ["Hrast d.o.o."]  # its administrator has not decided
        time.sleep(3)
    assert place.arrived() == {**lost_and_known, "fresh": COPIES, "coming": COPIES}
    assert set(Counter(mail.recipient for mail in place.sink.taken).values()) == {1}
    assert place.states() == {
        "before accepted": COPIES, "doubtful accepted": COPIES, "foreign waiting": COPIES,
        "coming accepted": COPIES, "fresh accepted": COPIES,
    }  # fmt: skip
    found = identifiers(place)
    assert len(found) == len(set(found)) >= 2 * len(place.sink.taken)
    told = Counter(
        (str(message_from_bytes(mail.content)["Message-ID"]), mail.recipient.partition("-")[0])
        for mail in place.sink.taken
    )
    assert len({name for name, _tag in told}) == len({tag for _name, tag in told}) == len(told) == 6  # none shared
    assert names <= {name for name, _tag in told}


def test_a_machine_that_was_set_back_as_a_whole_is_told_so(place: Place) -> None:
    lose_a_day(place)
    mark.write(place.data, place.made.ask(_MARK))  # nothing here can know that time was lost
    if place.made.server:
        here = place.made.ask("from odziv.models import Mark\nanswer = Mark.objects.here()")
        place.made.ask(f"from odziv.models import Mark\nanswer = Mark.objects.update(place={here!r})")
    assert "Outgoing mail is held; organisations: 2." in place.command("restored")
    known = dict(place.arrived())
    with place.worker():
        time.sleep(6)
        assert place.arrived() == known
        assert place.made.ask(_DECIDE, "Eva", "ask") is True
        assert until(lambda: place.states().get("foreign uncertain") == COPIES, 30)
        assert place.arrived() == known
