"""What an action gets and gives: the rows of one step, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from odziv.models import User

NAMED = 20  # of those that stay for the same reason


class Why(StrEnum):
    """Why a row stayed as it was. The pages have words for each."""

    GONE = "gone"  # or never there for this user: the two are one (O1)
    SAME = "same"  # it was so already
    OTHERS = "others"  # the e-mail is somebody else's (O2)
    QUALIFIED = "qualified"  # a qualified lead is kept as it was
    NO_PREFERENCE = "preference"  # an opportunity has no Follow email
    LARGE = "large"  # more hangs on it than could be brought back
    LEFT = "left"  # the e-mail has left, or begun to
    OVER = "over"  # the time has passed meanwhile
    CHANGED = "changed"  # it cannot be undone: somebody has changed it since
    LOST = "lost"  # it cannot be brought back: what it needs is gone, or too much time has passed


@dataclass(frozen=True, slots=True)
class Call:
    """Who asked for what, and when. `values` are what they chose: owner, time."""

    user: User
    values: Mapping[str, Any]
    now: datetime


@dataclass(slots=True)
class Outcome:
    """`undo` is what taking it back needs, as JSON; `refused` is how `BulkStep` keeps it."""

    changed: int = 0
    undo: list[Any] = field(default_factory=list)
    refused: dict[str, list[Any]] = field(default_factory=dict)

    def refuse(self, why: Why, key: UUID | str, name: str = "", more: str = "") -> None:
        """This row stays as it is."""
        entry = self.refused.setdefault(why, [0, []])
        entry[0] += 1
        if name and len(entry[1]) < NAMED:
            entry[1].append([str(key), name, more])

    def gone(self, wanted: Iterable[UUID], found: Iterable[UUID]) -> None:
        """Those that were named and are not there."""
        for key in set(wanted) - set(found):
            self.refuse(Why.GONE, key)
