"""Reads the events of many copies in a few queries, and writes back what the fold made of them.

A copy that has more events than `MOST_EVENTS` is read only so far: no person causes as many. What stands behind the
limit is a machine's, is counted by the database, and costs no more than that count (`Facts.beyond`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Count, Max, Min, Sum

from odziv.measure import reasons
from odziv.measure.companies import Company, company_of
from odziv.measure.evidence import Event, Facts, Figures, Folded, Judgement
from odziv.measure.fold import fold
from odziv.measure.patterns import sightings
from odziv.measure.verdict import MACHINE
from odziv.measure.weights import DEFAULTS, Points, in_force
from odziv.models import Delivery, Interaction, Link, Message, Organisation
from odziv.models.bulk import update_rows

MOST_EVENTS = 2_000
_CHUNK = 500

_EVENT = ("id", "kind", "ordinal", "at", "method", "partial", "agent", "agent_kind", "client", "headers", "network",
          "teammate")  # fmt: skip
_JUDGEMENT = ("verdict", "reasons", "counted", "against")
_TOGETHER = tuple(name for name in Figures._fields if not name.endswith("_opened_at"))


class Copy(NamedTuple):
    """A delivery to be folded; `events` is how many it may have."""

    id: UUID
    message: UUID
    touched: int
    events: int


class Read(NamedTuple):
    """What the journal holds of a copy: its events, how they were judged last, what else is known, and what each piece
    of evidence weighs in its organisation."""

    events: Sequence[Event]
    stored: Mapping[UUID, Judgement]
    facts: Facts
    organisation: UUID | None = None  # None: nothing has happened to it
    points: Points = DEFAULTS

    def folded(self) -> Folded:
        return fold(self.events, self.facts, self.points)


Weighing = Callable[[Mapping[str, Any]], Points]
"""From what an organisation has adjusted to the points that shall hold: `weights.in_force`, or what somebody tries."""


def read(copies: Sequence[Copy], weighing: Weighing = in_force) -> dict[UUID, Read]:
    """The events of all copies: one query for each 500 ordinary ones, two for each that has too many events.

    Copies to the same companies are read with them, because what happened to those is evidence too.
    """
    members = _members({copy.message for copy in copies})
    owners = {member.organisation for member in members.values()}
    points = {owner: weighing(adjusted) for owner, adjusted in Organisation.objects.weights(owners).items()}
    companies = _companies(members)
    events, stored, beyond = _events(_and_colleagues(copies, members, companies))
    links = _links({copy.message for copy in copies})
    seen = {company: sightings({id: events[id] for id in ids}) for company, ids in companies.items()}
    found: dict[UUID, Read] = {}
    for copy in copies:
        facts = Facts(beyond.get(copy.id, {}), links=links.get(copy.message, 0))
        if member := members.get(copy.id):
            colleagues = seen.get(member.company, {})
            facts = facts._replace(
                accepted_at=member.accepted_at, replied=member.replied, colleagues=colleagues, copy=copy.id
            )
        read = Read(events[copy.id], stored[copy.id], facts)
        if member:
            read = read._replace(organisation=member.organisation, points=points[member.organisation])
        found[copy.id] = read
    return found


def weighed_anew(reads: Iterable[Read]) -> bool:
    """Whether evidence weighs otherwise by now than it did when these were read."""
    weighed = {read.organisation: read.points for read in reads if read.organisation is not None}
    now = Organisation.objects.weights(weighed)
    return any(in_force(adjusted) != weighed[organisation] for organisation, adjusted in now.items())


class _Member(NamedTuple):
    """What is known of a copy to which something has happened."""

    organisation: UUID
    touched: int
    accepted_at: datetime | None
    replied: bool
    company: Company | None


def with_colleagues(copies: Sequence[Copy]) -> list[Copy]:
    """The copies, and those whose verdicts may change with theirs."""
    members = _members({copy.message for copy in copies})
    return _and_colleagues(copies, members, _companies(members))


def _and_colleagues(
    copies: Sequence[Copy], members: Mapping[UUID, _Member], companies: Mapping[Company | None, Sequence[UUID]]
) -> list[Copy]:
    found = {copy.id: copy for copy in copies}
    for copy in copies:
        for other in companies.get(members[copy.id].company, ()) if copy.id in members else ():
            found.setdefault(other, Copy(other, copy.message, members[other].touched, members[other].touched))
    return list(found.values())


def _members(messages: Iterable[UUID]) -> dict[UUID, _Member]:
    told = ("organisation_id", "touched", "accepted_at", "replies", "party__address", "party__position")
    found: dict[UUID, _Member] = {}
    for chunk in _chunks(sorted(messages)):
        rows = Delivery.objects.compared(chunk).values_list("pk", "message_id", *told)
        for pk, message, organisation, touched, accepted, replies, address, position in rows:
            company = company_of(message, address, position)
            found[pk] = _Member(organisation, touched, accepted, replies > 0, company)
    return found


def _companies(members: Mapping[UUID, _Member]) -> dict[Company | None, list[UUID]]:
    """The copies of each company of which something happened to at least two."""
    found: dict[Company | None, list[UUID]] = defaultdict(list)
    for id, member in members.items():
        if member.company is not None:
            found[member.company].append(id)
    return {company: ids for company, ids in found.items() if len(ids) > 1}


def _links(messages: Iterable[UUID]) -> dict[UUID, int]:
    """How many followed links stand in the HTML of each message; in its text, when it has no other."""
    found: dict[UUID, int] = {}
    for chunk in _chunks(sorted(messages)):
        rows = Link.objects.filter(message__in=chunk, followed=True).order_by().values_list("message_id", "part")
        for message, part, number in rows.annotate(number=Count("pk")).values_list("message_id", "part", "number"):
            if part == "html" or message not in found:
                found[message] = number
    return found


Events = dict[UUID, list[Event]]
Stored = dict[UUID, dict[UUID, Judgement]]


def _events(copies: Sequence[Copy]) -> tuple[Events, Stored, dict[UUID, dict[str, int]]]:
    """Events of copies, how they were judged last, and how many stand behind the limit."""
    events: Events = defaultdict(list)
    stored: Stored = defaultdict(dict)
    beyond: dict[UUID, dict[str, int]] = {}
    ordinary = [copy.id for copy in copies if copy.events <= MOST_EVENTS]
    querysets = [Interaction.objects.filter(delivery_id__in=chunk) for chunk in _chunks(ordinary)]
    for copy in copies:
        if copy.events > MOST_EVENTS:
            rows = Interaction.objects.of_delivery(copy.id)
            querysets.append(rows[:MOST_EVENTS])
            beyond[copy.id] = _beyond(rows)
    for queryset in querysets:
        for delivery, *values in queryset.values_list("delivery_id", *_EVENT, *_JUDGEMENT):
            event = Event(*values[: len(_EVENT)])
            verdict, codes, counted, against = values[len(_EVENT) :]
            events[delivery].append(event)
            stored[delivery][event.id] = Judgement(verdict, tuple(codes), counted, tuple(against))
    return events, stored, beyond


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


def differences(before: Mapping[UUID, Judgement], after: Mapping[UUID, Judgement]) -> dict[UUID, Judgement]:
    """The judgements that are not stored yet."""
    return {id: judgement for id, judgement in after.items() if before.get(id) != judgement}


def store_judgements(changed: Mapping[UUID, Judgement]) -> None:
    """Write judgements, in one statement for all events that were judged alike."""
    alike: dict[Judgement, list[UUID]] = defaultdict(list)
    for id, judgement in changed.items():
        alike[judgement].append(id)
    for judgement, ids in alike.items():
        for chunk in _chunks(ids):
            Interaction.objects.filter(pk__in=chunk).update(
                verdict=judgement.verdict,
                reasons=list(judgement.reasons),
                counted=judgement.counted,
                against=list(judgement.against),
            )


def store_flood(delivery: UUID) -> None:
    """Mark the events behind the limit as a machine's."""
    rest = _rest(Interaction.objects.of_delivery(delivery))
    if rest is not None:
        unmarked = rest.exclude(verdict=MACHINE, counted=True).filter(partial=False)
        unmarked.order_by().update(verdict=MACHINE, reasons=[reasons.FLOOD], counted=True, against=[])


