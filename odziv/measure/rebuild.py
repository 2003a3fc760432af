"""`odziv rebuild`: all figures again from the journal (J1). Equal afterwards; says what was not equal before."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from odziv.lib.plain import PlainError
from odziv.measure import journal
from odziv.measure.evidence import Figures
from odziv.measure.fold import fold
from odziv.measure.journal import Copy
from odziv.measure.run import fold_copies
from odziv.models import Delivery, Interaction, Message, Organisation

_CHUNK = 500
_MOST_SHOWN = 50


@dataclass
class Outcome:
    """What was looked at, and what was not as the journal says."""

    copies: int = 0
    messages: int = 0
    figures: int = 0
    verdicts: int = 0

    @property
    def equal(self) -> bool:
        return not self.figures and not self.verdicts


def run(argv: Sequence[str]) -> int:
    """The command. Exit status 0: figures equal the journal (now); 1: with --check, they do not."""
    parser = argparse.ArgumentParser(prog="odziv rebuild", description="Make all figures anew from the journal.")
    parser.add_argument("--organisation", metavar="ID", help="only the figures of this organisation")
    parser.add_argument("--check", action="store_true", help="change nothing, only compare; exit status 1 if not equal")
    arguments = parser.parse_args(argv)
    outcome = rebuild(_organisation(arguments.organisation), check=arguments.check, now=timezone.now())
    sys.stdout.write(_summary(outcome, check=arguments.check) + "\n")
    return 1 if arguments.check and not outcome.equal else 0


def _organisation(text: str | None) -> UUID | None:
    if text is None:
        return None
    try:
        key = UUID(text)
    except ValueError:
        raise PlainError(f"{text!r} is not the identifier of an organisation.") from None
    if not Organisation.objects.filter(pk=key).exists():
        raise PlainError(f"There is no organisation {text}.")
    return key


def rebuild(organisation: UUID | None, *, check: bool, now: datetime) -> Outcome:
    """Compare every copy and message with its journal and, unless `check`, write what the journal says."""
    outcome = Outcome()
    for rows in _pages(Delivery, organisation):
        copies = _copies(rows)
        _compare_copies(rows, copies, outcome)
        if not check:
            fold_copies(copies, now)
    for rows in _pages(Message, organisation):
        sums = journal.sums(row.pk for row in rows)
        wanted = {row.pk: sums.get(row.pk, Figures()) for row in rows}
        changed = {row.pk: wanted[row.pk] for row in rows if _tell("message", row, wanted[row.pk], outcome)}
        outcome.messages += len(rows)
        if not check:
            journal.store_sums(changed, now)
    return outcome


def _pages(model: Any, organisation: UUID | None) -> Iterator[list[Any]]:
    """All rows by key, in pages, so that memory stays bounded."""
    queryset = model.objects.order_by("pk").defer(*_LARGE.get(model, ()))
    if organisation:
        queryset = queryset.of(organisation)
    rows = list(queryset[:_CHUNK])
    while rows:
        yield rows
        rows = list(queryset.filter(pk__gt=rows[-1].pk)[:_CHUNK])


_LARGE = {Message: ("html", "text", "to_line", "cc_line", "bcc_line", "references"), Delivery: ("answer",)}


def _copies(rows: Sequence[Delivery]) -> list[Copy]:
    counts = Interaction.objects.filter(delivery__in=[row.pk for row in rows]).order_by().values("delivery_id")
    events = dict(counts.annotate(number=Count("pk")).values_list("delivery_id", "number"))
    return [Copy(row.pk, row.message_id, row.touched, events.get(row.pk, 0)) for row in rows]


def _compare_copies(rows: Sequence[Delivery], copies: Sequence[Copy], outcome: Outcome) -> None:
    found = journal.read(copies)
    for row in rows:
        read = found[row.pk]
        folded = fold(read.events, read.facts)
        outcome.copies += 1
        outcome.verdicts += len(journal.differences(read.stored, folded.judgements))
        _tell("copy", row, folded.figures, outcome)


def _tell(noun: str, row: Delivery | Message, wanted: Figures, outcome: Outcome) -> bool:
    """Whether the stored figures differ; the first of those that do are printed."""
    changes = _changes(row, wanted)
    if not changes:
        return False
    outcome.figures += 1
    if outcome.figures <= _MOST_SHOWN:
        shown = ", ".join(f"{name} {before} -> {after}" for name, (before, after) in changes.items())
        sys.stdout.write(f"{noun} {row.pk}: {shown}\n")
    return True


def _changes(row: Delivery | Message, wanted: Figures) -> Mapping[str, tuple[Any, Any]]:
    pairs = {name: (getattr(row, name), value) for name, value in wanted._asdict().items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _summary(outcome: Outcome, *, check: bool) -> str:
    seen = f"{outcome.copies} copies and {outcome.messages} messages"
    if outcome.equal:
        return f"{seen}: all figures equal the journal."
    what = f"{outcome.figures} with other figures, {outcome.verdicts} events with another verdict"
    return f"{seen}: {what}; {'nothing was changed' if check else 'all equal the journal now'}."
