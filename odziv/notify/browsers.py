"""Browsers that show notifications: what a page says of one is checked and kept, and forgotten (A1)."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from odziv.environment import ENV
from odziv.ingest.agents import describe
from odziv.lib.dial import is_public_address
from odziv.models import PushSubscription, User

LONGEST = 2000  # characters of an endpoint; those of the known services have a few hundred
_PRINTABLE = re.compile(r"[!-~]+")
_LOCAL = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


class BadSubscription(ValueError):
    """What was said is no browser's subscription, or not one that we would send to."""


class Told(NamedTuple):
    """A subscription as a page tells it; see PushSubscription."""

    endpoint: str
    service: str
    public_key: str
    secret: str


def understood(said: object) -> Told:
    """What `PushSubscription.toJSON()` gave, as it was parsed from JSON. Raises BadSubscription."""
    keys = said.get("keys") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(keys, dict):
        raise BadSubscription("not a subscription")
    endpoint, public_key, secret = said.get("endpoint"), keys.get("p256dh"), keys.get("auth")
    if not isinstance(endpoint, str) or not isinstance(public_key, str) or not isinstance(secret, str):
        raise BadSubscription("not a subscription")
    service = service_of(endpoint, private=ENV.private_push)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(public_key, 65))
    except ValueError as error:
        raise BadSubscription("its key is no point of P-256") from error
    _bytes(secret, 16)
    return Told(endpoint, service, public_key.rstrip("="), secret.rstrip("="))


def service_of(endpoint: str, *, private: bool) -> str:
    """The origin of a push service's address (RFC 8030, 5). Raises BadSubscription.

    It has to be https, on its usual port, with a name or an address of the open internet; `private` allows the rest.
    The addresses behind a name are checked when something is sent there, on the connection that is then used.
    """
    if not _PRINTABLE.fullmatch(endpoint) or len(endpoint) > LONGEST:
        raise BadSubscription("not an address")
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise BadSubscription("not an address") from error
    host = parts.hostname or ""
    if not host or "@" in parts.netloc or parts.fragment or "\\" in endpoint:
        raise BadSubscription("not an address of a push service")
    if not (private and parts.scheme == "http") and parts.scheme != "https":
        raise BadSubscription("not an https address")
    if not private and (port not in (None, 443) or not _is_public(host)):
        raise BadSubscription("not an address of the open internet")
    shown = f"[{host}]" if ":" in host else host
    service = f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, 443) else "")
    if len(service) > 300:
        raise BadSubscription("not an address")
    return service


def remember(user: User, told: Told, agent: str, now: datetime) -> PushSubscription:
    """From now on this browser shows the user's cards; `agent` is its User-Agent."""
    keys = (told.public_key, told.secret)
    return PushSubscription.objects.keep(user, told.endpoint, told.service, keys, _label(agent), now)


def _is_public(host: str) -> bool:
    try:
        return is_public_address(ipaddress.ip_address(host))
    except ValueError:
        # A name needs a dot and letters at its end: 127.1 and 0x7f000001 are addresses for many resolvers.
        last = host.rstrip(".").rpartition(".")
        return bool(last[0]) and not last[2][:1].isdigit() and not f".{host.rstrip('.')}".endswith(_LOCAL)


def _bytes(text: str, size: int) -> bytes:
    try:
        found = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSubscription("its key is not base64url") from error
    if len(found) != size:
        raise BadSubscription("its key has another length")
    return found


def _label(agent: str) -> str:
    """A browser as its user knows it: Chrome, Windows."""
    found = describe(agent[:512])
    return ", ".join(filter(None, (found.client, found.system)))
