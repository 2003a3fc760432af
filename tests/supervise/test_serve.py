"""`odziv serve` as a newcomer starts it: everything, on an empty folder."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.supervise.running import Running, alive

pytestmark = pytest.mark.slow

ODZIV = [sys.executable, "-m", "odziv.cli"]
PORTS = {f"ODZIV_{name}_LISTEN": "127.0.0.1:0" for name in ("WEB", "EDGE", "MAIL")}
Serve = Callable[..., Running]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    started: list[Running] = []

    def start(**environ: str) -> Running:
        started.append(Running([*ODZIV, "serve"], {"ODZIV_DATA": str(tmp_path / "data"), **PORTS, **environ}))
        return started[-1]

    yield start
    for running in started:
        running.end()


def children(running: Running) -> dict[str, int]:
    """The pid of each process by its name."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            words = (stat.parent / "cmdline").read_bytes().decode().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == running.process.pid and "odziv.supervise.leash" in words:
            found[words[words.index("odziv.supervise.leash") + 1]] = int(stat.parent.name)
    return found


def address(running: Running) -> str:
    found = re.search(r"Odziv is ready: (\S+)", running.said)
    assert found
    return found[1]


def test_it_serves_restarts_what_dies_ends_in_time_and_finds_its_data_again(serve: Serve, tmp_path: Path) -> None:
    running = serve()
    running.wait_for("Odziv is ready")
    assert urllib.request.urlopen(address(running)).status == 200
    processes = children(running)
    assert set(processes) == {"web", "edge", "work", "mail"}

    os.kill(processes["edge"], signal.SIGKILL)
    running.wait_for("edge   edge listening on", times=2)
    assert "edge was ended by SIGKILL; it is started again" in running.said

    keys = (tmp_path / "data/keys/seal.json").read_bytes()
    database = tmp_path / "data/odziv.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.execute("create table kept (text)")
    processes = children(running)
    assert running.end() < 5
    assert running.process.returncode == 0
    assert not any(map(alive, processes.values()))

    again = serve()
    again.wait_for("Odziv is ready", seconds=20)
    assert (tmp_path / "data/keys/seal.json").read_bytes() == keys
    with sqlite3.connect(database) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)


def test_all_end_when_it_is_killed(serve: Serve) -> None:
    running = serve()
    running.wait_for("Odziv is ready")
    processes = children(running)
    running.end(signal.SIGKILL)
    until = time.monotonic() + 5
    while left := [name for name, pid in processes.items() if alive(pid)]:
        assert time.monotonic() < until, f"{left} outlived the supervisor"
        time.sleep(0.05)


def test_a_second_one_on_the_same_data_is_refused(serve: Serve) -> None:
    first = serve()
    first.wait_for("Odziv is ready")
    second = serve()
    assert second.wait() == 2
    assert re.fullmatch(r"odziv serve: Odziv runs on \S+ already \(process \d+\): [^\n]+", second.said)


def test_a_taken_port_ends_it_before_anything_starts(serve: Serve, tmp_path: Path) -> None:
    first = serve()
    first.wait_for("Odziv is ready")
    taken = address(first).removeprefix("http://")
    second = serve(ODZIV_DATA=str(tmp_path / "other"), ODZIV_MAIL_LISTEN=taken)
    assert second.wait() == 2
    assert second.lines == [
        f"odziv serve: ODZIV_MAIL_LISTEN={taken}: the port is taken; "
        "end the program that uses it, or set ODZIV_MAIL_LISTEN to a free one."
    ]
    assert not (tmp_path / "other" / "odziv.sqlite3").exists()


def test_ctrl_c_while_it_starts_ends_it(serve: Serve) -> None:
    running = serve()
    time.sleep(0.5)
    assert running.end() < 5
