"""The database is away for a minute while recipients read: nobody waits for it, nothing is lost (E2, invariant 3)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.installation import Installation
from tests.faults.running import Processes, Readers

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(500)]

RATE = 200  # events a second
PATIENCE = 0.5  # seconds for 99 of 100 answers


@contextmanager
def away(place: Installation, seconds: float) -> Iterator[None]:
    """PostgreSQL is down; SQLite is locked by somebody else."""
    if place.server:
        place.server.crash()
        try:
            yield
            time.sleep(seconds)
        finally:
            place.server.restart()
        return
    file = Path(place.environ["ODZIV_DATA"]) / "odziv.sqlite3"
    with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as held:
        held.execute("BEGIN EXCLUSIVE")
        yield
        time.sleep(seconds)
        held.execute("ROLLBACK")


def test_nobody_waits_for_the_database_and_nothing_is_lost(place: Installation, full: bool) -> None:
    seconds = 60 if full else 5
    with Processes(place, "edge", "work") as processes, Readers(place, processes.edge, RATE) as readers:
        time.sleep(seconds)
        usual = max(readers.opens.within(0.99), readers.clicks.within(0.99))
        with away(place, seconds):
            before = len(readers.opens.seconds), len(readers.clicks.seconds)
        during = len(readers.opens.seconds) - before[0]
        waited = readers.opens.within(0.99, before[0]), readers.clicks.within(0.99, before[1])
        time.sleep(2)
        readers.stop()
        wrong = readers.all_told(90)
    print(f"{seconds} s away, {during} opens; 99 % within {max(waited):.3f} s, with the database {usual:.3f} s")
    assert not readers.opens.failed + readers.clicks.failed
    assert during > 0.9 * seconds * RATE / 2
    # Beside other tests, all that can be said is that the database makes no difference.
    assert max(waited) < (PATIENCE if full else max(PATIENCE, 2 * usual))
    assert not wrong, wrong
