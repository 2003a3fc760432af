"""Reads the events of many copies in a few queries, and writes back what the fold made of them.

A copy that has more events than `MOST_EVENTS` is read only so far: no person causes as many. What stands behind the
limit is a machine's, is counted by the database, and costs no more than that count (`Facts.beyond`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import Count, Max, Min, Sum

from odziv.measure import reasons
from odziv.measure.evidence import Event, Facts, Figures, Folded, Judgement
from odziv.measure.verdict import MACHINE
from odziv.models import Delivery, Interaction, Message
from odziv.models.bulk import update_rows

MOST_EVENTS = 2_000
_CHUNK = 500

_EVENT = ("id", "kind", "ordinal", "at", "method", "partial", "agent", "agent_kind", "client", "headers", "network")
_JUDGEMENT = ("verdict", "reasons", "counted")
_TOGETHER = tuple(name for name in Figures._fields if not name.endswith("_opened_at"))


class Copy(NamedTuple):
    """A delivery to be folded; `events` is how many it may have."""

    id: UUID
    message: UUID
    touched: int
    events: int


class Read(NamedTuple):
    """What the journal holds of a copy: its events, how they were judged last, and what else is known."""

    events: Sequence[Event]
    stored: Mapping[UUID, Judgement]
    facts: Facts


def read(copies: Sequence[Copy]) -> dict[UUID, Read]:
    """The events of all copies: one query for each 500 ordinary ones, two for each that has too many events."""
    events: dict[UUID, list[Event]] = defaultdict(list)
    stored: dict[UUID, dict[UUID, Judgement]] = defaultdict(dict)
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
            verdict, codes, counted = values[len(_EVENT) :]
            events[delivery].append(event)
            stored[delivery][event.id] = Judgement(verdict, tuple(codes), counted)
    return {copy.id: Read(events[copy.id], stored[copy.id], Facts(beyond.get(copy.id, {}))) for copy in copies}


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
                verdict=judgement.verdict, reasons=list(judgement.reasons), counted=judgement.counted
            )


def store_flood(delivery: UUID) -> None:
    """Mark the events behind the limit as a machine's."""
    rest = _rest(Interaction.objects.of_delivery(delivery))
    if rest is not None:
        unmarked = rest.exclude(verdict=MACHINE, counted=True).filter(partial=False)
        unmarked.order_by().update(verdict=MACHINE, reasons=[reasons.FLOOD], counted=True)


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
