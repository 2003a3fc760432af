"""When it leaves, and when its writer is reminded of it (D1, M4)."""

from __future__ import annotations

from collections.abc import Iterator

from odziv.compose import schedule
from odziv.compose.check.seen import Seen
from odziv.compose.problems import Problem


def delay(seen: Seen) -> Iterator[Problem]:
    """The chosen time lies ahead."""
    yield from schedule.problems(seen.draft, seen.now)


def reminder(seen: Seen) -> Iterator[Problem]:
    """Its condition can be told of this message, and its time comes after the message left."""
    yield from seen.of_reminder
