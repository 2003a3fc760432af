"""Edges and workers on different machines, a cluster of NATS between them: nothing that was acknowledged is lost or
counted twice, whatever is killed (issue 6, invariant 3).
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from odziv.lib.spool.reader import SpoolReader
from odziv.lib.stream import NAME, Stream
from servers.postgres import postgres
from tests.support.nats import Node, Servers, nats_servers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

HITS, PORTIONS = 3_000, 10
FORWARD_KILLED, WORK_KILLED = (1, 7, 9), (1, 5, 9)  # after these portions
_PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.support.cast import make_cast
from tests.support.journal import followed_message
ana = make_cast().ana
for _ in range(10):
    followed_message(ana)
"""
_RECORD = """
import django; django.setup()
import sys
from odziv.models import Delivery
from tests.support.journal import hit, spool
copies = list(Delivery.objects.order_by("pk"))
portion, size = int(sys.argv[1]), int(sys.argv[2])
spool([hit(copies[n % len(copies)], after=60 * (portion * size + n)) for n in range(size)])
"""
_WORK = """
import django; django.setup()
import time
from odziv.ingest.run import ingest
from odziv.measure.run import measure
while True:
    if not ingest() + measure():
        time.sleep(0.02)
"""
_REPORT = """
import django; django.setup()
from django.db.models import Sum
from odziv.models import Delivery, Interaction, Message
told = Message.objects.aggregate(n=Sum("opens") + Sum("machine_opens") + Sum("unsure_opens"))
print(Interaction.objects.count(), told["n"], Delivery.objects.unfolded().count())
"""


class Machines:
    """The machine of the edge with its own disk, and that of the workers; both know the database and the stream."""

    def __init__(self, folder: Path, database: str, stream: str) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")}
        self._environ = {**kept, "DJANGO_SETTINGS_MODULE": "odziv.settings", "ODZIV_DATABASE_URL": database}
        self._stream = {"ODZIV_SPOOL": stream}
        self._running: list[subprocess.Popen[str]] = []

    def once(self, script: str, *arguments: str, machine: str = "edge") -> str:
        environ = {**self._environ, "ODZIV_DATA": str(self.folder / machine)}
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, *command: str, machine: str) -> subprocess.Popen[str]:
        environ = {**self._environ, **self._stream, "ODZIV_DATA": str(self.folder / machine)}
        self._running.append(subprocess.Popen([sys.executable, *command], env=environ, text=True))
        return self._running[-1]

    def forward(self) -> subprocess.Popen[str]:
        return self.start("-m", "odziv.cli", "forward", machine="edge")

    def work(self) -> subprocess.Popen[str]:
        return self.start("-c", _WORK, machine="work")

    def end(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    with nats_servers(tmp_path / "nats", 3) as cluster:
        yield cluster


@pytest.fixture
def machines(tmp_path: Path, servers: Servers) -> Iterator[Machines]:
    with postgres() as database:
        found = Machines(tmp_path, database, servers.address)
        yield found
        found.end()


def leader_of(servers: Servers) -> int:
    """The number of the node that leads the stream."""

    async def ask() -> str:
        async with Stream(servers.address) as stream:
            info = await stream._jetstream.stream_info(NAME)
            assert info.cluster is not None and info.cluster.leader is not None
            return info.cluster.leader

    until = time.monotonic() + 60
    while True:
        try:
            return int(asyncio.run(ask()).removeprefix("n"))
        except Exception:
            assert time.monotonic() < until
            time.sleep(0.5)


def _happens(servers: Servers) -> list[Callable[[], object]]:
    """What becomes of the servers after each portion: one goes and comes, then the leader, then all of them."""
    one, *_ = servers.nodes
    led: list[Node] = []

    def kill_the_leader() -> None:
        led.append(servers.nodes[leader_of(servers)])
        led[0].kill()

    def bring_it_back() -> None:
        led[0].start()

    def all_of_them(act: Callable[[Node], None]) -> Callable[[], object]:
        def act_on_all() -> None:
            for node in servers.nodes:
                act(node)

        return act_on_all

    def nothing() -> None:
        return None

    happening: list[Callable[[], object]] = [
        *(nothing, nothing, one.kill, one.start, kill_the_leader, bring_it_back),
        *(all_of_them(Node.kill), nothing, all_of_them(Node.start), nothing),
    ]
    assert len(happening) == PORTIONS
    return happening


@pytest.mark.faults
def test_nothing_is_lost_or_counted_twice_whatever_is_killed(servers: Servers, machines: Machines) -> None:
    machines.once(_PREPARE)
    dice = random.Random(3)
    forward, work = machines.forward(), [machines.work(), machines.work()]
    for portion, happens in enumerate(_happens(servers)):
        machines.once(_RECORD, str(portion), str(HITS // PORTIONS))
        time.sleep(dice.uniform(0, 0.5))
        happens()
        if portion in FORWARD_KILLED:
            forward.kill()
            forward = machines.forward()
        if portion in WORK_KILLED:
            work[portion % 2].kill()
            work[portion % 2] = machines.work()

    until = time.monotonic() + 200
    told = ""
    while told != f"{HITS} {HITS} 0" and time.monotonic() < until:
        time.sleep(1)
        told = machines.once(_REPORT, machine="work")
    assert told == f"{HITS} {HITS} 0"
    assert SpoolReader(machines.folder / "edge" / "spool").backlog().records == 0

    async def left() -> int:
        async with Stream(servers.address) as stream:
            return (await stream.waiting()).batches

    while (waiting := asyncio.run(left())) and time.monotonic() < until:
        time.sleep(1)
    assert waiting == 0
    time.sleep(2)
    assert machines.once(_REPORT, machine="work") == f"{HITS} {HITS} 0"
