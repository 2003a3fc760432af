"""Slow, silent and greedy askers: each costs little and holds up nobody (limits, time-outs, back-pressure)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.edge.process import Edge, read_all, statuses
from tests.support.waiting import wait_until

SHORT = {"idle_seconds": 1.0, "request_seconds": 1.0, "write_seconds": 1.0, "linger_seconds": 1.0, "connections": 20}


@pytest.fixture(scope="module")
def hasty_edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with Edge(tmp_path_factory.mktemp("hasty"), limits=SHORT) as edge:
        yield edge


@pytest.fixture
def hasty(hasty_edge: Edge) -> Edge:
    return Edge.of(hasty_edge)


@pytest.mark.slow
def test_an_idle_connection_is_closed_without_a_word(hasty: Edge) -> None:
    with hasty.socket() as silent, hasty.socket() as once:
        once.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n")
        assert statuses(once.recv(65536)) == [200]
        assert read_all(silent) == b""
        assert read_all(once) == b""


@pytest.mark.slow
def test_a_dripping_request_gets_408(hasty: Edge) -> None:
    started = time.monotonic()
    with hasty.socket() as connection:
        answer = b""
        connection.settimeout(0.2)
        for byte in b"GET /" + b"x" * 100:
            try:
                connection.sendall(bytes([byte]))
                answer += connection.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if answer:
                break
    assert statuses(answer) == [408]
    assert time.monotonic() - started < 5


@pytest.mark.slow
def test_a_dripping_body_gets_408(hasty: Edge) -> None:
    with hasty.socket() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx")
        assert statuses(read_all(connection)) == [408]


@pytest.mark.slow
def test_who_does_not_read_is_cut_off_and_costs_no_memory(hasty: Edge) -> None:
    path = hasty.addresses.file(1, hasty.store(bytes(150_000_000)))
    before = memory(hasty)
    with hasty.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.5)
        assert memory(hasty) - before < 20_000_000
        wait_until(lambda: hasty.figure("connections") == 1)
        assert len(read_all(connection)) < 20_000_000


@pytest.mark.slow
def test_who_asks_on_without_reading_is_not_read_from_either(hasty: Edge) -> None:
    request = f"GET {hasty.addresses.open()} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    before = memory(hasty)
    sent = 0
    with hasty.socket(timeout=1) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        try:
            for _ in range(3_000):
                connection.sendall(request * 500)
                sent += len(request) * 500
        except OSError:
            pass
        assert sent < 150_000_000
        assert memory(hasty) - before < 60_000_000


@pytest.mark.slow
def test_a_slow_reader_gets_everything(hasty: Edge) -> None:
    """Slower than the time-out in sum, but never without progress; the connection is to close after the answer."""
    content = bytes(range(256)) * 60_000
    path = hasty.addresses.file(1, hasty.store(content))
    received = bytearray()
    with hasty.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        started = time.monotonic()
        while data := connection.recv(400_000):
            received += data
            if time.monotonic() - started < 3:
                time.sleep(0.1)
    assert bytes(received).partition(b"\r\n\r\n")[2] == content


@pytest.mark.slow
def test_a_newcomer_displaces_the_one_who_idles_longest(hasty: Edge) -> None:
    with ExitStack() as held:
        idle = [held.enter_context(hasty.socket()) for _ in range(20)]
        time.sleep(0.1)
        assert hasty.get(hasty.addresses.open()).status == 200
        assert read_all(idle[0]) == b""


@pytest.mark.slow
def test_when_all_are_busy_a_newcomer_is_told(hasty: Edge) -> None:
    with ExitStack() as held:
        for _ in range(20):
            held.enter_context(hasty.socket()).sendall(b"GET /")
        time.sleep(0.1)
        assert statuses(read_all(held.enter_context(hasty.socket()))) == [503]
    wait_until(lambda: hasty.get(hasty.addresses.open()).status == 200)


def test_a_client_that_vanishes_leaves_nothing_behind(edge: Edge) -> None:
    path = edge.addresses.file(1, edge.store(bytes(5_000_000)))
    for _ in range(30):
        with edge.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 3)
            connection.recv(100)
    wait_until(lambda: edge.figure("connections") == 1)
    wait_until(lambda: not open_files(edge))
    assert edge.stderr() == ""


def memory(edge: Edge) -> int:
    """Resident bytes of the process."""
    return int(Path(f"/proc/{edge.process.pid}/statm").read_text().split()[1]) * 4096


def open_files(edge: Edge) -> list[str]:
    """Files of the file store that the process holds open."""
    targets = []
    for link in Path(f"/proc/{edge.process.pid}/fd").iterdir():
        # It may be closed between the listing and the look.
        with suppress(FileNotFoundError):
            targets.append(str(link.readlink()))
    return [target for target in targets if "/files/" in target]
