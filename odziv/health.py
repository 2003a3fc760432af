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
from django.utils.translation import gettext as _

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
            (_("data folder"), self._data_folder),
            (_("keys of sent mail"), self._keys),
            (_("database"), self._database),
            (_("file store"), self._file_store),
            (_("pages"), self._pages),
            (_("edge"), self._edge),
            (_("public address of the edge"), self._public_address),
            (_("test mailbox"), self._mail),
            (_("worker"), self._worker),
            (_("journal lag"), self._lag),
        )
        return [Finding(what, *look()) for what, look in looks]

    def _data_folder(self) -> tuple[bool | None, str]:
        try:
            free = shutil.disk_usage(self.env.data).free
        except OSError as error:
            return False, _("%(folder)s cannot be read (%(reason)s); start odziv serve, or odziv migrate.") % {
                "folder": self.env.data,
                "reason": error.strerror,
            }
        if free < _SCARCE_BYTES:
            return False, _("only %(free)s MB are free at %(folder)s; make room.") % {
                "free": free // 1_000_000,
                "folder": self.env.data,
            }
        return True, _("%(folder)s, %(free)s GB free") % {"folder": self.env.data, "free": free // 1_000_000_000}

    def _keys(self) -> tuple[bool | None, str]:
        try:
            return True, _("%(number)s in %(file)s") % {
                "number": len(KeyRing.load(self.env.seal_keys).keys),
                "file": self.env.seal_keys,
            }
        except KeyRingError as error:
            return False, str(error)

    def _database(self) -> tuple[bool | None, str]:
        try:
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            return False, _("%(reason)s; see to ODZIV_DATABASE_URL.") % {"reason": str(error).strip().splitlines()[0]}
        if waiting:
            return False, _("%(number)s steps behind; run odziv migrate.") % {"number": len(waiting)}
        return True, connection.display_name

    def _file_store(self) -> tuple[bool | None, str]:
        try:
            store_from(self.env.files_folder).check()
        except FileStoreError as error:
            return False, str(error)
        return True, _("%(folder)s, written and read back") % {"folder": self.env.files_folder}

    def _pages(self) -> tuple[bool | None, str]:
        return _answers(f"http://{self.env.web_listen}/", "odziv web")

    def _edge(self) -> tuple[bool | None, str]:
        works, text = _answers(f"http://{self.env.edge_listen}/healthz", "odziv edge")
        if works and b"\nodziv_edge_spool_up 0" in _get(text):
            return (
                False,
                _("answers, but cannot record what it answers: see to free space and rights of the spool folder."),
            )
        return works, text

    def _public_address(self) -> tuple[bool | None, str]:
        host = urlsplit(self.env.edge_url).hostname or ""
        if host in ("localhost", "::1") or host.startswith("127."):
            return None, _("%(address)s is reached from this machine only; real recipients need ODZIV_EDGE_URL.") % {
                "address": self.env.edge_url
            }
        return _answers(f"{self.env.edge_url}/healthz", _("the reverse proxy and ODZIV_EDGE_URL"))

    def _mail(self) -> tuple[bool | None, str]:
        address: Address = self.env.mail_listen
        try:
            socket.create_connection((address.host, address.port), _PATIENCE).close()
        except OSError as error:
            return False, _("%(address)s does not answer (%(reason)s); start odziv serve or odziv mail.") % {
                "address": address,
                "reason": error.strerror or error,
            }
        return True, str(address)

    def _worker(self) -> tuple[bool | None, str]:
        try:
            seen = last_beat()
        except DatabaseError:
            return False, _("cannot be told without the database.")
        if seen is None:
            return False, _("was never seen; start odziv serve or odziv work.")
        seconds = (self.now - seen).total_seconds()
        if seconds > _SILENT_SECONDS:
            return False, _("was last seen %(seconds)s s ago; start odziv serve or odziv work.") % {
                "seconds": round(seconds)
            }
        return True, _("seen %(seconds)s s ago") % {"seconds": max(0, round(seconds))}

    def _lag(self) -> tuple[bool | None, str]:
        try:
            positions = dict(SpoolPosition.objects.values_list("file", "position"))
        except DatabaseError:
            return False, _("cannot be told without the database.")
        backlog = SpoolReader(self.env.spool_folder).backlog(positions)
        if backlog.broken:
            name, reason = next(iter(backlog.broken.items()))
            return False, _(
                "%(file)s cannot be read (%(reason)s); what it holds is not counted. Restore it from a backup."
            ) % {"file": name, "reason": reason}
        lag = self.now.timestamp() - backlog.oldest if backlog.oldest is not None and backlog.records else 0
        if lag > _LAG_SECONDS:
            return False, _("%(number)s events wait, the oldest for %(seconds)s s; see to the worker.") % {
                "number": backlog.records,
                "seconds": round(lag),
            }
        return True, _("%(number)s events wait") % {"number": backlog.records}


def _answers(address: str, see_to: str) -> tuple[bool | None, str]:
    try:
        _get(address)
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            return False, _("%(address)s answers %(code)s; see to what %(part)s says.") % {
                "address": address,
                "code": error.code,
                "part": see_to,
            }
    except (OSError, ValueError) as error:
        return False, _("%(address)s does not answer (%(reason)s); see to %(part)s.") % {
            "address": address,
            "reason": getattr(error, "reason", error),
            "part": see_to,
        }
    return True, address


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:
        content: bytes = answer.read()
    return content
