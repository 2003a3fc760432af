"""What recipients' programs did with followed messages, and the figures that follow from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bench.seed.chance import Chance, moment
from bench.seed.people import Rows
from bench.seed.scale import Scale

_AGENTS = (
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
        "human-client",
        "phone",
    ),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36", "human-client", "desktop"),
    ("Mozilla/5.0 (compatible; Barracuda Sentinel (EE))", "scanner", "unknown"),
    ("Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)", "image-proxy", "unknown"),
)
_HEADERS = json.dumps({"accept-language": "sl,en;q=0.7", "sec-fetch-site": "none"})
_REASONS = {"human": json.dumps(["known-program"]), "machine": json.dumps(["scanner"]), "unsure": "[]"}


@dataclass(slots=True)
class Figures:
    """The figures of a message, as the fold would find them."""

    opens: int = 0
    first: float | None = None
    last: float | None = None
    clicks: int = 0
    views: int = 0
    replies: int = 0
    at: float | None = None

    def values(self) -> dict[str, object]:
        """By the names of the columns."""
        first, last, folded = (None if at is None else moment(at) for at in (self.first, self.last, self.at))
        return {
            "opens": self.opens, "first_opened_at": first, "last_opened_at": last, "link_clicks": self.clicks,
            "attachment_views": self.views, "replies": self.replies, "figures_at": folded,
        }  # fmt: skip


class Journal:
    """Draws events, as many in all as the scale says."""

    def __init__(self, scale: Scale, chance: Chance, ends: float) -> None:
        self._scale, self._chance, self._ends = scale, chance, ends
        # Of the messages about 0.6 are sent followed; 0.55 of those see any event.
        self._mean = max(1.0, scale.interactions / max(1.0, scale.messages * 0.59 * 0.55))

    def of_message(
        self, rows: Rows, organisation: str, message: str, sent: float, copies: Sequence[str], flood: bool
    ) -> Figures:
        """The events of a message that left followed, as rows of the journal; returns its figures."""
        chance, figures = self._chance, Figures()
        count = self._scale.flood if flood else 0
        if not flood and chance.random() < 0.55 and copies:
            count = 1 + int(chance.expovariate(1 / max(0.01, self._mean - 0.5)))
        since = min(self._ends - sent, 90 * 86400 if flood else 14 * 86400)
        for number in range(count):
            copy = copies[number % len(copies)] if flood else chance.choice(copies)
            at = sent + since * chance.random() ** 3
            draw = chance.random()
            kind = "open" if draw < 0.72 else "click" if draw < 0.9 else "file"
            agent, agent_kind, device = chance.choice(_AGENTS)
            draw = chance.random()
            verdict = "human" if draw < 0.7 else "machine" if draw < 0.95 else "unsure"
            counted = chance.random() < 0.9
            if verdict == "human" and counted:
                _count(figures, kind, at)
            figures.at = max(figures.at or at, at)
            rows.setdefault("interaction", []).append(
                {
                    "id": chance.timed_uuid(at),
                    "organisation_id": organisation,
                    "message_id": message,
                    "delivery_id": copy,
                    "kind": kind,
                    "ordinal": 0 if kind == "open" else chance.randrange(3) % 3,
                    "at": moment(at),
                    "method": "GET",
                    "agent": agent,
                    "headers": _HEADERS,
                    "agent_kind": agent_kind,
                    "device": device,
                    "client": "Mail",
                    "network": "193.2.1.0",
                    "country": "SI",
                    "verdict": verdict,
                    "reasons": _REASONS[verdict],
                    "counted": int(counted),
                }
            )
        if count and chance.random() < 0.15:
            figures.replies = 1
        return figures


def _count(figures: Figures, kind: str, at: float) -> None:
    if kind == "open":
        figures.opens += 1
        figures.first = at if figures.first is None else min(figures.first, at)
        figures.last = at if figures.last is None else max(figures.last, at)
    elif kind == "click":
        figures.clicks += 1
    else:
        figures.views += 1
