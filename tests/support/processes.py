"""Real processes of ours on the test's own database, for tests that look from the outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.child import environment


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
    except OSError:
        return False
    return True


@contextmanager
def running(*names: str, web: int, edge: int) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """`odziv web`, `odziv edge`, `odziv work` on these ports, ended whatever happens; for transactional tests."""
    further = {"ODZIV_WEB_LISTEN": f"127.0.0.1:{web}", "ODZIV_EDGE_LISTEN": f"127.0.0.1:{edge}"}
    environ = {**environment(**further), "PYTHONUNBUFFERED": "1"}
    ports = {"web": web, "edge": edge}
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name in names:
            started[name] = subprocess.Popen([sys.executable, "-m", "odziv.cli", name], env=environ)
        until = time.monotonic() + 60
        while not all(answers(ports[name]) for name in names if name in ports):
            assert time.monotonic() < until, "the processes did not start"
            assert all(process.poll() is None for process in started.values()), "a process ended at once"
            time.sleep(0.05)
        yield started
    finally:
        for process in started.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in started.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
