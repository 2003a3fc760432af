"""A steady rate of requests, each millisecond its share, over kept connections: `python -m bench.edge.pace --help`.

A request's time runs from the moment at which it was due, not from when a busy connection or a late loop let it go: who
waits because others wait counts too. h2load lets all connections send at the same moment, wrk knows no rate.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import uvloop

_TICK = 0.001
_LAST_ANSWERS = 5.0


class _Asker(asyncio.Protocol):
    """One connection, which asks for one thing at a time."""

    def __init__(self, load: _Load) -> None:
        self.due = 0.0
        self._load = load
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) >= length:
            self._received = b""
            self._load.answered(self, head[9:12])

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.failed += self.due > 0


class _Load:
    """All connections, and what they found."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self.times: list[float] = []
        self.failed = 0
        self.free: deque[_Asker] = deque()
        self._requests = requests
        self._sent = 0
        self._late: deque[float] = deque()

    def ask(self, due: float) -> None:
        """One request, now or when a connection is free."""
        if not self.free:
            self._late.append(due)
            return
        asker = self.free.popleft()
        asker.due = due
        asker.transport.write(self._requests[self._sent % len(self._requests)])  # type: ignore[attr-defined]
        self._sent += 1

    def answered(self, asker: _Asker, status: bytes) -> None:
        """A connection is free again."""
        self.times.append(time.perf_counter() - asker.due)
        self.failed += status not in (b"200", b"302")
        asker.due = 0.0
        self.free.append(asker)
        if self._late:
            self.ask(self._late.popleft())

    async def run(self, host: str, port: int, connections: int, rate: int, seconds: float) -> None:
        """Send for so long, then wait for the last answers."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, asker = await loop.create_connection(lambda: _Asker(self), host, port)
            self.free.append(asker)
        begun, asked = time.perf_counter(), 0
        while (passed := time.perf_counter() - begun) < seconds:
            while asked < passed * rate:
                # All of one millisecond are due at its beginning: the timers of the loop are not finer.
                self.ask(begun + asked // max(1, round(rate * _TICK)) * _TICK)
                asked += 1
            await asyncio.sleep(_TICK / 2)
        end = time.perf_counter() + _LAST_ANSWERS
        while len(self.times) < asked and time.perf_counter() < end:
            await asyncio.sleep(0.01)
        self.failed += asked - len(self.times)


def main(argv: Sequence[str]) -> int:
    """Prints one JSON object: how many requests, in how many seconds, how many failed, percentiles in milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m bench.edge.pace", description=__doc__)
    parser.add_argument("requests", type=Path, help="a file of whole requests, each ending with an empty line")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=int, required=True, help="requests a second")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, default=64)
    arguments = parser.parse_args(argv)
    load = _Load([part + b"\r\n\r\n" for part in arguments.requests.read_bytes().split(b"\r\n\r\n")[:-1]])
    gc.disable()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(load.run("127.0.0.1", arguments.port, arguments.connections, arguments.rate, arguments.seconds))
    times = sorted(load.times)
    p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
    told = {"requests": len(times), "seconds": arguments.seconds, "failed": load.failed, "p50": p50, "p99": p99}
    json.dump(told, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