def former_figures(copies: Sequence[Copy]) -> Iterator[tuple[UUID, UUID, str, Figures]]:
    """Of each copy: identifier, organisation, address, and the figures as they stand."""
    for chunk in _chunks([copy.id for copy in copies]):
        rows = Delivery.objects.filter(pk__in=chunk).order_by("pk")
        for id, owner, address, *numbers in rows.values_list(
            "pk", "organisation_id", "party__address", *Figures._fields
        ):
            yield id, owner, address, Figures(*numbers)


def store_figures(folded: Mapping[UUID, Folded], copies: Iterable[Copy], now: datetime) -> None:
    """Write the figures of copies, and how far they have read."""
    rows = [(*folded[copy.id].figures, copy.touched, now, copy.id) for copy in copies]
    update_rows(Delivery, (*Figures._fields, "folded", "figures_at"), rows)


def sums(messages: Iterable[UUID]) -> dict[UUID, Figures]:
    """The figures of messages: those of their copies together."""
    found: dict[UUID, Figures] = {}
    together: dict[str, models.Aggregate] = {f"sum_{name}": Sum(name) for name in _TOGETHER}
    together |= {"sum_first_opened_at": Min("first_opened_at"), "sum_last_opened_at": Max("last_opened_at")}
    for chunk in _chunks(sorted(messages)):
        rows = Delivery.objects.filter(message_id__in=chunk).order_by().values("message_id").annotate(**together)
        for message, *values in rows.values_list("message_id", *(f"sum_{name}" for name in Figures._fields)):
            found[message] = Figures(*values)
    return found


def store_sums(figures: Mapping[UUID, Figures], now: datetime) -> None:
    """Write the figures of messages. `figures_at` tells live pages that something changed."""
    rows = [(*values, now, message) for message, values in figures.items()]
    update_rows(Message, (*Figures._fields, "figures_at"), rows)


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
