"""`odziv rebuild --dry-run`: which figures would change, message by message, and in all; nothing is written (J1).

Of rules that a new version brought, and of weights that are only tried. A page of messages is in memory at a time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from odziv.lib.plain import PlainError
from odziv.measure.changes import FIGURES, CopyChange, changes
from odziv.measure.evidence import Figures
from odziv.measure.journal import Copy, Weighing
from odziv.measure.weights import WEIGHTS, in_force
from odziv.models import Delivery, Message

_COPIES = 500

Pages = Iterator[list[Any]]


@dataclass
class Totals:
    """Over everything that was looked at: sums of the figures as they are and as they would be, and events that would
    be judged otherwise, by (kind, verdict, verdict to be)."""

    messages: int = 0
    changed: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    events: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def trying(texts: Sequence[str]) -> Weighing:
    """The weights of each organisation, with those of `code=points` in their place. Raises PlainError."""
    tried: dict[str, int] = {}
    for text in texts:
        code, _, points = text.partition("=")
        weight = WEIGHTS.get(code.strip())
        if weight is None:
            raise PlainError(f"{code!r} is no evidence that weighs; there are {', '.join(sorted(WEIGHTS))}.")
        try:
            tried[code.strip()] = int(points)
        except ValueError:
            raise PlainError(f"{text!r}: what is meant is {code}=points, with whole points.") from None
        if not weight.lowest <= tried[code.strip()] <= weight.highest:
            raise PlainError(f"{text!r}: {code} may weigh from {weight.lowest} to {weight.highest}.")
    return lambda adjusted: in_force({**adjusted, **tried})


def dry_run(pages: Pages, weighing: Weighing, *, as_json: bool, write: Callable[[str], object]) -> Totals:
    """Look at pages of messages; write a line for each whose figures would change, and the totals at the end."""
    totals = Totals()
    for page in pages:
        found, events = _folded(page, weighing)
        totals.events.update(events)
        for message in page:
            before = Figures(*(getattr(message, name) for name in Figures._fields))
            after = found.get(message.pk, Figures())
            totals.messages += 1
            for name in FIGURES:
                totals.before[name] += getattr(before, name)
                totals.after[name] += getattr(after, name)
            if before != after:
                totals.changed += 1
                told = {
                    name: pair for name, *pair in zip(Figures._fields, before, after, strict=True) if pair[0] != pair[1]
                }
                write(_line(message, told, as_json=as_json))
    write(_total_in_json(totals) if as_json else _total(totals))
    return totals


def _folded(page: Sequence[Message], weighing: Weighing) -> tuple[dict[UUID, Figures], Counter[tuple[str, str, str]]]:
    """The figures that these messages would have, and which events would be judged otherwise."""
    found: dict[UUID, Figures] = {}
    events: Counter[tuple[str, str, str]] = Counter()
    copies = Delivery.objects.judged().filter(message__in=[message.pk for message in page])
    rows = list(copies[:_COPIES])
    while rows:
        # As many as the worker itself takes into account: what stands behind its limit is counted, not read.
        for one in changes(rows, [Copy(row.pk, row.message_id, row.touched, row.touched) for row in rows], weighing):
            found[one.copy.message] = _sum(found.get(one.copy.message, Figures()), one.after)
            events.update(_otherwise(one))
        rows = list(copies.beyond(rows[-1].message_id, rows[-1].pk)[:_COPIES])
    return found, events


def _otherwise(one: CopyChange) -> Iterator[tuple[str, str, str]]:
    return (("open" if event.kind == "image" else event.kind, before, after) for event, before, after in one.events)


def _sum(one: Figures, other: Figures) -> Figures:
    return Figures(**{name: getattr(one, name) + getattr(other, name) for name in FIGURES})._replace(
        first_opened_at=min(filter(None, (one.first_opened_at, other.first_opened_at)), default=None),
        last_opened_at=max(filter(None, (one.last_opened_at, other.last_opened_at)), default=None),
    )


def _line(message: Message, told: Mapping[str, Sequence[Any]], *, as_json: bool) -> str:
    if as_json:
        figures = {name: [_plain(value) for value in pair] for name, pair in told.items()}
        of = {"message": str(message.pk), "organisation": str(message.organisation_id), "subject": message.subject}
        return json.dumps({**of, "figures": figures}, ensure_ascii=False)
    shown = ", ".join(f"{name} {_plain(before)} -> {_plain(after)}" for name, (before, after) in told.items())
    return f"message {message.pk}: {shown}"


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _total(totals: Totals) -> str:
    lines = [f"{totals.messages} messages: the figures of {totals.changed} would change; nothing was written."]
    for name in FIGURES:
        if totals.before[name] != totals.after[name]:
            lines.append(f"  {name}: {totals.before[name]} -> {totals.after[name]}")
    for (kind, before, after), number in sorted(totals.events.items()):
        lines.append(f"  {kind}, {before} -> {after}: {number}")
    return "\n".join(lines)


def _total_in_json(totals: Totals) -> str:
    events = [
        {"kind": kind, "before": before, "after": after, "number": number}
        for (kind, before, after), number in sorted(totals.events.items())
    ]
    figures = {name: [totals.before[name], totals.after[name]] for name in FIGURES}
    told = {"messages": totals.messages, "changed": totals.changed, "figures": figures, "events": events}
    return json.dumps({"totals": told})
