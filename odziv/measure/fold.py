"""The fold: all events of a delivery -> what each was, what it counts as, and the figures (J1, J2). Pure.

It is indifferent to the order in which events come and to repetitions: events are put in the order (time, id) first,
and an id counts once. docs/decisions/fold-and-verdicts.md says why the rules are as they are:

- Beacon and pictures are evidence of one open when the same program fetched them within `ONE_OPEN` of the first of
  them. The same picture again is another open: a mail program does not fetch a picture twice to show a mail once.
- Every request for a link is a click. A download is one view; its further pieces belong to it: those that do not begin
  at the start, and ranges that the same program asks for within `ONE_DOWNLOAD` of the first.
- Whoever clicks or downloads has opened: when nothing else shows an open by a person, the first of these counts as one.
- The link that nobody can see shows a machine, which its other events are judged by; it counts as nothing itself.
- Machines' events and those of which one cannot be sure are counted by the same rules, each apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from odziv.measure import reasons
from odziv.measure.evidence import Event, EventId, Facts, Figures, Folded, Judgement
from odziv.measure.networks import HERE, kind_of
from odziv.measure.verdict import HUMAN, MACHINE, Verdict, in_order, judge_ordered
from odziv.measure.weights import DEFAULTS, Points

ONE_OPEN = timedelta(seconds=60)
ONE_DOWNLOAD = timedelta(seconds=60)
STILL_SCANNED = timedelta(minutes=10)
SETTLING = timedelta(seconds=60)
_PICTURES = ("open", "image")


def fold(events: Iterable[Event], facts: Facts, points: Points = DEFAULTS) -> Folded:
    """Verdicts and figures of one delivery, by what each piece of evidence weighs."""
    ordered = in_order(events)
    verdicts = judge_ordered(ordered, facts, points)
    parts = _parts_of_opens(ordered, verdicts) | _parts_of_downloads(ordered, verdicts)
    implied = None if facts.opened else _implied_open(ordered, verdicts, parts)
    judgements: dict[EventId, Judgement] = {}
    for event in ordered:
        verdict, codes, against = verdicts[event.id]
        further = parts.get(event.id) or (reasons.IMPLIES_OPEN if event is implied else "")
        if further:
            codes = (*codes, further)
        judgements[event.id] = Judgement(verdict, codes, event.id not in parts, against)
    return Folded(judgements, _figures(ordered, judgements, facts))


def settles_at(events: Iterable[Event], facts: Facts, figures: Figures) -> datetime | None:
    """When it is clear enough that the first open is a person's to tell somebody; None when it is so at once.

    While scanners may still be at work, a burst of clicks could show that it was one of them.
    """
    first = figures.first_opened_at
    if first is None or facts.accepted_at is None or not timedelta(0) <= first - facts.accepted_at < STILL_SCANNED:
        return None
    if any(event.at == first and kind_of(event.network) == HERE for event in events):
        return None
    return first + SETTLING


def _parts_of_opens(ordered: Sequence[Event], verdicts: Mapping[EventId, Verdict]) -> dict[EventId, str]:
    """Fetches of pictures that belong to an open which another fetch began."""
    parts: dict[EventId, str] = {}
    # By verdict, so that a scanner's fetch never swallows a person's, and by program: the parts of one open may come
    # through different addresses (IPv4 beside IPv6, the many of a proxy).
    running: dict[tuple[str, str], tuple[datetime, set[tuple[str, int]]]] = {}
    for event in ordered:
        if event.kind not in _PICTURES:
            continue
        if event.partial:
            parts[event.id] = reasons.SAME_OPEN
            continue
        source = (verdicts[event.id][0], event.agent)
        picture = (event.kind, event.ordinal)
        started, seen = running.get(source, (None, set()))
        if started is not None and event.at - started <= ONE_OPEN and picture not in seen:
            seen.add(picture)
            parts[event.id] = reasons.SAME_OPEN
        else:
            running[source] = (event.at, {picture})
    return parts


def _parts_of_downloads(ordered: Sequence[Event], verdicts: Mapping[EventId, Verdict]) -> dict[EventId, str]:
    """Requests for pieces of a file that somebody is already downloading."""
    parts: dict[EventId, str] = {}
    running: dict[tuple[str, str, int], datetime] = {}
    for event in ordered:
        if event.kind == "click" and event.partial:
            parts[event.id] = reasons.SAME_DOWNLOAD
        if event.kind != "file":
            continue
        source = (verdicts[event.id][0], event.agent, event.ordinal)
        started = running.get(source)
        ranged = "range" in event.headers
        if event.partial or (ranged and started is not None and event.at - started <= ONE_DOWNLOAD):
            parts[event.id] = reasons.SAME_DOWNLOAD
        else:
            running[source] = event.at
    return parts


def _implied_open(
    ordered: Sequence[Event], verdicts: Mapping[EventId, Verdict], parts: Mapping[EventId, str]
) -> Event | None:
    """The click or download that must stand for an open, when nothing else does."""
    people = [event for event in ordered if verdicts[event.id][0] == HUMAN and event.id not in parts]
    if any(event.kind in _PICTURES for event in people):
        return None
    return next(iter(people), None)


def _figures(ordered: Sequence[Event], judgements: Mapping[EventId, Judgement], facts: Facts) -> Figures:
    counts = {"opens": 0, "link_clicks": 0, "attachment_views": 0}
    machines, unsure = dict(counts), dict(counts)
    opened: list[datetime] = []
    ahead = 0
    for event in ordered:
        judgement = judgements[event.id]
        if not judgement.counted:
            continue
        name = _FIGURE.get(event.kind)
        if name is None:
            continue  # the hidden link: the timeline tells of it, no figure counts it
        if judgement.verdict == HUMAN:
            counts[name] += 1
            if name == "opens":
                opened.append(event.at)
            elif reasons.IMPLIES_OPEN in judgement.reasons:
                counts["opens"] += 1
                opened.append(event.at)
        else:
            (machines if judgement.verdict == MACHINE else unsure)[name] += 1
            if name == "opens" and judgement.verdict == MACHINE and not _LOADED_AHEAD.isdisjoint(judgement.reasons):
                ahead += 1
    for kind, number in facts.beyond.items():
        if kind in _FIGURE:
            machines[_FIGURE[kind]] += number
    return Figures(
        opens=counts["opens"],
        first_opened_at=min(opened, default=None),
        last_opened_at=max(opened, default=None),
        link_clicks=counts["link_clicks"],
        attachment_views=counts["attachment_views"],
        machine_opens=machines["opens"],
        machine_link_clicks=machines["link_clicks"],
        machine_attachment_views=machines["attachment_views"],
        unsure_opens=unsure["opens"],
        unsure_link_clicks=unsure["link_clicks"],
        unsure_attachment_views=unsure["attachment_views"],
        ahead_opens=ahead,
    )


# The services that give a reader's program what they loaded before, so that its own fetch never shows.
_LOADED_AHEAD = frozenset({reasons.APPLE_PRIVACY, reasons.GMAIL_PREFETCH, reasons.PREFETCH})
_FIGURE = {"open": "opens", "image": "opens", "click": "link_clicks", "file": "attachment_views"}
