"""A real edge: its own process, folder and free port; and bytes over a socket, to say what no client would say."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID, uuid4

from odziv.lib.addresses import EdgeAddresses
from odziv.lib.files import DirectoryStore
from odziv.lib.hit import Hit, decode
from odziv.lib.seal import FileRef, KeyRing
from odziv.lib.spool.reader import SpoolReader
from tests.support.pens import pens

ORGANISATION = UUID(int=0x0123456789ABCDEF)

_START = """
import json, sys
from pathlib import Path
{before}
from odziv.edge.limits import Limits
from odziv.edge.main import EdgeConfig, run
folder, port, limits, proxies = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]), json.loads(sys.argv[4])
private = ("127.0.0.1", int(sys.argv[6])) if sys.argv[6] else None
config = EdgeConfig(sys.argv[5], port, folder / "spool", folder / "keys" / "seal.json", folder / "files",
                    trusted_proxies=tuple(proxies), limits=Limits(**limits), private=private,
                    shares_port=bool(sys.argv[7]))
sys.exit(run(config))
"""

WITHOUT_DJANGO = """
class NoDjango:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "django":
            raise ImportError("the edge imported " + name)
sys.meta_path.insert(0, NoDjango())
"""


@dataclass(frozen=True)
class Answered:
    """An answer as it came over the wire; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Edge:
    """`with Edge(folder) as edge:` starts and ends it. `before` is Python run before anything is imported."""

    folder: Path
    before: str = ""
    limits: dict[str, float] = field(default_factory=dict)
    proxies: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 0
    private_port: int = 0
    shares_port: bool = False
    delivery: UUID = field(default_factory=uuid4)

    def __enter__(self) -> Edge:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @classmethod
    def of(cls, running: Edge) -> Edge:
        """The same process, seen by another delivery: its hits are only those of that one."""
        seen = cls(running.folder, host=running.host, port=running.port)
        seen.base, seen.process = running.base, running.process
        return seen

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START.format(before=self.before), str(self.folder), str(self.port),
             json.dumps(self.limits), json.dumps(self.proxies), self.host, str(self.private_port or ""),
             "shared" if self.shares_port else ""],
            stdout=subprocess.PIPE, stderr=(self.folder / "stderr").open("ab"), text=True,
        )  # fmt: skip
        assert self.process.stdout
        line = self.process.stdout.readline()
        found = re.fullmatch(r"edge listening on (http://(\S+):(\d+))\n", line)
        if not found:
            self.stop()
            raise AssertionError(f"edge did not start: {line!r} {self.stderr()}")
        self.base, self.port = found[1], int(found[3])

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            if self.process.stdout:
                self.process.stdout.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    @property
    def pen(self) -> int:
        """The process beside it that writes its spool."""
        (pid,) = pens(self.process.pid)
        return pid

    def stderr(self) -> str:
        return (self.folder / "stderr").read_text()

    # Addresses and files

    @property
    def keys(self) -> KeyRing:
        return KeyRing.load(self.folder / "keys" / "seal.json")

    @property
    def addresses(self) -> EdgeAddresses:
        return EdgeAddresses("", self.keys, ORGANISATION, self.delivery)

    def store(self, content: bytes, *, name: str = "a.pdf", content_type: str = "application/pdf") -> FileRef:
        ref = DirectoryStore(self.folder / "files").put(ORGANISATION, [content])
        return FileRef(ref.key, content_type, name, ref.size)

    # Asking

    def get(self, path: str, method: str = "GET", **headers: str) -> Answered:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            return read_answer(connection)
        finally:
            connection.close()

    @contextlib.contextmanager
    def socket(self, timeout: float = 10) -> Iterator[socket.socket]:
        with socket.create_connection((self.host, self.port), timeout=timeout) as connection:
            yield connection

    def say(self, data: bytes) -> bytes:
        """Everything the edge answers to these bytes, until it closes (we close our side after sending)."""
        with self.socket() as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return read_all(connection)

    # What was recorded

    def hits(self) -> list[Hit]:
        """What was recorded for this delivery."""
        records = SpoolReader(self.folder / "spool").read({}, 10_000_000)
        return [hit for hit in (decode(record.record) for record in records) if hit.delivery == self.delivery]

    def figure(self, name: str) -> float:
        for line in self.get("/healthz").body.decode().splitlines():
            if line.startswith(f"odziv_edge_{name} "):
                return float(line.split()[1])
        raise AssertionError(f"no figure {name}")


def read_answer(connection: http.client.HTTPConnection) -> Answered:
    response = connection.getresponse()
    headers: dict[str, Any] = {}
    for name, value in response.getheaders():
        assert name.lower() not in headers, f"{name} stands twice"
        headers[name.lower()] = value
    return Answered(response.status, headers, response.read())


def read_all(connection: socket.socket) -> bytes:
    """Until the other side closes. A reset counts as an end."""
    found = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while data := connection.recv(65536):
            found += data
    return bytes(found)


def statuses(raw: bytes) -> list[int]:
    """The statuses of the answers in a stream, in order."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", raw)]
