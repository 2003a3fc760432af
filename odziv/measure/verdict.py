"""Person, machine or unsure: judged over all events of a delivery together (J5). Pure.

`judge` sees every event, so that a rule may look at the neighbours of one. The rules that stand here look at one event
each; the first that fits decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from odziv.ingest.agents import APPLE_PRIVACY, BOT, GMAIL_PREFETCH, IMAGE_PROXY, PERSON, SCANNER
from odziv.measure import reasons
from odziv.measure.evidence import Event

HUMAN, MACHINE, UNSURE = "human", "machine", "unsure"

_PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_PREFETCH_WORDS = ("prefetch", "prerender", "preview")


class Rule(NamedTuple):
    verdict: str
    reason: str
    fits: Callable[[Event], bool]


def _prefetches(event: Event) -> bool:
    """Sec-Purpose (Fetch standard, section 3.8), and what browsers sent before it."""
    said = " ".join(event.headers.get(name, "") for name in _PREFETCH_HEADERS).lower()
    return any(word in said for word in _PREFETCH_WORDS)


RULES: tuple[Rule, ...] = (
    Rule(MACHINE, reasons.HEAD, lambda event: event.method == "HEAD"),
    Rule(MACHINE, reasons.PREFETCH, _prefetches),
    Rule(MACHINE, reasons.NO_AGENT, lambda event: not event.agent),
    Rule(MACHINE, reasons.SCANNER, lambda event: event.agent_kind == SCANNER),
    Rule(MACHINE, reasons.BOT, lambda event: event.agent_kind == BOT),
    # Image proxies load pictures for readers; what follows a link under such a name is a script.
    Rule(MACHINE, reasons.BOT, lambda event: event.agent_kind == IMAGE_PROXY and event.kind in ("click", "file")),
    Rule(MACHINE, reasons.APPLE_PRIVACY, lambda event: event.client == APPLE_PRIVACY),
    Rule(MACHINE, reasons.GMAIL_PREFETCH, lambda event: event.client == GMAIL_PREFETCH),
    Rule(HUMAN, reasons.IMAGE_PROXY, lambda event: event.agent_kind == IMAGE_PROXY),
    Rule(HUMAN, reasons.PERSON_AGENT, lambda event: event.agent_kind == PERSON),
)


def judge(events: Sequence[Event]) -> dict[UUID, tuple[str, str]]:
    """Verdict and reason of each event. The order of `events` does not matter; an id that comes twice is one event."""
    return {event.id: _of(event) for event in events}


def _of(event: Event) -> tuple[str, str]:
    for rule in RULES:
        if rule.fits(event):
            return rule.verdict, rule.reason
    return UNSURE, ""
