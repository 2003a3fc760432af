"""The suggestion itself (D2). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from odziv.advise.working_time import WorkingTime


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Deliver at this instant (UTC): then the recipient's clock, in `zone`, shows the beginning of a working day."""

    at: datetime
    zone: ZoneInfo


def suggest(now: datetime, zone: ZoneInfo, working: WorkingTime) -> Suggestion | None:
    """The nearest hour ahead at which the recipient is at work; None when they are at work now, or never are."""
    if working.contains(now, zone):
        return None
    opening = working.next_opening(now, zone)
    return Suggestion(opening, zone) if opening else None
