"""Servers of NATS with JetStream on this machine, which can be killed and brought back."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import answers, free_port

_SERVER = Path(sys.executable).parent / "nats-server"


class Node:
    """One server; its data stay when it is killed."""

    def __init__(self, folder: Path, name: str, port: int, route: int, routes: list[int]) -> None:
        self.port = port
        folder.mkdir(parents=True)
        # By default the system writes to the disk within two minutes: nobody's hits may depend on that here.
        configuration = f"""
            server_name: {name}
            listen: 127.0.0.1:{port}
            jetstream {{ store_dir: "{folder}/store", sync_interval: always }}
        """
        if routes:
            others = ", ".join(f'"nats://127.0.0.1:{other}"' for other in routes)
            configuration += f"cluster {{ name: odziv, listen: 127.0.0.1:{route}, routes: [{others}] }}"
        self._configuration = folder / "nats.conf"
        self._configuration.write_text(configuration)
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([_SERVER, "-c", self._configuration], stdout=log, stderr=log)
        until = time.monotonic() + 30
        while not answers(self.port):
            assert self._process.poll() is None and time.monotonic() < until, self._log.read_text()[-2000:]
            time.sleep(0.05)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Servers:
    """`address` is what the setting ODZIV_SPOOL would be."""

    def __init__(self, folder: Path, count: int) -> None:
        ports = [(free_port(), free_port()) for _ in range(count)]
        routes = [route for _port, route in ports] if count > 1 else []
        self.nodes = [Node(folder / f"n{at}", f"n{at}", *pair, routes) for at, pair in enumerate(ports)]

    @property
    def address(self) -> str:
        return "nats://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)


@contextmanager
def nats_servers(folder: Path, count: int = 1) -> Iterator[Servers]:
    """So many servers, running; several are a cluster."""
    servers = Servers(folder, count)
    try:
        for node in servers.nodes:
            node.start()
        yield servers
    finally:
        for node in servers.nodes:
            node.kill()
