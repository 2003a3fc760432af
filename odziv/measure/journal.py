"""Reads the events of many copies in a few queries (`writing` writes what the fold made of them).

A copy that has more events than `MOST_EVENTS` is read only so far: no person causes as many. What stands behind the
limit is a machine's, is counted by the database, and costs no more than that count (`Facts.beyond`). Together not more
than `MOST_AT_ONCE` are held; of how many copies that is, only shows when their colleagues are known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Count

from odziv.measure.companies import Company, company_of
from odziv.measure.evidence import Event, EventId, Facts, Figures, Folded, Judgement
from odziv.measure.fold import fold
from odziv.measure.kept import Past, past, plus
from odziv.measure.patterns import kind_and_source, sightings
from odziv.measure.weights import DEFAULTS, Points, in_force
from odziv.models import Interaction, Organisation, journal_rows
from odziv.models.journal_rows import CopyRow

MOST_EVENTS = 2_000
MOST_IN_PASSING = 100_000
MOST_AT_ONCE = 100_000
"""Events that are held together, those of colleagues among them; more only where one company's alone are more."""
_LONG = 200


class Copy(NamedTuple):
    """A delivery to be folded; `events` is how many it may have."""

    id: UUID
    message: UUID
    touched: int
    events: int


def is_long(copy: Copy) -> bool:
    """Whether a copy has more events than are folded in passing: it is folded by itself, and not with each of them."""
    return copy.events > min(_LONG, MOST_EVENTS)


def in_passing(copies: Iterable[Copy]) -> list[Copy]:
    """Those that are folded as their events come in: none that is long, and together not more events than may be held
    in memory, so those with few events first. The others wait for `measure`."""
    short = [copy for copy in copies if not is_long(copy)]
    if sum(copy.events for copy in short) <= MOST_IN_PASSING:
        return short
    short.sort(key=lambda copy: copy.events)
    return [
        copy
        for copy, held in zip(short, accumulate(one.events for one in short), strict=True)
        if held <= MOST_IN_PASSING
    ]


class Arriving(NamedTuple):
    """A copy for which ingest holds events that are not in the journal yet, as it stood before those."""

    row: CopyRow
    events: Sequence[Event]

    @property
    def copy(self) -> Copy:
        touched = self.row.touched + len(self.events)
        return Copy(self.row.id, self.row.message, touched, touched)


class Ahead(NamedTuple):
    """How copies will stand when what is being stored at this moment is."""

    rows: Mapping[UUID, CopyRow]
    """Those that are folded, with how often they are touched then: by which it shows that somebody else was there."""
    told: Mapping[UUID, tuple[Sequence[Event], Mapping[EventId, Judgement]]]
    """All their events, and how they are judged."""


NOTHING_AHEAD = Ahead({}, {})


class Read(NamedTuple):
    """What the journal holds of a copy: its events, how they were judged last, what else is known, and what each piece
    of evidence weighs in its organisation."""

    copy: Copy
    events: Sequence[Event]
    stored: Mapping[EventId, Judgement]
    facts: Facts
    touched: int = 0  # when it was read
    of_message: int = 0  # that of all copies of its message together
    organisation: UUID | None = None  # None: nothing has happened to it
    points: Points = DEFAULTS
    floor: UUID | None = None  # events before it are in what is kept
    kept: Figures | None = None
    row: CopyRow | None = None  # as it was read; None: nothing has happened to it

    def folded(self) -> Folded:
        folded = fold(self.events, self.facts, self.points)
        return Folded(folded.judgements, plus(self.kept, folded.figures)) if self.kept else folded


Weighing = Callable[[Mapping[str, Any]], Points]
"""From what an organisation has adjusted to the points that shall hold: `weights.in_force`, or what somebody tries."""


