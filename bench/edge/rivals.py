"""What is measured: each starts in a folder, on a free port, and tells the processor time of its processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import KeyRing
from servers.postgres import postgres

ROOT = Path(__file__).resolve().parents[2]
TARGET = "https://lipa.example/cenik?stranka=7"
_STARTS_WITHIN = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/access.log combined buffer=64k flush=1s;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000000;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location /o/ {{ empty_gif; }}
        location /c/ {{ return 302 {target}; }}
        location / {{ return 200; }}
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Of all processes of a rival: processor seconds since their start, and resident bytes now."""

    seconds: float
    memory: int


@dataclass(frozen=True)
class Rival:
    """One that runs. `started` is how many seconds it took until it answered."""

    name: str
    address: str
    beacons: Sequence[str]
    redirects: Sequence[str]
    started: float
    process: subprocess.Popen[bytes]

    def spent(self) -> Spent:
        """What its processes have used."""
        seconds, memory = 0.0, 0
        for pid in _family(self.process.pid):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            seconds += (int(fields[11]) + int(fields[12])) / _TICKS
            memory += int(fields[21]) * _PAGE
        return Spent(seconds, memory)

    def commits(self) -> tuple[int, int]:
        """Of the edge: hits recorded, and commits of its spool."""
        with urllib.request.urlopen(f"{self.address}/healthz", timeout=10) as answer:
            told = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if line[0] != "#")
        return int(float(told["odziv_edge_hits_recorded_total"])), int(float(told["odziv_edge_spool_commits_total"]))


@contextmanager
def edge(folder: Path, *, sealed: int, slow_sync_us: int = 0) -> Iterator[Rival]:
    """Ours, as `odziv edge` runs it."""
    port = _free_port()
    (folder / "keys").mkdir(parents=True)
    keys = KeyRing.load_or_create(folder / "keys" / "seal.json")
    organisation = UUID(int=7)
    copies = [EdgeAddresses("", keys, organisation, uuid4()) for _ in range(sealed)]
    environment = {"ODZIV_DATA": str(folder), "ODZIV_EDGE_LISTEN": f"127.0.0.1:{port}"}
    if slow_sync_us:
        environment |= {"LD_PRELOAD": str(_slow_sync(folder)), "SLOW_SYNC_US": str(slow_sync_us)}
    with _running("edge", [sys.executable, "-m", "odziv.cli", "edge"], port, "/healthz", environment) as (
        process,
        took,
    ):
        beacons = [copy.open() for copy in copies]
        redirects = [copy.click(0, TARGET) for copy in copies]
        yield Rival("Odziv edge", f"http://127.0.0.1:{port}", beacons, redirects, took, process)


@contextmanager
def nginx(folder: Path, like: Rival) -> Iterator[Rival]:
    """nginx with `empty_gif`, `return 302` and a buffered access log, asked for the same paths. Nothing is durable."""
    folder.mkdir()
    port = _free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(folder=folder, port=port, target=TARGET))
    with _running("nginx", ["/usr/sbin/nginx", "-c", str(configuration)], port, "/", {}) as (process, took):
        yield Rival("nginx", f"http://127.0.0.1:{port}", like.beacons, like.redirects, took, process)


@contextmanager
def django(folder: Path, vendor: str, like: Rival, *, slow_sync_us: int = 0, tracked: bool = False) -> Iterator[Rival]:
    """A view that inserts a row per request, on one granian worker; with `tracked` pytracking's view in front of it."""
    folder.mkdir()
    port = _free_port()
    with ExitStack() as stack:
        own = str(folder / "hits.sqlite3")
        database = stack.enter_context(postgres()) if vendor == "postgresql" else own
        environment = {"BENCH_DATABASE": database, "PYTHONPATH": str(ROOT)}
        if slow_sync_us:
            environment |= {"LD_PRELOAD": str(_slow_sync(folder)), "SLOW_SYNC_US": str(slow_sync_us)}
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-access-log"]
        command += ["--blocking-threads", "1", "--host", "127.0.0.1", "--port", str(port)]
        command += ["--log-level", "error", "bench.edge.django_app:application"]
        beacons = [f"/p/{_token(path)}/" for path in like.beacons] if tracked else like.beacons
        where = "PostgreSQL" if vendor == "postgresql" else "SQLite"
        name = f"pytracking in Django, {where}" if tracked else f"Django view, {where}"
        running = stack.enter_context(_running(name, command, port, beacons[0], environment))
        yield Rival(name, f"http://127.0.0.1:{port}", beacons, (), running[1], running[0])


def _token(path: str) -> str:
    """pytracking's identifier without encryption: JSON in base64."""
    import pytracking

    told = pytracking.get_open_tracking_url(base_open_tracking_url="/", metadata={"copy": path[3:40]})
    return str(told).strip("/")


def _slow_sync(folder: Path) -> Path:
    """The preload library, made by the machine's compiler."""
    made = folder / "slow_sync.so"
    source = Path(__file__).parent / "slow_sync.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(made), str(source), "-ldl"], check=True)
    return made


@contextmanager
def _running(
    name: str, command: list[str], port: int, ready: str, more: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ODZIV_")}
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env={**kept, **more}, stdout=subprocess.DEVNULL)
    try:
        while not _answers(port, ready):
            if process.poll() is not None or time.monotonic() > begun + _STARTS_WITHIN:
                raise RuntimeError(f"{name} did not start: exit status {process.poll()}")
            time.sleep(0.005)
        yield process, time.monotonic() - begun
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def _family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            found += _family(int(child))
    return found
