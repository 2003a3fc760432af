"""kill -9 of the web process, again and again under load: what it said is written is there, once (D3, invariants 2, 3).

Programs write drafts and send through the API, each with a name of its own for what it asks, and ask again under that
name when no answer came; recipients' programs read meanwhile. A worker delivers.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from typing import Any

import pytest

from tests.faults.installation import Installation
from tests.faults.running import Processes, Readers
from tests.faults.test_delivery import until
from tests.support.smtp import SmtpServer

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(600)]

WRITERS = 4
_PREPARE = """
import sys
from odziv.models import ApiToken, Mailbox, User
from tests.support.cast import make_cast
ana = make_cast().ana if not User.objects.exists() else User.objects.get(name="Ana")
Mailbox.objects.filter(user=ana).delete()
Mailbox.objects.create(
    organisation=ana.organisation, user=ana, kind="smtp", name="Ana", address=ana.email, smtp_security="none",
    smtp_host=sys.argv[1], smtp_port=int(sys.argv[2]),
)
answer = ApiToken.objects.issue(ana, "writers")[1]
"""
_WRITTEN = """
import sys
from odziv.models import Message
rows = Message.objects.filter(subject__startswith=sys.argv[1])
answer = [(str(pk), *rest) for pk, *rest in rows.values_list("pk", "subject", "state")]
"""


def prepare_writing(place: Installation, sink: SmtpServer) -> str:
    """A token of Ana's, whose mailbox sends to this server."""
    return str(place.ask(_PREPARE, sink.host, str(sink.port)))


class Writers:
    """Threads that write e-mails, every second one sent at once, until `stop`; what the server said of each.

    Each rests for `pause` seconds in between.
    """

    def __init__(self, port: int, token: str, tag: str, pause: float = 0) -> None:
        self.written: dict[str, str] = {}  # subject -> identifier
        self.again = 0
        self._address = f"http://127.0.0.1:{port}/api/messages"
        self._token, self._tag, self._pause = token, tag, pause
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._write_on, args=(number,)) for number in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, number: int) -> None:
        """Until so many are written in all."""
        assert until(lambda: len(self.written) >= number, 90, 0.02)

    def _write_on(self, lane: int) -> None:
        number = 0
        while not self._over.is_set():
            subject = f"{self._tag} {'sent' if number % 2 else 'draft'} {lane}-{number}"
            letter = {"to": f"{self._tag}-{lane}-{number}@x.example", "subject": subject, "html": "<p>Hello</p>"}
            self.written[subject] = self._insist(letter | {"send": bool(number % 2)}, subject)
            number += 1
            self._over.wait(self._pause)

    def _insist(self, letter: dict[str, Any], name: str) -> str:
        """Ask until there is an answer: a request that was cut off is asked again, under the same name."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": name,
        }
        end = time.monotonic() + 60
        while True:
            request = urllib.request.Request(self._address, json.dumps(letter).encode(), headers)
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return str(json.load(answer)["id"])
            except urllib.error.HTTPError as error:
                raise AssertionError(f"{error.code}: {error.read().decode()[:300]}") from error
            except (OSError, ValueError):
                assert time.monotonic() < end, "the web process did not come back"
                self.again += 1
                time.sleep(0.1)


def test_what_it_said_is_there_once(place: Installation, full: bool) -> None:
    kills = 20 if full else 3
    with SmtpServer() as sink:
        token, tag = prepare_writing(place, sink), f"w{time.time_ns():x}"
        with (
            Processes(place, "edge", "work", "web") as processes,
            Readers(place, processes.edge, 50, copies=20) as readers,
        ):
            writers = Writers(processes.web, token, tag)
            try:
                for number in range(kills):
                    writers.wait_for(6 * (number + 1))
                    processes.kill("web")
                    processes.start("web")
            finally:
                writers.stop()
            sent = {subject for subject in writers.written if " sent " in subject}
            assert until(lambda: len(_recipients(sink, tag)) >= len(sent), 120)
            time.sleep(2)
            readers.stop()
            wrong = readers.all_told(60)
        assert writers.again >= kills / 2, "it was never killed at work"
        found = place.ask(_WRITTEN, tag)
        assert {subject: pk for pk, subject, _state in found} == writers.written
        assert len(found) == len(writers.written)  # none twice
        assert {subject for _pk, subject, state in found if state != "draft"} == sent
        assert Counter(_recipients(sink, tag)) == {
            f"{tag}-{subject.rpartition(' ')[2]}@x.example": 1 for subject in sent
        }
        assert not readers.opens.failed + readers.clicks.failed
        assert not wrong, wrong


def _recipients(sink: SmtpServer, tag: str) -> list[str]:
    return [mail.recipient for mail in list(sink.taken) if mail.recipient.startswith(tag)]
