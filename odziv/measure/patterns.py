"""How the events of a copy hang together: bursts, pairs, repetitions, what machines left behind (J5). Pure.

Every function takes events in the order of time and walks over them once or twice, so a hundred thousand cost seconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from odziv.measure import reasons
from odziv.measure.evidence import Event, EventId, Facts, Sighting, Source

BURST = timedelta(seconds=2)
SWEEP = timedelta(seconds=10)
SLOW_SWEEP = timedelta(minutes=1)
SLOWEST_SWEEP = timedelta(minutes=10)
AT_ONCE = timedelta(seconds=1)
WHILE_AT_WORK = timedelta(minutes=1)
REMEMBERED = timedelta(hours=1)
NAMELESS_REMEMBERED = timedelta(minutes=10)  # when the address is not known, another program may bear the same name
MOST_REPEATED = 10
PICTURES = ("open", "image")
CLICKS = ("click", "hidden")
_SEEN = frozenset({*PICTURES, *CLICKS})

Found = dict[EventId, set[str]]
Key = Callable[[Event], Hashable]


def together(ordered: Sequence[Event], facts: Facts) -> Found:
    """Codes of `reasons` for each event that the others say something about."""
    found: Found = defaultdict(set)
    clicks = [event for event in ordered if event.kind in CLICKS and not event.partial]
    if len(clicks) >= 3:
        if _within_span(clicks, 3, SWEEP):
            _bursts(clicks, found)
        _sweeps(clicks, facts.links, found)
    if len(ordered) > 1:
        _at_once(ordered, found)
    if len(ordered) > MOST_REPEATED:
        _repeated(ordered, found)
    return found


def _bursts(clicks: Sequence[Event], found: Found) -> None:
    """Three links in two seconds by one program or from one network; less surely by several of each, or in ten."""
    fast = _windows(clicks, lambda event: event.agent, BURST, 3)
    fast |= _windows([event for event in clicks if event.network], lambda event: event.network, BURST, 3)
    slower = _windows(clicks, lambda event: event.source, SWEEP, 3) | _windows(clicks, lambda _event: None, BURST, 3)
    for id in fast:
        found[id].add(reasons.BURST)
    for id in slower - fast:
        found[id].add(reasons.MANY_LINKS)


def _sweeps(clicks: Sequence[Event], links: int, found: Found) -> None:
    """Every link of a mail that has at least three. The more there are, the longer may a machine take for them."""
    if links < 3:
        return
    span = SWEEP if links < 5 else SLOWEST_SWEEP
    if not _within_span(clicks, links, max(span, SLOW_SWEEP)):
        return
    sure = _windows(clicks, lambda event: event.source, span, links, once=True)
    for id in sure:
        found[id].add(reasons.ALL_LINKS)
    for id in _windows(clicks, lambda event: event.source, SLOW_SWEEP, links, once=True) - sure:
        found[id].add(reasons.MANY_LINKS)


def _within_span(clicks: Sequence[Event], many: int, span: timedelta) -> bool:
    """Whether so many lie in one span, whatever they are."""
    return any(last.at - first.at <= span for first, last in zip(clicks, clicks[many - 1 :], strict=False))


def _windows(clicks: Iterable[Event], key: Key, span: timedelta, need: int, *, once: bool = False) -> set[EventId]:
    """Clicks that lie in a span with so many different links by the same key; with `once`, and no link twice."""
    groups: dict[Hashable, list[Event]] = defaultdict(list)
    for event in clicks:
        groups[key(event)].append(event)
    found: set[EventId] = set()
    for group in groups.values():
        if len(group) < need:
            continue
        inside: Counter[int] = Counter()
        first = marked = 0
        for last, event in enumerate(group):
            inside[event.ordinal] += 1
            while event.at - group[first].at > span:
                inside[group[first].ordinal] -= 1
                if not inside[group[first].ordinal]:
                    del inside[group[first].ordinal]
                first += 1
            if len(inside) >= need and not (once and last - first + 1 > len(inside)):
                marked = max(marked, first)
                found.update(one.id for one in group[marked : last + 1])
                marked = last + 1
    return found


def _at_once(ordered: Sequence[Event], found: Found) -> None:
    """Opening and clicking, or two links, by the same source within a second; read forwards and backwards."""
    whole = [event for event in ordered if not event.partial and event.kind in _SEEN]
    # What lies further behind than a second says nothing; nor do pictures alone.
    start = 0
    for place in range(1, len(whole) + 1):
        if place < len(whole) and whole[place].at - whole[place - 1].at <= AT_ONCE:
            continue
        run, start = whole[start:place], place
        if len(run) > 1 and any(event.kind not in PICTURES for event in run):
            _in_a_run(run, found)
            _in_a_run(run[::-1], found)


def _in_a_run(events: Sequence[Event], found: Found) -> None:
    opened: dict[Source, datetime] = {}
    clicked: dict[Source, dict[int, datetime]] = {}
    for event in events:
        source = event.source
        others = clicked.setdefault(source, {})
        if event.kind in PICTURES:
            if any(_near(at, event.at) for at in others.values()):
                found[event.id].add(reasons.TWO_AT_ONCE)
            opened[source] = event.at
            continue
        if _near(opened.get(source), event.at):
            found[event.id].add(reasons.TWO_AT_ONCE)
        if any(ordinal != event.ordinal and _near(at, event.at) for ordinal, at in others.items()):
            found[event.id].add(reasons.TWO_LINKS)
        # The two links that were followed last are enough to find another one.
        others.pop(event.ordinal, None)
        others[event.ordinal] = event.at
        if len(others) > 2:
            del others[next(iter(others))]


def _near(before: datetime | None, at: datetime) -> bool:
    return before is not None and abs(at - before) <= AT_ONCE


def _repeated(ordered: Sequence[Event], found: Found) -> None:
    """The same by the same source again and again. Players ask for many ranges of one file, and mean one view."""
    groups: dict[Hashable, list[Event]] = defaultdict(list)
    for event in ordered:
        if not event.partial and "range" not in event.headers:
            groups[event.source, event.kind, event.ordinal].append(event)
    for group in groups.values():
        marked = 0
        for last in range(MOST_REPEATED, len(group)):
            if group[last].at - group[last - MOST_REPEATED].at <= WHILE_AT_WORK:
                for event in group[max(marked, last - MOST_REPEATED) : last + 1]:
                    found[event.id].add(reasons.REPEATED)
                marked = last + 1


def left_by_machines(ordered: Sequence[Event], disguised: Sequence[Event], headers: Sequence[Event]) -> Found:
    """What machines that hide behind a person's program say of other events; `headers` asked with HEAD.

    The source of a hidden one is a machine within an hour; the same program or network within a minute may be one. A
    robot that gives its name says nothing of its neighbours: a telephone makes the preview of what its owner shares.
    """
    known = {event.id for event in (*disguised, *headers)}
    sources = _times(disguised, lambda event: event.source)
    agents = _times(disguised, lambda event: event.agent)
    networks = _times(disguised, lambda event: event.network)
    probing = _times(headers, lambda event: event.source)
    found: Found = defaultdict(set)
    for event in ordered:
        if event.id in known:
            continue
        reach = REMEMBERED if event.network else NAMELESS_REMEMBERED
        if _within(sources.get(event.source), event.at, reach):
            found[event.id].add(reasons.SAME_SOURCE)
        elif (
            _within(agents.get(event.agent), event.at, WHILE_AT_WORK)
            or (event.network and _within(networks.get(event.network), event.at, WHILE_AT_WORK))
            or _within(probing.get(event.source), event.at, WHILE_AT_WORK)
        ):
            found[event.id].add(reasons.BESIDE_MACHINE)
    return found


def _times(events: Iterable[Event], key: Key) -> dict[Hashable, list[datetime]]:
    found: dict[Hashable, list[datetime]] = defaultdict(list)
    for event in events:
        found[key(event)].append(event.at)
    return found


def _within(times: Sequence[datetime] | None, at: datetime, reach: timedelta) -> bool:
    """Whether one of the times, oldest first, lies so near."""
    if not times:
        return False
    place = bisect_left(times, at - reach)
    return place < len(times) and times[place] <= at + reach


def with_colleagues(event: Event, facts: Facts) -> str:
    """What it means that the same source did the same with colleagues' copies; empty when it did not."""
    sightings = facts.colleagues.get(kind_and_source(event)) if facts.colleagues else None
    if not sightings:
        return ""
    start = bisect_left(sightings, event.at - WHILE_AT_WORK, key=lambda sighting: sighting.at)
    near: set[UUID] = set()
    at_once: set[UUID] = set()
    for place in range(start, min(len(sightings), start + _MOST_LOOKED_AT)):
        at, colleague = sightings[place]
        if at > event.at + WHILE_AT_WORK:
            break
        if colleague == facts.copy:
            continue
        near.add(colleague)
        if abs(at - event.at) <= BURST:
            at_once.add(colleague)
    if len(at_once) >= 2:
        return reasons.COLLEAGUES
    if event.kind in PICTURES:
        # People of one office open what has just arrived within the same minute.
        return reasons.COLLEAGUES_OPENED if at_once or len(near) >= 4 else ""
    if len(near) >= 4:
        return reasons.COLLEAGUES
    return reasons.SOME_COLLEAGUES if at_once or len(near) >= 2 else ""


_MOST_LOOKED_AT = 200


def kind_and_source(event: Event) -> tuple[Source, str]:
    """By which the events of colleagues are compared."""
    return event.source, "open" if event.kind in PICTURES else event.kind


def sightings(copies: Mapping[UUID, Iterable[Event]]) -> dict[tuple[Source, str], list[Sighting]]:
    """What each source did with these copies, for `Facts.colleagues`; once for each second is enough."""
    found: dict[tuple[Source, str], set[Sighting]] = defaultdict(set)
    for copy, events in copies.items():
        for event in events:
            if not event.partial:
                found[kind_and_source(event)].add(Sighting(event.at, copy))
    return {key: sorted(seen) for key, seen in found.items()}
