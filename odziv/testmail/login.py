"""How an organisation signs in at the built-in mail server: nothing is stored, everything follows from one secret."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from django.conf import settings


def username_for(organisation_id: UUID) -> str:
    """The organisation's user name."""
    return organisation_id.hex


def password_for(organisation_id: UUID) -> str:
    """The organisation's password, derived from the application's secret."""
    return hmac.new(settings.MAIL_SECRET.encode(), organisation_id.bytes, hashlib.sha256).hexdigest()


def organisation_of(username: str, password: str) -> UUID | None:
    """The organisation that signs in so, or None for a wrong user name or password."""
    try:
        organisation_id = UUID(hex=username)
    except ValueError:
        return None
    right = hmac.compare_digest(password_for(organisation_id).encode(), password.encode())
    return organisation_id if right else None
