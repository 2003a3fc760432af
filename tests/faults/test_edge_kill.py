"""kill -9 of the edge, 20 times under load: no acknowledged hit is lost, none is read twice (invariant 3, J1, J2)."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter
from itertools import count
from pathlib import Path

import pytest

from odziv.lib.hit import decode
from odziv.lib.spool.reader import SpoolReader
from tests.edge.process import Edge

KILLS = 20
ASKERS = 6
UNDER_LOAD = 0.25


class Askers:
    """Threads that click links, each a number of its own, and note every number whose redirect came back whole."""

    def __init__(self, edge: Edge) -> None:
        self.acknowledged: list[int] = []
        self._edge = edge
        self._addresses = edge.addresses
        self._numbers = count()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on) for _ in range(ASKERS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _ask_on(self) -> None:
        while not self._stopped.is_set():
            try:
                with self._edge.socket(timeout=5) as connection:
                    while not self._stopped.is_set():
                        self._ask(connection)
            except OSError:
                time.sleep(0.01)

    def _ask(self, connection: socket.socket) -> None:
        number = next(self._numbers)
        path = self._addresses.click(number, f"http://example.com/{number}")
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answer = b""
        while b"</a>" not in answer:
            data = connection.recv(4096)
            if not data:
                raise ConnectionResetError
            answer += data
        assert f"\r\nLocation: http://example.com/{number}\r\n".encode() in answer
        self.acknowledged.append(number)


class Ingest:
    """Reads, remembers its positions and deletes, as the worker does, while all this happens."""

    def __init__(self, folder: Path) -> None:
        self.seen: Counter[int] = Counter()
        self._reader = SpoolReader(folder)
        self._positions: dict[str, int] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read_on)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        while self._read():
            pass

    def _read_on(self) -> None:
        while not self._stopped.is_set():
            self._read()
            self._reader.tidy()
            time.sleep(0.01)

    def _read(self) -> bool:
        found = self._reader.read(self._positions, 500)
        for record in found:
            self.seen[decode(record.record).ordinal] += 1
            self._positions[record.file] = record.position
        for file in {record.file for record in found}:
            self._reader.delete_through(file, self._positions[file])
        return bool(found)


@pytest.mark.slow
@pytest.mark.faults
def test_no_acknowledged_hit_is_lost(tmp_path: Path) -> None:
    edge = Edge(tmp_path)
    edge.start()
    askers, ingest = Askers(edge), Ingest(tmp_path / "spool")
    try:
        for _ in range(KILLS):
            enough = len(askers.acknowledged) + 20
            end = time.monotonic() + 10
            time.sleep(UNDER_LOAD)
            while len(askers.acknowledged) < enough and time.monotonic() < end:
                time.sleep(0.01)
            edge.kill()
            edge.start()
    finally:
        askers.stop()
        with contextlib.suppress(AssertionError):
            edge.stop()
        ingest.stop()
    assert len(askers.acknowledged) >= KILLS * 20
    assert set(askers.acknowledged) <= set(ingest.seen)
    assert set(ingest.seen.values()) == {1}
    assert edge.stderr() == ""
