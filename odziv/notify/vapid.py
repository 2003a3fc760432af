"""The key by which push services know this installation (VAPID, RFC 8292). Made once, kept with the other keys."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from odziv.environment import ENV
from odziv.lib.atomic import write_once
from odziv.lib.plain import PlainError

_HOLDS = timedelta(hours=12)  # RFC 8292, 2: at most 24 hours


def public_key() -> str:
    """What a page gives its browser as applicationServerKey: the point, base64url. Raises PlainError."""
    return _public(_private(ENV.push_key))


def authorization(service: str, now: datetime) -> dict[str, str]:
    """The header that proves to a push service (its origin) who sends."""
    from py_vapid import Vapid02  # what it imports takes seconds, and only the worker needs it

    claims = {"aud": service, "exp": int((now + _HOLDS).timestamp()), "sub": _contact()}
    signer = Vapid02(private_key=_private(ENV.push_key), conf={"no-strict": True})
    return dict(signer.sign(claims))


def _contact() -> str:
    """Whom a push service may ask (RFC 8292, 2.1): the public address of the pages; http is not allowed there."""
    parts = urlsplit(ENV.web_url)
    return ENV.web_url if parts.scheme == "https" else f"mailto:postmaster@{parts.hostname}"


@lru_cache(maxsize=1)
def _private(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(write_once(path, _made).encode(), password=None)
    except OSError as error:
        raise PlainError(f"{path} cannot be written or read ({error.strerror}).") from error
    except ValueError as error:
        raise PlainError(f"{path} is damaged; restore it from the backup.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise PlainError(f"{path} holds no key of the curve P-256; restore it from the backup.")
    return key


def _made() -> str:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(*form).decode()


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(key.public_key().public_bytes(*form)).decode().rstrip("=")
