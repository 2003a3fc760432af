"""The clock of the doors. Everything behind a door gets its time as an argument (`now: datetime`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def at(unix_seconds: float) -> datetime:
    """The moment of a Unix time, aware, in UTC."""
    return datetime.fromtimestamp(unix_seconds, UTC)
