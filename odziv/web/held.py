"""Messages that can still be taken back, kept in the session: every page shows them, and none asks the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from odziv.models import Message

_KEY = "held"
_MOST = 5


@dataclass(frozen=True, slots=True)
class Held:
    """A message of the user's that waits: `left` seconds, as long as nobody takes it back."""

    id: UUID
    subject: str
    left: float


def remember(request: HttpRequest, message: Message) -> None:
    """Show the message on the pages that come, until it leaves."""
    if message.send_at is None or message.is_scheduled:
        return
    kept = [entry for entry in request.session.get(_KEY, []) if entry[0] != str(message.pk)][-_MOST + 1 :]
    request.session[_KEY] = [*kept, [str(message.pk), message.subject[:80], message.send_at.timestamp()]]


def forget(request: HttpRequest, id: UUID) -> None:
    """It was taken back."""
    request.session[_KEY] = [entry for entry in request.session.get(_KEY, []) if entry[0] != str(id)]


def shown(request: HttpRequest, now: datetime) -> list[Held]:
    """Those that still wait, the next to leave first."""
    entries = request.session.get(_KEY, [])
    found = [Held(UUID(id), subject, round(until - now.timestamp(), 1)) for id, subject, until in entries]
    return sorted((one for one in found if one.left > 0), key=lambda one: one.left)
