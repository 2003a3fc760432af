"""The public address: does a recipient's request reach this installation's edge, and is it recorded here (O6)?

A beacon that belongs to no mail is fetched as a recipient's program would fetch it, and then looked for where the
edge records. So a green answer has seen name, connection, certificate, reverse proxy, edge, keys and spool.
"""

from __future__ import annotations

import time
from urllib.parse import urlsplit
from uuid import UUID

from django.db import DatabaseError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from odziv.environment import Environment
from odziv.health.place import AGENT, Place, Seen
from odziv.ingest.waiting import backlog
from odziv.lib.fetch import Fetched, Step, Unreachable, fetch
from odziv.lib.hit import HitError, decode
from odziv.lib.probe import probe
from odziv.lib.seal import KeyRing, KeyRingError
from odziv.lib.spool.reader import SpoolReader
from odziv.models import Heartbeat, SpoolPosition

_PATIENCE = 5.0
_RECORDED_WITHIN = 4.0
_NEWEST = 5_000  # records of the spool that are searched

_STEPS: dict[Step, str | Promise] = {
    Step.NAME: gettext_lazy(
        "The name %(host)s is not known (%(reason)s). Enter it at your DNS provider with the address of this server, "
        "or correct ODZIV_EDGE_URL."
    ),
    Step.REFUSED: gettext_lazy(
        "Nobody answers at %(host)s, port %(port)s (connection refused). Start the reverse proxy, and let it listen "
        "there."
    ),
    Step.SILENT: gettext_lazy(
        "%(host)s, port %(port)s, does not answer within %(seconds)s s. Open the port in the firewall. If recipients "
        "do reach it, only the way from this server to its own public address is closed."
    ),
    Step.ROUTE: gettext_lazy("There is no way from here to %(host)s, port %(port)s: %(reason)s."),
    Step.CERTIFICATE: gettext_lazy(
        "The certificate of %(host)s is not valid: %(reason)s. Renew it in the reverse proxy; recipients' programs "
        "refuse it too."
    ),
    Step.TLS: gettext_lazy(
        "%(host)s, port %(port)s, speaks no TLS (%(reason)s). Let the reverse proxy answer https there, or begin "
        "ODZIV_EDGE_URL with http://."
    ),
    Step.HTTP: gettext_lazy("What answers at %(host)s, port %(port)s, does not speak HTTP (%(reason)s)."),
}


def public_address(place: Place) -> Seen:
    """See the module. None: it works, but is only for this machine, or not encrypted."""
    try:
        mark, address = probe(place.env.edge_url, KeyRing.load(place.env.seal_keys))
    except KeyRingError:
        return Seen(False, _("cannot be tried without the keys of sent mail."))
    try:
        found = fetch(address, patience=_PATIENCE, agent=AGENT)
        if not _is_beacon(found):
            return Seen(False, _why_no_beacon(place.env, found))
    except Unreachable as error:
        return Seen(False, _unreached(place.env, error))
    return _recorded(place.env, mark)


def is_local(address: str) -> bool:
    """Whether only programs on this machine can mean us by it."""
    host = urlsplit(address).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _is_beacon(found: Fetched) -> bool:
    return found.status == 200 and found.headers.get("content-type") == "image/gif" and found.body[:4] == b"GIF8"


def _unreached(env: Environment, error: Unreachable) -> str:
    parts = urlsplit(env.edge_url)
    return str(_STEPS[error.step]) % {
        "host": parts.hostname,
        "port": parts.port or (443 if parts.scheme == "https" else 80),
        "reason": error,
        "seconds": round(_PATIENCE),
    }


def _why_no_beacon(env: Environment, found: Fetched) -> str:
    """What the answer says of who gave it. Raises Unreachable."""
    if found.status in (502, 503, 504):
        said = _(
            "The reverse proxy at %(address)s answers, but does not reach the edge (%(code)s). Let it pass requests to "
            "%(listen)s, and see that odziv edge runs."
        )
        return said % {"address": env.edge_url, "code": found.status, "listen": env.edge_listen}
    if 300 <= found.status < 400 and "location" in found.headers:
        said = _(
            "%(address)s leads elsewhere, to %(target)s. Put the address at which the edge answers into ODZIV_EDGE_URL."
        )
        return said % {"address": env.edge_url, "target": _origin(found.headers["location"])}
    if found.status in (401, 403, 407):
        said = _("%(address)s wants a sign-in (%(code)s). Recipients have none: let the edge be reached by everybody.")
        return said % {"address": env.edge_url, "code": found.status}
    if b"odziv_edge_" in fetch(f"{env.edge_url}/healthz", patience=_PATIENCE, agent=AGENT).body:
        said = _(
            "The edge at %(address)s does not know the keys of this installation: it belongs to another one. Pass its "
            "requests to %(listen)s, or give it a copy of %(keys)s."
        )
        return said % {"address": env.edge_url, "listen": env.edge_listen, "keys": env.seal_keys}
    server = found.headers.get("server", "")
    who = _("another server (%(name)s)") % {"name": server[:60]} if server else _("another server")
    said = _(
        "At %(address)s %(who)s answers, not the edge (%(code)s). Let the reverse proxy pass its requests to "
        "%(listen)s."
    )
    return said % {"address": env.edge_url, "who": who, "code": found.status, "listen": env.edge_listen}


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else address[:60]


def _recorded(env: Environment, mark: UUID) -> Seen:
    """The beacon came, sealed with our keys; now its record has to come out of our spool."""
    until = time.monotonic() + _RECORDED_WITHIN
    try:
        while not (Heartbeat.objects.has_probe(mark) or _in_spool(env, mark)):
            if time.monotonic() > until:
                return _not_recorded(env)
            time.sleep(0.1)
    except DatabaseError:
        return Seen(None, _("%(address)s answers; what it records cannot be seen without the database.") % _told(env))
    if is_local(env.edge_url):
        said = _("%(address)s works, but only on this machine: name the public address in ODZIV_EDGE_URL.")
        return Seen(None, said % _told(env))
    if env.edge_url.startswith("http:"):
        said = _("%(address)s works, but is not encrypted: many mail programs show no pictures from such addresses.")
        return Seen(None, said % _told(env))
    return Seen(True, env.edge_url)


def _not_recorded(env: Environment) -> Seen:
    if backlog(env).records > _NEWEST:
        return Seen(
            None, _("%(address)s answers; whether it records here shows when the worker has caught up.") % _told(env)
        )
    said = _(
        "%(address)s answers with the keys of this installation, but what it records does not come here: it is the "
        "edge of a copy, or writes into another folder. Pass its requests to %(listen)s."
    )
    return Seen(False, said % _told(env))


def _in_spool(env: Environment, mark: UUID) -> bool:
    positions = dict(SpoolPosition.objects.values_list("file", "position"))
    for record in SpoolReader(env.spool_folder).read(positions, _NEWEST):
        try:
            if decode(record.record).delivery == mark:
                return True
        except HitError:
            continue
    return False


def _told(env: Environment) -> dict[str, str]:
    return {"address": env.edge_url, "listen": str(env.edge_listen)}
