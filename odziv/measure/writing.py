"""Writes what the fold made of copies: how their events are judged, their figures, and those of their messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import repeat
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from odziv.measure import reasons
from odziv.measure.evidence import EventId, Figures, Judgement
from odziv.measure.journal import Copy, behind_the_limit
from odziv.measure.verdict import MACHINE
from odziv.models import Delivery, Message, journal_rows
from odziv.models.bulk import update_rows


def store_judgements(changed: Mapping[EventId, Judgement]) -> None:
    """Write how events in the journal are judged."""
    journal_rows.judge(changed)


def store_flood(delivery: UUID, floor: UUID | None = None) -> None:
    """Mark the events behind the limit as a machine's."""
    rest = behind_the_limit(delivery, floor)
    if rest is not None:
        unmarked = rest.exclude(verdict=MACHINE, counted=True).filter(partial=False)
        unmarked.order_by().update(verdict=MACHINE, reasons=[reasons.FLOOD], counted=True, against=[])


class Former(NamedTuple):
    """What stands of a copy: whose it is, where it went, and its figures."""

    organisation: UUID
    address: str
    figures: Figures


def former_figures(copies: Iterable[Copy]) -> dict[UUID, Former]:
    """Of each copy, as it stands now."""
    rows = journal_rows.figures([copy.id for copy in copies], Figures._fields)
    return {id: Former(owner, address, Figures(*numbers)) for id, owner, address, *numbers in rows}


def store_figures(
    figures: Mapping[UUID, Figures], copies: Iterable[Copy], now: datetime, touched: Mapping[UUID, int]
) -> None:
    """Write the figures of copies, and how far they have read; of some also how often they were touched."""
    plain: list[tuple[Any, ...]] = []
    raised: list[tuple[Any, ...]] = []
    for copy in copies:
        row = (*figures[copy.id], copy.touched, now)
        if copy.id in touched:
            raised.append((*row, touched[copy.id], copy.id))
        else:
            plain.append((*row, copy.id))
    names = (*Figures._fields, "folded", "figures_at")
    update_rows(Delivery, names, plain)
    update_rows(Delivery, (*names, "touched"), raised)


def sums(messages: Iterable[UUID]) -> dict[UUID, Figures]:
    """The figures of messages: those of their copies together."""
    return {message: figures for message, (figures, _touched) in sums_and_touched(messages).items()}


def sums_and_touched(messages: Iterable[UUID]) -> dict[UUID, tuple[Figures, int]]:
    """The figures of messages, and how often all their copies together were touched."""
    how = {"first_opened_at": "MIN", "last_opened_at": "MAX"}
    wanted = [*((how.get(name, "SUM"), name) for name in Figures._fields), ("SUM", "touched")]
    rows = journal_rows.sums(messages, wanted)
    return {message: (Figures(*values), int(touched)) for message, *values, touched in rows}


def store_sums(after: Mapping[UUID, Figures], now: datetime, before: Mapping[UUID, Figures] | None = None) -> None:
    """Write the figures of messages, of which those `before` are known; `figures_at` tells live pages that something
    changed. A column that is not written spares SQLite the index that lists are walked by."""
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    sparing = connection.vendor == "sqlite"  # PostgreSQL writes a row anew, into all of them
    for message, figures in after.items():
        known = before.get(message) if before and sparing else None
        changed = [
            (name, value)
            for name, value, was in zip(Figures._fields, figures, known or repeat(_NEVER), strict=False)
            if value != was or name not in _LISTED
        ]
        alike[tuple(name for name, _value in changed)].append((*(value for _name, value in changed), now, message))
    for names, rows in alike.items():
        update_rows(Message, (*names, "figures_at"), rows)


_LISTED = frozenset({"opens", "last_opened_at", "link_clicks", "attachment_views"})
"""The figures that stand in indexes; the others are written always, so that many rows are written alike."""
_NEVER = object()
