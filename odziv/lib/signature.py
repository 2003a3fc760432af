"""Signatures of requests that programs send: an HMAC-SHA-256 over a Unix time, a full stop and the body.

    X-Odziv-Timestamp: 1796000000
    X-Odziv-Signature: v1=<64 hexadecimal digits>

Several signatures, with commas, are possible: one for each secret while it is being replaced.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from enum import StrEnum

TIMESTAMP, SIGNATURE = "X-Odziv-Timestamp", "X-Odziv-Signature"
WINDOW = 300
"""How many seconds the time of a request may differ from ours, either way."""

_MOST = 5


class Flaw(StrEnum):
    """Why a request is not believed."""

    NO_TIMESTAMP = "no-timestamp"
    OLD_TIMESTAMP = "old-timestamp"
    NO_SIGNATURE = "no-signature"
    WRONG_SIGNATURE = "wrong-signature"


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the signature's header."""
    return f"v1={_digest(secret, str(timestamp), body)}"


def flaw_in(secrets: Iterable[str], timestamp: str, signature: str, body: bytes, now: float) -> Flaw | None:
    """What is wrong with a signed request; None when one of the secrets made it, lately."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return Flaw.NO_TIMESTAMP
    if abs(now - int(timestamp)) > WINDOW:
        return Flaw.OLD_TIMESTAMP
    given = [part.strip()[3:].lower() for part in signature[:1000].split(",") if part.strip().startswith("v1=")]
    if not given:
        return Flaw.NO_SIGNATURE
    # All are compared, so that the time it takes says nothing.
    right = [_digest(secret, timestamp, body) for secret in secrets] or [_digest("", timestamp, body)[::-1]]
    matches = [hmac.compare_digest(one.encode(), other.encode()) for one in right for other in given[:_MOST]]
    return None if any(matches) else Flaw.WRONG_SIGNATURE


def _digest(secret: str, timestamp: str, body: bytes) -> str:
    made = hmac.new(secret.encode(), timestamp.encode() + b".", "sha256")
    made.update(body)
    return made.hexdigest()
