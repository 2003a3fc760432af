"""Whether each part works, and what to do when one does not (O6)."""

from __future__ import annotations

import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from odziv.environment import Address, Environment
from odziv.lib import clock
from odziv.lib.files import FileStoreError, store_from
from odziv.lib.seal import KeyRing, KeyRingError
from odziv.lib.spool import SpoolReader
from odziv.models import Heartbeat, SpoolPosition

_SCARCE_BYTES = 500_000_000
_SILENT_SECONDS = 60
_LAG_SECONDS = 30
_PATIENCE = 5.0
_WORKER = "worker"


def beat() -> int:
    """A job of the worker: leave a sign of life that every process can see."""
    Heartbeat.objects.update_or_create(name=_WORKER, defaults={"at": clock.now()})
    return 0


def last_beat() -> datetime | None:
    """When a worker was last seen; None before the first."""
    return Heartbeat.objects.filter(name=_WORKER).values_list("at", flat=True).first()


class Finding(NamedTuple):
    """What was looked at; whether it works (None: it does, but mind the text); the exact reason and remedy."""

    what: str
    works: bool | None
    text: str


@dataclass(frozen=True)
class Health:
    """Looks at the parts of this installation, one after another."""

    env: Environment
    now: datetime

    def findings(self) -> list[Finding]:
        """All findings, in an order in which the first fault is likely the cause of the others."""
        looks: tuple[tuple[str, Callable[[], tuple[bool | None, str]]], ...] = (
            ("data folder", self._data_folder),
            ("keys of sent mail", self._keys),
            ("database", self._database),
            ("file store", self._file_store),
            ("pages", self._pages),
            ("edge", self._edge),
            ("public address of the edge", self._public_address),
            ("test mailbox", self._mail),
            ("worker", self._worker),
            ("journal lag", self._lag),
        )
        return [Finding(what, *look()) for what, look in looks]

    def _data_folder(self) -> tuple[bool | None, str]:
        try:
            free = shutil.disk_usage(self.env.data).free
        except OSError as error:
            return False, f"{self.env.data} cannot be read ({error.strerror}); start odziv serve, or odziv migrate."
        if free < _SCARCE_BYTES:
            return False, f"only {free // 1_000_000} MB are free at {self.env.data}; make room."
        return True, f"{self.env.data}, {free // 1_000_000_000} GB free"

    def _keys(self) -> tuple[bool | None, str]:
        try:
            return True, f"{len(KeyRing.load(self.env.seal_keys).keys)} in {self.env.seal_keys}"
        except KeyRingError as error:
            return False, str(error)

    def _database(self) -> tuple[bool | None, str]:
        try:
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            return False, f"{str(error).strip().splitlines()[0]}; see to ODZIV_DATABASE_URL."
        if waiting:
            return False, f"{len(waiting)} steps behind; run odziv migrate."
        return True, connection.display_name

    def _file_store(self) -> tuple[bool | None, str]:
        try:
            store_from(self.env.files_folder).check()
        except FileStoreError as error:
            return False, str(error)
        return True, f"{self.env.files_folder}, written and read back"

    def _pages(self) -> tuple[bool | None, str]:
        return _answers(f"http://{self.env.web_listen}/", "odziv web")

    def _edge(self) -> tuple[bool | None, str]:
        works, text = _answers(f"http://{self.env.edge_listen}/healthz", "odziv edge")
        if works and b"\nodziv_edge_spool_up 0" in _get(text):
            return (
                False,
                "answers, but cannot record what it answers: see to free space and rights of the spool folder.",
            )
        return works, text

    def _public_address(self) -> tuple[bool | None, str]:
        host = urlsplit(self.env.edge_url).hostname or ""
        if host in ("localhost", "::1") or host.startswith("127."):
            return None, f"{self.env.edge_url} is reached from this machine only; real recipients need ODZIV_EDGE_URL."
        return _answers(f"{self.env.edge_url}/healthz", "the reverse proxy and ODZIV_EDGE_URL")

    def _mail(self) -> tuple[bool | None, str]:
        address: Address = self.env.mail_listen
        try:
            socket.create_connection((address.host, address.port), _PATIENCE).close()
        except OSError as error:
            return False, f"{address} does not answer ({error.strerror or error}); start odziv serve or odziv mail."
        return True, str(address)

    def _worker(self) -> tuple[bool | None, str]:
        try:
            seen = last_beat()
        except DatabaseError:
            return False, "cannot be told without the database."
        if seen is None:
            return False, "was never seen; start odziv serve or odziv work."
        seconds = (self.now - seen).total_seconds()
        if seconds > _SILENT_SECONDS:
            return False, f"was last seen {seconds:.0f} s ago; start odziv serve or odziv work."
        return True, f"seen {max(0.0, seconds):.0f} s ago"

    def _lag(self) -> tuple[bool | None, str]:
        try:
            positions = dict(SpoolPosition.objects.values_list("file", "position"))
        except DatabaseError:
            return False, "cannot be told without the database."
        backlog = SpoolReader(self.env.spool_folder).backlog(positions)
        if backlog.broken:
            name, reason = next(iter(backlog.broken.items()))
            return False, f"{name} cannot be read ({reason}); what it holds is not counted. Restore it from a backup."
        lag = self.now.timestamp() - backlog.oldest if backlog.oldest is not None and backlog.records else 0
        if lag > _LAG_SECONDS:
            return False, f"{backlog.records} events wait, the oldest for {lag:.0f} s; see to the worker."
        return True, f"{backlog.records} events wait"


def _answers(address: str, see_to: str) -> tuple[bool | None, str]:
    try:
        _get(address)
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            return False, f"{address} answers {error.code}; see to what {see_to} says."
    except (OSError, ValueError) as error:
        return False, f"{address} does not answer ({getattr(error, 'reason', error)}); see to {see_to}."
    return True, address


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:
        content: bytes = answer.read()
    return content
