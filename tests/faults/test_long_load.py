"""Hours of use in small: recipients read, people send and look, and nothing grows (issue 6).

`LOAD_MINUTES` says for how long, by default three in `bin/test faults` and half a minute in `bin/test`. Memory is
judged by a straight line through the least that each process held in each minute of the second half: what lives in it
then. What is free goes back to the system twice a minute; just before that, ten megabytes more may be there, and where
in that saw the looks fall tilts a line through all of them by as much as the bar (it is printed too). Only half an hour
or more is long enough to tell five megabytes an hour from what a process still learns.
"""

from __future__ import annotations

import os
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.installation import Installation
from tests.faults.running import Processes, Readers
from tests.faults.test_delivery import until
from tests.faults.test_web_kill import Writers, prepare_writing
from tests.support.smtp import SmtpServer

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(7_200)]

RATE = 100  # events a second
MOST = 5.0  # megabytes an hour
LONG_ENOUGH = 30 * 60
_PAGE = 4096


class Memory:
    """What processes hold, looked at every `pause` seconds."""

    def __init__(self, processes: Processes, pause: float) -> None:
        self.seen: dict[str, list[tuple[float, float]]] = {name: [] for name in processes.running}
        self._processes, self._pause = processes, pause
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._over.wait(self._pause):
            for name, process in self._processes.running.items():
                pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
                self.seen[name].append((time.monotonic(), pages * _PAGE / 1_000_000))

    def growth(self) -> dict[str, float]:
        """Megabytes an hour of each process, in the second half."""
        return {name: _slope(_least(seen[len(seen) // 2 :])) * 3600 for name, seen in self.seen.items()}

    def line(self) -> dict[str, float]:
        """The same through all looks."""
        return {name: _slope(seen[len(seen) // 2 :]) * 3600 for name, seen in self.seen.items()}


def _least(seen: Sequence[tuple[float, float]], within: float = 60) -> list[tuple[float, float]]:
    """The look at which least was held, of each minute; all looks of less than three minutes."""
    found: dict[int, tuple[float, float]] = {}
    for at, held in seen:
        minute = int((at - seen[0][0]) // within)
        found[minute] = min(found.get(minute, (at, held)), (at, held), key=lambda one: one[1])
    return list(found.values()) if len(found) >= 3 else list(seen)


def _slope(seen: Sequence[tuple[float, float]]) -> float:
    """Of the straight line with the least squares."""
    middle = sum(at for at, _held in seen) / len(seen)
    level = sum(held for _at, held in seen) / len(seen)
    spread = sum((at - middle) ** 2 for at, _held in seen)
    return sum((at - middle) * (held - level) for at, held in seen) / spread


def test_nothing_grows(place: Installation, full: bool) -> None:
    seconds = float(os.environ.get("LOAD_MINUTES") or (3 if full else 0.5)) * 60
    # A copy with hundreds of events is folded from all of them: what the worker holds would grow with that.
    with SmtpServer() as sink:
        token, tag = prepare_writing(place, sink), f"l{time.time_ns():x}"
        with (
            Processes(place, "edge", "work", "web") as processes,
            Readers(place, processes.edge, RATE, copies=400 if seconds < 600 else 10_000) as readers,
        ):
            writers = Writers(processes.web, token, tag, pause=2)
            memory = Memory(processes, max(0.5, seconds / 400))
            until(lambda: False, seconds, 1)
            memory.stop()
            writers.stop()
            readers.stop()
            wrong = readers.all_told(30)  # the backlog is soon 0
            sent = sum(" sent " in subject for subject in writers.written)
            assert until(lambda: sum(mail.recipient.startswith(tag) for mail in list(sink.taken)) == sent, 30)
            urllib.request.urlopen(f"http://127.0.0.1:{processes.web}/readyz", timeout=5).close()
    growth = {name: round(rate, 1) for name, rate in memory.growth().items()}
    line = {name: round(rate, 1) for name, rate in memory.line().items()}
    held = {name: round(seen[-1][1]) for name, seen in memory.seen.items()}
    print(f"{seconds:.0f} s, {len(readers.clicked)} clicks, {sent} e-mails; MB an hour: {growth}; MB: {held}")
    print(f"MB an hour through all looks: {line}")
    assert not wrong, wrong
    assert not readers.opens.failed + readers.clicks.failed
    if seconds >= LONG_ENOUGH:
        assert max(growth.values()) < MOST, growth
    else:
        # A short while tells only what would be gigabytes in a day.
        first = {name: seen[len(seen) // 2][1] for name, seen in memory.seen.items()}
        assert all(held[name] - first[name] < 60 for name in held), (first, held)
