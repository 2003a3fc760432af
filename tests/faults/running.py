"""Processes of an installation under test, and recipients' programs that keep its edge busy meanwhile."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from odziv.environment import read_environment
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import KeyRing
from tests.faults.installation import Installation
from tests.support.processes import answers, free_port

_PREPARE = """
import sys, time
from django.db import transaction
from odziv.lib import clock
from tests.support.cast import make_cast
from tests.support.journal import followed_message
from odziv.models import Delivery, User
ana = make_cast().ana if not User.objects.exists() else User.objects.get(name="Ana")
made = []
while (left := int(sys.argv[1]) - len(made)) > 0:
    with transaction.atomic():  # thousands of commits would take minutes; one would keep others out
        made += [followed_message(ana, sent_at=clock.now()).pk for _ in range(min(left, 50))]
    time.sleep(0.05)  # whoever waits for SQLite looks every 0.1 s at the latest
rows = Delivery.objects.filter(message__in=made)
answer = [(organisation.hex, pk.hex) for organisation, pk in rows.values_list("organisation_id", "pk")]
"""
_FIGURES = """
from collections import Counter
from django.db.models import Sum
from odziv.models import Delivery, Interaction, Message
kinds = ("", "machine_", "unsure_")
sums = Message.objects.aggregate(**{kind or "human": Sum(f"{kind}link_clicks") for kind in kinds})
clicks = Interaction.objects.filter(kind="click")
opens = Interaction.objects.filter(kind="open").values_list("delivery_id", flat=True)
numbers = Counter(clicks.values_list("ordinal", flat=True))
answer = {
    "clicks": clicks.count(),
    "once": sorted(number for number, times in numbers.items() if times == 1),
    "told": sum(value or 0 for value in sums.values()),
    "opens": Counter(pk.hex for pk in opens),
    "unfolded": Delivery.objects.unfolded().count(),
}
"""


class Processes:
    """`odziv NAME` of an installation, each on a port of its own; whoever was killed can be started again."""

    def __init__(self, place: Installation, *names: str, **settings: str) -> None:
        self.web, self.edge = free_port(), free_port()
        listens = {"ODZIV_WEB_LISTEN": f"127.0.0.1:{self.web}", "ODZIV_EDGE_LISTEN": f"127.0.0.1:{self.edge}"}
        self.environ = {**place.environ, **listens, "PYTHONUNBUFFERED": "1", **settings}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._names = names

    def __enter__(self) -> Self:
        for name in self._names:
            self.start(name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, name: str) -> None:
        """Start one, and wait until it answers where it listens."""
        self.running[name] = subprocess.Popen([sys.executable, "-m", "odziv.cli", name], env=self.environ)
        port = {"web": self.web, "edge": self.edge}.get(name)
        until = time.monotonic() + 60
        while port and not answers(port):
            assert self.running[name].poll() is None and time.monotonic() < until, f"{name} did not start"
            time.sleep(0.02)

    def kill(self, name: str) -> None:
        """kill -9."""
        self.running[name].kill()
        self.running[name].wait()


@dataclass
class Told:
    """What one kind of request has been: seconds from when it was to be asked to its answer; how often it failed."""

    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def within(self, share: float, since: int = 0) -> float:
        """Within how many seconds this share of the requests was answered, from the `since`-th one on."""
        found = sorted(self.seconds[since:])
        return found[min(len(found) - 1, int(share * len(found)))]


class Readers:
    """So many requests a second, at even distances: every second loads the beacon of a copy, the others click.

    Each click has a number of its own, so that what was acknowledged can be found in the journal.
    """

    def __init__(self, place: Installation, port: int, rate: float, copies: int = 100, threads: int = 8) -> None:
        self.opens, self.clicks = Told(), Told()
        self.clicked: list[int] = []
        self.opened: Counter[str] = Counter()
        self._port, self._pause, self._place = port, threads / rate, place
        env = read_environment({name: value for name, value in place.environ.items() if name.startswith("ODZIV_")})
        keys = KeyRing.load_or_create(env.seal_keys)
        made: list[tuple[str, str]] = place.ask(_PREPARE, str(copies))
        self._copies = [(pk, EdgeAddresses("", keys, UUID(organisation), UUID(pk))) for organisation, pk in made]
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._next = 0
        self._threads = [threading.Thread(target=self._ask_on, args=(number,)) for number in range(threads)]

    def __enter__(self) -> Self:
        self._began = time.monotonic() + 0.1
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask_on(self, lane: int) -> None:
        at = self._began + lane * self._pause / len(self._threads)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        while not self._over.wait(max(0.0, at - time.monotonic())):
            with self._lock:
                number = self._next
                self._next += 1
            try:
                self._ask(connection, number, at)
            except (OSError, http.client.HTTPException) as error:
                (self.clicks if number % 2 else self.opens).failed.append(repr(error))
                connection.close()
                time.sleep(0.05)
            at += self._pause
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, number: int, at: float) -> None:
        pk, addresses = self._copies[number // 2 % len(self._copies)]
        target = f"http://example.com/{number}"
        connection.request("GET", addresses.click(number, target) if number % 2 else addresses.open())
        answer = connection.getresponse()
        body = answer.read()
        if number % 2:
            assert answer.getheader("Location") == target
            self.clicks.seconds.append(time.monotonic() - at)
            self.clicked.append(number)
        else:
            assert answer.status == 200 and body.startswith(b"GIF89a")
            self.opens.seconds.append(time.monotonic() - at)
            with self._lock:
                self.opened[pk] += 1

    def missing(self) -> dict[str, Any]:
        """What of all that was acknowledged is not in journal and figures exactly once; empty when all is."""
        found = self._place.ask(_FIGURES)
        once = set(found["once"])
        wrong = {
            "clicks not once in the journal": len(set(self.clicked) - once),
            "clicks counted besides": found["told"] - found["clicks"],
            "copies whose opens differ": sum(found["opens"].get(pk, 0) != n for pk, n in self.opened.items()),
            "copies behind": found["unfolded"],
        }
        return {name: number for name, number in wrong.items() if number}

    def all_told(self, seconds: float) -> dict[str, Any]:
        """The same, once all is told, or after so many seconds."""
        until = time.monotonic() + seconds
        while (wrong := self.missing()) and time.monotonic() < until:
            time.sleep(1)
        return wrong
