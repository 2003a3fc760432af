"""The loop of the worker: busy jobs, failing jobs, and its end."""

from __future__ import annotations

import ctypes
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import import_string

from odziv import work
from odziv.work import JOBS, Job

calls: list[float] = []
opened: list[BaseDatabaseWrapper] = []
held: list[int] = []
files: list[str] = []
left: list[int] = []


def busy() -> int:
    """Finds something to do as long as there is something left."""
    calls.append(time.monotonic())
    return left.pop() if left else 0


def failing() -> int:
    calls.append(time.monotonic())
    raise RuntimeError("out of luck")


@contextmanager
def working(*jobs: Job) -> Iterator[None]:
    stopping = threading.Event()
    thread = threading.Thread(target=work.work, args=(jobs, stopping))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def wait_for_calls(count: int) -> None:
    until = time.monotonic() + 10
    while len(calls) < count:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


def test_a_busy_job_is_called_again_at_once() -> None:
    left[:] = [1] * 49
    with working(Job("be busy", "tests.test_work.busy", 60)):
        wait_for_calls(50)
    assert calls[-1] - calls[0] < 5


def test_a_job_that_finds_nothing_waits_for_its_period() -> None:
    left.clear()
    with working(Job("be idle", "tests.test_work.busy", 0.1)):
        wait_for_calls(4)
    assert calls[3] - calls[0] >= 0.3


def test_a_failing_job_is_tried_again_more_and_more_rarely(caplog: pytest.LogCaptureFixture) -> None:
    with working(Job("have luck", "tests.test_work.failing", 0.05)), caplog.at_level(logging.ERROR):
        wait_for_calls(4)
    assert calls[3] - calls[2] > calls[1] - calls[0]
    assert "could not have luck (attempt 1)" in caplog.text
    assert "out of luck" in caplog.text


def test_a_failing_job_holds_up_no_other() -> None:
    left[:] = [1] * 19
    with working(Job("fail", "tests.test_work.failing", 60), Job("be busy", "tests.test_work.busy", 60)):
        wait_for_calls(20)


def connecting() -> int:
    connection.ensure_connection()
    opened.append(connections["default"])
    calls.append(time.monotonic())
    return 0


@pytest.mark.django_db
@pytest.mark.parametrize(("period", "kept"), [(3600, False), (30, True)])
def test_who_sleeps_for_long_holds_no_connection_and_nothing_that_it_read(period: float, kept: bool) -> None:
    opened.clear()
    with working(Job("look", "tests.test_work.connecting", period)):
        wait_for_calls(1)
        time.sleep(0.2)
        assert (opened[0].connection is not None) == kept


def reading() -> int:
    with connection.cursor() as cursor:
        cursor.execute("ATTACH %s AS much", [files[0]])
        cursor.execute("PRAGMA much.cache_size = -32000")
        cursor.execute("SELECT sum(length(content)) FROM much.much")
        cursor.fetchone()
    held.append(_sqlite_holds())
    calls.append(time.monotonic())
    return 0


def _sqlite_holds() -> int:
    used = ctypes.CDLL("libsqlite3.so.0").sqlite3_memory_used
    used.restype = ctypes.c_int64
    return int(used())


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's pages are its own")
def test_what_a_job_has_read_is_not_held_while_it_waits(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "much")) as much:
        much.execute("CREATE TABLE much (content BLOB)")
        much.executemany("INSERT INTO much VALUES (zeroblob(1000))", [()] * 5_000)
        much.commit()
    held.clear()
    files[:] = [str(tmp_path / "much")]
    before = _sqlite_holds()
    with working(Job("read", "tests.test_work.reading", 30)):
        wait_for_calls(1)
        time.sleep(0.2)
        assert held[0] - before > 3_000_000 > _sqlite_holds() - before


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.function)
def test_each_job_names_a_function(job: Job) -> None:
    assert callable(import_string(job.function))