def read(
    copies: Sequence[Copy],
    weighing: Weighing = in_force,
    *,
    arriving: Mapping[UUID, Arriving] | None = None,
    ahead: Ahead = NOTHING_AHEAD,
    widely: bool = False,
    floors: Mapping[UUID, UUID] | None = None,
) -> dict[UUID, Read]:
    """The events of copies: one query for all ordinary ones, two for each that has too many events.

    Of some of the copies alone, one at least, where all would be more than may be held at once: who wants them all asks
    for the others again (`in_parts`). Copies to the same companies are read with them, because what happened to those
    is evidence too; `widely`: those whose verdicts may change by what is read stand in the result as well. What is
    `ahead` of the journal holds, and not what stands in it by now.

    Of messages whose events were let go (L4) only those are read that came since; `floors`: as though all events of
    these messages before these identifiers were gone, and nothing was kept of them.
    """
    arriving = arriving or {}
    messages = {copy.message for copy in copies}
    members = _members(messages, arriving, ahead)
    owners = {member.organisation for member in members.values()}
    points = {owner: weighing(adjusted) for owner, adjusted in Organisation.objects.weights(owners).items()}
    companies = _companies(members)
    copies, wide = _and_colleagues(copies, members, companies)
    gone = Past(floors) if floors is not None else past(owners, messages, wide)
    events, stored, beyond = _events(wide.values(), arriving, ahead, gone)
    links = journal_rows.followed_links(messages)
    seen = {company: sightings({id: events[id] for id in ids}) for company, ids in companies.items()}
    found: dict[UUID, Read] = {}
    stood: Counter[UUID] = Counter()
    for one_of_them in members.values():
        stood[one_of_them.message] += one_of_them.touched
    for copy in [*copies, *(_affected(copies, wide, members, companies, events) if widely else ())]:
        member, one = members.get(copy.id), beyond.get(copy.id, {})
        number = links.get(copy.message, 0)
        if member is None:
            found[copy.id] = Read(
                copy, events[copy.id], stored[copy.id], Facts(one, links=number), of_message=stood[copy.message]
            )
            continue
        kept = gone.figures.get(copy.id)
        opened = kept is not None and kept.first_opened_at is not None
        facts = Facts(one, member.accepted_at, number, seen.get(member.company, {}), copy.id, member.replied, opened)
        owner = member.organisation
        total = stood[copy.message]
        found[copy.id] = Read(
            copy, events[copy.id], stored[copy.id], facts, member.touched, total, owner, points[owner],
            gone.floor(copy.message), kept, member.row,
        )  # fmt: skip
    return found


def in_parts(copies: Sequence[Copy], weighing: Weighing = in_force) -> Iterator[dict[UUID, Read]]:
    """What the journal holds of all copies, as many at a time as may be held at once."""
    while copies:
        found = read(copies, weighing)
        yield found
        copies = [copy for copy in copies if copy.id not in found]


def weighed(reads: Iterable[Read]) -> tuple[dict[UUID, Points], dict[UUID, UUID | None]]:
    """What evidence weighed when these were read, by organisation, and before which identifiers of each message events
    were let go."""
    known = [(read, read.organisation) for read in reads if read.organisation is not None]
    return {owner: read.points for read, owner in known}, {read.copy.message: read.floor for read, _owner in known}


def weighed_anew(weighed: Mapping[UUID, Points], floors: Mapping[UUID, UUID | None]) -> bool:
    """Whether evidence weighs otherwise by now in these organisations, or events before other identifiers than these
    were let go of messages (L4)."""
    now = Organisation.objects.weights(weighed)
    if any(in_force(adjusted) != weighed[organisation] for organisation, adjusted in now.items()):
        return True
    gone = past(weighed, floors, ())
    return any(gone.floor(message) != floor for message, floor in floors.items())


class _Member(NamedTuple):
    """What is known of a copy to which something has happened."""

    message: UUID
    organisation: UUID
    touched: int
    accepted_at: datetime | None
    replied: bool
    company: Company | None
    row: CopyRow


_Members = Mapping[UUID, _Member]
_Companies = Mapping[Company | None, Sequence[UUID]]


def _members(messages: Collection[UUID], arriving: Mapping[UUID, Arriving], ahead: Ahead) -> dict[UUID, _Member]:
    found: dict[UUID, _Member] = {}
    coming = (row for row in ahead.rows.values() if row.message in messages)
    for row in (*journal_rows.touched_copies(messages), *coming, *(one.row for one in arriving.values())):
        company = company_of(row.message, row.address, row.position)
        replied = row.replies > 0
        found[row.id] = _Member(row.message, row.organisation, row.touched, row.accepted_at, replied, company, row)
    return found


def _companies(members: _Members) -> dict[Company | None, list[UUID]]:
    """The copies of each company of which something happened to at least two."""
    found: dict[Company | None, list[UUID]] = defaultdict(list)
    for id, member in members.items():
        if member.company is not None:
            found[member.company].append(id)
    return {company: ids for company, ids in found.items() if len(ids) > 1}


def _and_colleagues(
    copies: Sequence[Copy], members: _Members, companies: _Companies
) -> tuple[Sequence[Copy], dict[UUID, Copy]]:
    """As many of the copies as may be held at once with all that happened to their colleagues'; and those too."""
    asked = {copy.id: copy for copy in copies}
    found: dict[UUID, Copy] = {}
    held = 0
    for copy in copies:
        if copy.id in found:
            continue  # with one of its colleagues, and so are all others
        new = {copy.id: copy}
        company = members[copy.id].company if copy.id in members else None
        for other in companies.get(company, ()) if companies else ():
            touched = members[other].touched
            new[other] = asked.get(other) or Copy(other, copy.message, touched, touched)
        held += sum(min(one.events, MOST_EVENTS) for one in new.values())
        if held > MOST_AT_ONCE and found:
            return [copy for copy in copies if copy.id in found], found
        found |= new
    return copies, found


