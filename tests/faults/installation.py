"""An installation for tests that break things: a database of its own, and workers that are killed and come back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from servers.postgres import Server, server

# Django is loaded once, and each worker is a fork of that: a new one is at work within milliseconds.
_NURSERY = """
import os, sys, threading
import django; django.setup()
from odziv.work import JOBS, Job, work
jobs = [Job(job.about, job.function, float(sys.argv[2])) for job in JOBS if job.function.startswith("odziv.deliver.")]
def begin():
    pid = os.fork()
    if pid == 0:
        work(jobs, threading.Event())
        os._exit(0)
    print(pid, flush=True)
for _ in range(int(sys.argv[1])):
    begin()
while True:
    os.wait()
    begin()
"""


@dataclass(frozen=True)
class Installation:
    """`environ` names its data and its database; `server` is the database when that is PostgreSQL."""

    environ: dict[str, str]
    server: Server | None

    def ask(self, code: str, *arguments: str) -> Any:
        """Let a process of its own run Python code on its data; gives what the code puts into `answer`."""
        script = f"import json, django; django.setup()\n{code}\nprint(json.dumps(answer, default=str))"
        command = [sys.executable, "-c", script, *arguments]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@contextmanager
def installation(kind: str, folder: Path, *, disk: Path | None = None, **settings: str) -> Iterator[Installation]:
    """One on `sqlite` or on `postgresql`, migrated, with further settings by name; its database on that `disk`."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")}
    ours = {"ODZIV_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "odziv.settings"}
    migrate = "from django.core.management import call_command; answer = call_command('migrate', verbosity=0)"
    if kind == "sqlite":
        if disk:
            settings["ODZIV_DATABASE_URL"] = f"sqlite://{disk}/odziv.sqlite3"
        made = Installation({**kept, **ours, **settings}, None)
        made.ask(migrate)
        yield made
        return
    with server(disk, settings={"fsync": "on"}) as running:
        made = Installation({**kept, **ours, "ODZIV_DATABASE_URL": running.address, **settings}, running)
        made.ask(migrate)
        yield made


class Workers:
    """`count` processes that deliver, looking for what is due every `period` seconds; whoever is killed is replaced.

    `further` settings of the environment go to them alone.
    """

    def __init__(self, place: Installation, count: int, period: float = 0.5, **further: str) -> None:
        self._environ = {**place.environ, "PYTHONPATH": str(Path.cwd()), **further}
        self._arguments = [str(count), str(period)]
        self._alive: list[int] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        command = [sys.executable, "-c", _NURSERY, *self._arguments]
        self._nursery = subprocess.Popen(
            command, env=self._environ, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A session of its own, so that its children end with it and nobody else does.
        os.killpg(self._nursery.pid, 9)
        self._nursery.wait()

    @property
    def alive(self) -> list[int]:
        """The process ids of those at work."""
        with self._lock:
            return list(self._alive)

    def kill(self, pid: int) -> None:
        """kill -9 of one of them."""
        with self._lock:
            self._alive.remove(pid)
        os.kill(pid, 9)

    def _listen(self) -> None:
        assert self._nursery.stdout is not None
        for line in self._nursery.stdout:
            with self._lock:
                self._alive.append(int(line))
