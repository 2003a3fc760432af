"""The processes: pages, edge, test mailbox, worker, and how far it is behind."""

from __future__ import annotations

import socket
from datetime import datetime

from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odziv.health.place import AGENT, Place, Seen
from odziv.ingest.waiting import STREAM, backlog
from odziv.lib import clock
from odziv.lib.fetch import Unreachable, fetch
from odziv.models import Heartbeat

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


def worker(place: Place) -> Seen:
    try:
        seen = last_beat()
    except DatabaseError:
        return Seen(False, _("cannot be told without the database."))
    if seen is None:
        return Seen(False, _("was never seen; start odziv serve or odziv work."))
    seconds = max(0, round((place.now - seen).total_seconds()))
    if seconds > _SILENT_SECONDS:
        return Seen(
            False, _("was last seen %(seconds)s s ago; start odziv serve or odziv work.") % {"seconds": seconds}
        )
    return Seen(True, ngettext("seen %(n)d second ago", "seen %(n)d seconds ago", seconds) % {"n": seconds})


def lag(place: Place) -> Seen:
    """How long what the edge recorded waits for the worker. Not how much: that would tell of other organisations."""
    try:
        waiting = backlog(place.env)
    except DatabaseError:
        return Seen(False, _("cannot be told without the database."))
    if STREAM in waiting.broken:
        said = _("%(reason)s. What the edges record waits on their own disks until then.")
        return Seen(False, said % {"reason": waiting.broken[STREAM]})
    if waiting.broken:
        name, reason = next(iter(waiting.broken.items()))
        said = _("%(file)s cannot be read (%(reason)s); what it holds is not counted. Restore it from a backup.")
        return Seen(False, said % {"file": name, "reason": reason})
    waits = round(place.now.timestamp() - waiting.oldest) if waiting.oldest is not None and waiting.records else 0
    if waits > _LAG_SECONDS:
        return Seen(False, _("the oldest event waits for %(seconds)s s; see to the worker.") % {"seconds": waits})
    return Seen(True, _("figures are up to date"))


def pages(place: Place) -> Seen:
    address = f"http://{place.env.web_listen}/"
    try:
        found = fetch(address, patience=_PATIENCE, agent=AGENT)
    except Unreachable as error:
        return _silent(address, error, "odziv web")
    if found.status >= 500:
        said = _("%(address)s answers %(code)s; see to what %(part)s says.")
        return Seen(False, said % {"address": address, "code": found.status, "part": "odziv web"})
    return Seen(True, address)


def edge(place: Place) -> Seen:
    address = f"http://{place.env.edge_listen}/healthz"
    try:
        found = fetch(address, patience=_PATIENCE, agent=AGENT)
    except Unreachable as error:
        return _silent(address, error, "odziv edge")
    if b"odziv_edge_" not in found.body:
        return Seen(False, _("something else than odziv edge answers at %(address)s.") % {"address": address})
    if b"\nodziv_edge_spool_up 0" in found.body:
        said = _("answers, but cannot record what it answers: see to free space and rights of the spool folder.")
        return Seen(False, said)
    return Seen(True, address)


def test_mailbox(place: Place) -> Seen:
    address = place.env.mail_listen
    try:
        socket.create_connection((address.host, address.port), _PATIENCE).close()
    except OSError as error:
        said = _("%(address)s does not answer (%(reason)s); start odziv serve or odziv mail.")
        return Seen(False, said % {"address": address, "reason": error.strerror or error})
    return Seen(True, str(address))


def _silent(address: str, error: Unreachable, part: str) -> Seen:
    said = _("%(address)s does not answer (%(reason)s); see to %(part)s.")
    return Seen(False, said % {"address": address, "reason": error, "part": part})