def _affected(
    copies: Sequence[Copy], wide: Mapping[UUID, Copy], members: _Members, companies: _Companies, events: Events
) -> Iterator[Copy]:
    """Colleagues' copies with an event of a kind and source that stands among the events of `copies` too: nothing else
    can change their verdicts (`patterns.with_colleagues`)."""
    asked = {copy.id for copy in copies}
    for ids in companies.values():
        others = [id for id in ids if id in wide and id not in asked]
        if others:
            keys = {kind_and_source(event) for id in ids if id in asked for event in events[id]}
            yield from (wide[id] for id in others if any(kind_and_source(event) in keys for event in events[id]))


Events = dict[UUID, list[Event]]
Stored = dict[UUID, Mapping[EventId, Judgement]]


def _events(
    copies: Iterable[Copy], arriving: Mapping[UUID, Arriving], ahead: Ahead, gone: Past
) -> tuple[Events, Stored, dict[UUID, dict[str, int]]]:
    """Events of copies, how they were judged last, and how many stand behind the limit."""
    floors: dict[UUID, str] = {}
    events: Events = defaultdict(list)
    stored: dict[UUID, Any] = defaultdict(dict)
    beyond: dict[UUID, dict[str, int]] = {}
    ordinary: dict[UUID, UUID] = {}
    for copy in copies:
        floor = gone.floor(copy.message)
        if floor:
            floors[copy.id] = floor.hex
        one = arriving.get(copy.id)
        if one and not one.row.touched:
            events[copy.id] = list(one.events)  # the first that ever happened to it
        elif told := ahead.told.get(copy.id):
            known, judged = told
            least = floors.get(copy.id, "")  # what was let go since then is no longer there
            stored[copy.id] = {id: one for id, one in judged.items() if str(id) >= least} if least else judged
            events[copy.id] = [event for event in known if str(event.id) >= least] if least else list(known)
            events[copy.id].extend(_new(one, stored[copy.id]))
        elif copy.events <= MOST_EVENTS:
            ordinary[copy.id] = floor or copy.message
        else:
            _put(journal_rows.first_events(copy.id, MOST_EVENTS, floor), events, stored, {})
            beyond[copy.id] = _beyond(Interaction.objects.of_delivery(copy.id).from_(floor))
    _put(journal_rows.events(ordinary), events, stored, floors)
    for id in ordinary:
        if id in arriving:
            events[id].extend(_new(arriving[id], stored[id]))
    return events, stored, beyond


def _new(arriving: Arriving | None, stored: Mapping[EventId, Judgement]) -> Iterator[Event]:
    return (event for event in (arriving.events if arriving else ()) if event.id not in stored)


def _put(
    rows: Iterable[tuple[UUID, Any, Any]], events: Events, stored: dict[UUID, Any], floors: Mapping[UUID, str]
) -> None:
    last, of_copy, judged_of_copy = None, list[Event](), dict[EventId, Judgement]()
    for copy, told, judged in rows:
        if copy is not last:  # mostly they stand together: identifiers take long to look up
            last, of_copy, judged_of_copy = copy, events[copy], stored[copy]
        event = Event._make(told)
        if floors and str(event.id) < floors.get(copy, ""):
            continue
        of_copy.append(event)
        judged_of_copy[event.id] = Judgement._make(judged)


def _beyond(rows: models.QuerySet[Interaction]) -> dict[str, int]:
    """How many events stand behind the limit, by kind; pieces of downloads are not counted."""
    rest = _rest(rows)
    if rest is None:
        return {}
    counts = rest.filter(partial=False).order_by().values_list("kind").annotate(number=Count("pk"))
    return dict(counts.values_list("kind", "number"))


def _rest(rows: Any) -> Any:
    last = rows.values_list("at", "pk")[MOST_EVENTS - 1 : MOST_EVENTS].first()
    return None if last is None else rows.after(*last)


def behind_the_limit(delivery: UUID, floor: UUID | None = None) -> Any:
    """The events of a copy, from an identifier on, that are not read because it has too many; None: it has not."""
    return _rest(Interaction.objects.of_delivery(delivery).from_(floor))


def differences(before: Mapping[EventId, Judgement], after: Mapping[EventId, Judgement]) -> dict[EventId, Judgement]:
    """The judgements that are not stored yet."""
    return {id: judgement for id, judgement in after.items() if before.get(id) != judgement}
