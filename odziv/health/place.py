"""What a look is told, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from odziv.environment import Environment

AGENT = "Odziv health check"  # as which it asks


@dataclass(frozen=True, slots=True)
class Place:
    """This installation as it is now, seen by one organisation; None: by whoever runs it."""

    env: Environment
    now: datetime
    organisation: UUID | None = None


class Seen(NamedTuple):
    """Whether it works (None: it does, or need not, but mind the text); the exact reason and remedy.

    `used` is false for what is not in use here and need not be: there is nothing to mind, only to know.
    """

    works: bool | None
    text: str
    used: bool = True
