"""The whole product as its user has it: `odziv serve` on a folder and free ports of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.supervise.running import Running

_ODZIV = (sys.executable, "-m", "odziv.cli")
_STARTS_WITHIN = 120.0  # on a busy machine; a free one needs about three seconds
Serve = Callable[..., "Served"]


class Served:
    """One installation. `start` may be called again after `end`: same folder, same ports."""

    def __init__(self, folder: Path, **settings: str) -> None:
        ports = _free_ports(3)
        self.web, self.edge, self.mail = (f"127.0.0.1:{port}" for port in ports)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")}
        self.environ = {
            **kept,
            "ODZIV_DATA": str(folder),
            "ODZIV_WEB_LISTEN": self.web,
            "ODZIV_EDGE_LISTEN": self.edge,
            "ODZIV_MAIL_LISTEN": self.mail,
            "DJANGO_SETTINGS_MODULE": "odziv.settings",
            **settings,
        }
        self.start()

    def start(self) -> None:
        """Start everything and wait until it says that it is ready."""
        self.running = Running([*_ODZIV, "serve"], self.environ)
        ready = '"event": "ready"' if self.environ.get("ODZIV_LOG") == "json" else "Odziv is ready"
        self.running.wait_for(ready, seconds=_STARTS_WITHIN)

    def end(self) -> None:
        """As the system ends a service."""
        self.running.end(signal.SIGTERM)

    @property
    def url(self) -> str:
        """The address that it tells its user."""
        found = re.search(r"Odziv is ready: (\S+)", self.running.said)
        assert found, self.running.said
        return found[1]

    @property
    def edge_url(self) -> str:
        """What every address of the edge in sent mail begins with."""
        return f"http://{self.edge}"

    def command(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """`odziv …` beside it, on the same data, with what is typed into it."""
        return subprocess.run(
            [*_ODZIV, *arguments],
            env=self.environ,
            input=typed,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def ask(self, code: str) -> Any:
        """Let a process of its own run Python code on the same data; gives what the code puts into `answer`."""
        script = f"import json, django; django.setup()\n{code}\nprint(json.dumps(answer, default=str))"
        done = subprocess.run(
            [sys.executable, "-c", script], env=self.environ, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def processes(self) -> dict[str, int]:
        """The pid of each process by its name."""
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                words = (stat.parent / "cmdline").read_bytes().decode().split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == self.running.process.pid and "odziv.supervise.leash" in words:
                found[words[words.index("odziv.supervise.leash") + 1]] = int(stat.parent.name)
        return found

    def kill(self, name: str) -> None:
        """kill -9 of one process; returns when the supervisor has said so."""
        until = time.monotonic() + 60
        while (pid := self.processes().get(name)) is None:
            assert time.monotonic() < until, f"{name} was not started again:\n{self.running.said}"
            time.sleep(0.05)
        said = f"{name} was ended by SIGKILL; it is started again"
        before = self.running.said.count(said)
        os.kill(pid, signal.SIGKILL)
        self.running.wait_for(said, times=before + 1)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start an installation on an empty folder, with further settings by name; ended after the test."""
    started: list[Served] = []

    def start(**settings: str) -> Served:
        started.append(Served(tmp_path / f"data-{len(started)}", **settings))
        return started[-1]

    yield start
    for one in started:
        if one.running.process.poll() is None:
            one.end()
        one.running.kill()
        print(one.running.said)  # pytest shows it where a test failed


def _free_ports(count: int) -> list[int]:
    """Held together until all are known, so that they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports
