"""Person, machine or unsure: judged over all events of a delivery together with what is known of it (J5). Pure.

Each event gathers evidence; the table of `weights` says what each piece counts for, and the sum decides. Three steps:

1. what stands in the event itself, and in how it lies among the others (`patterns`);
2. what machines that these showed up left behind: other events of the same source are theirs as well;
3. what a person's later event, or a reply, says of events of which one could not be sure.

On this very machine only what a program says of itself is evidence: no recipient's scanner runs here, and whoever tries
the product plays both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from odziv.ingest.agents import APPLE_PRIVACY, BOT, GMAIL_PREFETCH, IMAGE_PROXY, PERSON, SCANNER
from odziv.measure import networks, patterns, reasons
from odziv.measure.evidence import Event, EventId, Facts
from odziv.measure.patterns import PICTURES
from odziv.measure.weights import DEFAULTS, HUMAN_TO, MACHINE_FROM, WEIGHTS, Points

HUMAN, MACHINE, UNSURE = "human", "machine", "unsure"

EARLY = timedelta(minutes=2)
SOON = timedelta(minutes=5)
FIRST_SECONDS = timedelta(seconds=10)
READING = timedelta(seconds=3)
"""From opening to clicking it takes a person at least this long."""

_PREFETCH_HEADERS = frozenset({"sec-purpose", "purpose", "x-purpose", "x-moz"})
_PREFETCH_WORDS = ("prefetch", "prerender", "preview")
_SHOWS_A_MACHINE = frozenset({reasons.BURST, reasons.ALL_LINKS, reasons.HONEYPOT, reasons.REPEATED})
# Doubts that a later sign of a person dispels. What looks like a machine's doing is none the less its.
_MERE_DOUBTS = frozenset(
    {
        reasons.PERSON_AGENT,
        reasons.IMAGE_PROXY,
        reasons.OTHER_PROXY,
        reasons.EARLY_OPEN,
        reasons.EARLY_CLICK,
        reasons.SOON_CLICK,
        reasons.OPENED_BEFORE,
        reasons.CLOUD_NETWORK,
    }
)
_DISPELLED = _MERE_DOUBTS | {reasons.TEAM_NETWORK}
_ORDER = {code: place for place, code in enumerate(WEIGHTS)}


class Verdict(NamedTuple):
    """What an event is, what speaks for that, and what spoke against it; the weightiest first. Of one that is unsure,
    `reasons` is whatever speaks at all."""

    verdict: str
    reasons: tuple[str, ...]
    against: tuple[str, ...] = ()


Evidence = dict[EventId, set[str]]


def judge(events: Iterable[Event], facts: Facts, points: Points = DEFAULTS) -> dict[EventId, Verdict]:
    """The verdict on each event. The order of `events` does not matter; an id that comes twice is one event."""
    return judge_ordered(in_order(events), facts, points)


def in_order(events: Iterable[Event]) -> list[Event]:
    """By time, each once."""
    return sorted({event.id: event for event in events}.values(), key=_place)


_place = attrgetter("at", "id")


def judge_ordered(ordered: Sequence[Event], facts: Facts, points: Points) -> dict[EventId, Verdict]:
    """As `judge`, of what `in_order` gave."""
    judged = _judging(tuple(points[code] for code in WEIGHTS) if points is not DEFAULTS else _DEFAULTS)
    evidence = {event.id: {_of_program(event)} for event in ordered}
    kinds = [networks.kind_of(event.network) for event in ordered]
    abroad = [event for event, kind in zip(ordered, kinds, strict=True) if kind != networks.HERE]
    of_people = [event for event in abroad if event.agent_kind == PERSON]
    _add(evidence, patterns.together(of_people, facts))
    _add(evidence, _of_time(abroad, facts))
    for event, kind in zip(ordered, kinds, strict=True):
        # An image proxy stands in its service's network, which says nothing, and is the same source for everybody.
        if kind in _OF_NETWORK and event.agent_kind != IMAGE_PROXY:
            evidence[event.id].add(_OF_NETWORK[kind])
    for event in of_people:
        if event.teammate is not None:
            evidence[event.id].add(reasons.TEAM_NETWORK)
        if facts.colleagues and (code := patterns.with_colleagues(event, facts)):
            evidence[event.id].add(code)
    disguised = [event for event in abroad if not _SHOWS_A_MACHINE.isdisjoint(evidence[event.id])]
    asked_for_headers = [event for event in of_people if reasons.HEAD in evidence[event.id]]
    if disguised or asked_for_headers:
        _add(evidence, patterns.left_by_machines(of_people, disguised, asked_for_headers))
    verdicts = {id: judged[frozenset(codes)] for id, codes in evidence.items()}
    for id, codes in _of_later(ordered, evidence, verdicts, facts).items():
        verdicts[id] = judged[frozenset(evidence[id] | codes)]
    return {
        event.id: _named(verdicts[event.id], event.teammate) if event.teammate else verdicts[event.id]
        for event in ordered
    }


_OF_NETWORK = {networks.SECURITY: reasons.SECURITY_NETWORK, networks.CLOUD: reasons.CLOUD_NETWORK}


def _add(evidence: Evidence, more: Mapping[EventId, set[str]]) -> None:
    for id, codes in more.items():
        evidence[id] |= codes


_Weights = tuple[int, ...]
"""What each piece of evidence counts for, in the order of `WEIGHTS`."""
_DEFAULTS: _Weights = tuple(DEFAULTS[code] for code in WEIGHTS)


class _Judged(dict[frozenset[str], Verdict]):
    """The verdict by all that speaks for and against; few sets of evidence come again and again."""

    def __init__(self, weights: _Weights) -> None:
        self._weights = weights

    def __missing__(self, codes: frozenset[str]) -> Verdict:
        points = {code: self._weights[_ORDER[code]] for code in codes}
        total = sum(points.values())
        verdict = MACHINE if total >= MACHINE_FROM else HUMAN if total <= HUMAN_TO else UNSURE
        ordered = sorted(codes, key=lambda code: (-abs(points[code]), _ORDER[code]))
        told = [code for code in ordered if verdict == UNSURE or (points[code] > 0) == (verdict == MACHINE)]
        against = tuple(code for code in ordered if code not in told and points[code])
        if len(self) > _MOST_SETS:
            self.clear()
        self[codes] = found = Verdict(verdict, tuple(told), against)
        return found


_MOST_SETS = 20_000
_judging = lru_cache(maxsize=100)(_Judged)


def _named(verdict: Verdict, teammate: UUID) -> Verdict:
    """With the user in the code of the team's network."""
    named = {reasons.TEAM_NETWORK: f"{reasons.TEAM_NETWORK}:{teammate.hex}"}
    told, against = (tuple(named.get(code, code) for code in codes) for codes in verdict[1:])
    return Verdict(verdict.verdict, told, against)


def _of_program(event: Event) -> str:
    """What the request says of itself; the first that fits."""
    headers = event.headers
    said = ""
    if headers and not _PREFETCH_HEADERS.isdisjoint(headers):
        said = " ".join([headers[name] for name in headers if name in _PREFETCH_HEADERS]).lower()
    if event.kind == "hidden":
        code = reasons.HONEYPOT
    elif event.method == "HEAD":
        code = reasons.HEAD
    elif said and any(word in said for word in _PREFETCH_WORDS):
        code = reasons.PREFETCH
    elif not event.agent:
        code = reasons.NO_AGENT
    elif event.agent_kind == IMAGE_PROXY and event.kind in PICTURES:
        code = _PROXIES.get(event.client, reasons.OTHER_PROXY)
    else:
        code = _AGENTS[event.agent_kind]
    return code


_PROXIES = {
    APPLE_PRIVACY: reasons.APPLE_PRIVACY,
    GMAIL_PREFETCH: reasons.GMAIL_PREFETCH,
    "Gmail image proxy": reasons.IMAGE_PROXY,  # the one that is known to fetch when the mail is shown
}
# Image proxies load pictures for readers; what follows a link under such a name is a script.
_AGENTS = {
    PERSON: reasons.PERSON_AGENT,
    SCANNER: reasons.SCANNER,
    BOT: reasons.BOT,
    IMAGE_PROXY: reasons.BOT,
}


def _of_time(ordered: Sequence[Event], facts: Facts) -> Evidence:
    """How soon after the mail was accepted. An event before that shows that the clocks differ, and says nothing."""
    found: Evidence = {}
    if facts.accepted_at is None:
        return found
    opened: datetime | None = None
    for event in ordered:
        after = event.at - facts.accepted_at
        if after < timedelta(0) or event.agent_kind not in (PERSON, IMAGE_PROXY):
            continue
        if event.kind in PICTURES:
            if after < FIRST_SECONDS:
                found[event.id] = {reasons.EARLY_OPEN}
            elif opened is None and event.method == "GET" and not _is_no_readers(event):
                opened = event.at
        elif after <= SOON:
            found[event.id] = {reasons.EARLY_CLICK if after <= EARLY else reasons.SOON_CLICK}
            if opened is not None and event.at - opened >= READING and event.teammate is None:
                found[event.id].add(reasons.OPENED_BEFORE)
    return found


def _is_no_readers(event: Event) -> bool:
    """Whether an open says nothing of the recipient's: it was loaded in advance, or may be the sender's own look."""
    return event.client in (APPLE_PRIVACY, GMAIL_PREFETCH) or event.teammate is not None


def _of_later(
    ordered: Sequence[Event], evidence: Evidence, verdicts: Mapping[EventId, Verdict], facts: Facts
) -> Evidence:
    """A person's later event from another network, or a reply, speaks for events of which one can only be unsure."""
    latest: dict[str, datetime] = {}
    doubtful: list[Event] = []
    for event in ordered:
        codes = evidence[event.id]
        verdict = verdicts[event.id].verdict
        if verdict == UNSURE and codes <= _DISPELLED:
            doubtful.append(event)
        elif verdict == HUMAN and event.network and event.agent_kind == PERSON:
            latest[event.network] = event.at
    found: Evidence = {}
    last_two = sorted(latest.items(), key=lambda one: one[1])[-2:] if doubtful else []
    for event in doubtful:
        # A later event of the recipient's does not make an own look theirs; an answer at least shows that it was read.
        if (
            reasons.TEAM_NETWORK not in evidence[event.id]
            and event.network
            and any(network != event.network and at > event.at for network, at in last_two)
        ):
            found[event.id] = {reasons.CONFIRMED}
        if facts.replied and event.kind in PICTURES:
            found.setdefault(event.id, set()).add(reasons.REPLIED)
    return found
