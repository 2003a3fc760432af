"""The supervisor with small real children: restarts, ends, labels."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests.supervise.running import Running, alive, python
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

SUPERVISE = """
import asyncio, os, signal, sys
from odziv.supervise.supervisor import Child, Supervisor

async def main():
    children = [Child(f"child{n}", [sys.executable, "-uc", code]) for n, code in enumerate(sys.argv[1:])]
    supervisor = Supervisor(children, os.environ)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, supervisor.end)
    if "STARTED_UP" in os.environ:
        supervisor.started_up()
    return await supervisor.run()

sys.exit(asyncio.run(main()))
"""
STAYS = "import os, time; print('here', os.getpid()); time.sleep(600)"
STUBBORN = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAYS
Supervise = Callable[..., Running]


@pytest.fixture
def supervise() -> Iterator[Supervise]:
    started: list[Running] = []

    def start(*codes: str, **environ: str) -> Running:
        started.append(Running(python(SUPERVISE, *codes), environ))
        return started[-1]

    yield start
    for running in started:
        running.kill()


def pids(running: Running) -> list[int]:
    return [int(pid) for pid in re.findall(r"here (\d+)", running.said)]


def test_it_labels_what_its_children_print(supervise: Supervise) -> None:
    running = supervise(STAYS, STAYS)
    running.wait_for("child0 here")
    running.wait_for("child1 here")


def test_it_restarts_a_child_that_dies_and_says_so(supervise: Supervise) -> None:
    running = supervise(STAYS, STAYS)
    running.wait_for("here", times=2)
    os.kill(pids(running)[0], signal.SIGKILL)
    running.wait_for("here", times=3)
    assert "was ended by SIGKILL; it is started again in 0.5 s" in running.said


def test_the_delay_grows_with_each_end(supervise: Supervise) -> None:
    running = supervise("raise SystemExit(1)")
    running.wait_for("child0 ended with status 1; it is started again in 0.5 s")
    running.wait_for("started again in 1 s")
    running.wait_for("started again in 2 s")


def test_a_child_that_cannot_start_ends_all_with_its_status(supervise: Supervise) -> None:
    running = supervise(STAYS, "import time; time.sleep(0.5); print('no such port'); raise SystemExit(2)")
    assert running.wait() == 2
    assert "child1 no such port" in running.said
    assert not any(map(alive, pids(running)))


def test_a_child_that_could_start_once_is_tried_again(supervise: Supervise) -> None:
    running = supervise("raise SystemExit(2)", STARTED_UP="1")
    running.wait_for("started again in 1 s")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all(supervise: Supervise, number: signal.Signals) -> None:
    running = supervise(STAYS, STAYS)
    running.wait_for("here", times=2)
    assert running.end(number) < 2
    assert running.process.returncode == 0
    assert not any(map(alive, pids(running)))


def test_it_ends_within_five_seconds_whatever_its_children_do(supervise: Supervise) -> None:
    running = supervise(STUBBORN, STAYS)
    running.wait_for("here", times=2)
    assert running.end() < 5
    assert "child0 did not end in time and was killed" in running.said
    assert not any(map(alive, pids(running)))


def test_a_second_ctrl_c_does_not_wait(supervise: Supervise) -> None:
    running = supervise(STUBBORN)
    running.wait_for("here")
    running.process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert running.end() < 2
    assert not any(map(alive, pids(running)))


def test_what_a_child_leaves_behind_ends_with_it(supervise: Supervise) -> None:
    leaves = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-uc', {STAYS!r}]); time.sleep(1)"
    running = supervise(leaves)
    running.wait_for("child0 ended with status 0")
    wait_until(lambda: not alive(pids(running)[0]))  # killed it is at once; it ends when the kernel comes to it
