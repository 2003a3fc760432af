"""`odziv rebuild`: all figures again from the journal (J1). Equal afterwards; says what was not equal before."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from odziv.lib.plain import PlainError
from odziv.measure import journal, templates, writing
from odziv.measure.dry_run import dry_run, trying
from odziv.measure.evidence import Figures
from odziv.measure.habits import rebuild_habits
from odziv.measure.journal import Copy
from odziv.measure.replies import count_replies
from odziv.measure.run import fold_copies
from odziv.models import Arrival, Delivery, Interaction, Message, Organisation, Template, TemplateVersion
from odziv.models.templates import TALLY

_CHUNK = 500
_MOST_SHOWN = 50


@dataclass
class Outcome:
    """What was looked at, and what was not as the journal says."""

    copies: int = 0
    messages: int = 0
    templates: int = 0
    figures: int = 0
    verdicts: int = 0

    @property
    def equal(self) -> bool:
        return not self.figures and not self.verdicts


def run(argv: Sequence[str]) -> int:
    """The command. Exit status 0: figures equal the journal (now), or were looked at; 1: with --check, they do not."""
    parser = argparse.ArgumentParser(prog="odziv rebuild", description="Make all figures anew from the journal.")
    parser.add_argument("--organisation", metavar="ID", help="only the figures of this organisation")
    parser.add_argument("--check", action="store_true", help="change nothing, only compare; exit status 1 if not equal")
    parser.add_argument("--dry-run", action="store_true", help="write nothing; say which figures would change")
    parser.add_argument(
        "--json", action="store_true", help="with --dry-run: a line of JSON for each message, and totals"
    )
    parser.add_argument(
        "--weight", action="append", default=[], metavar="CODE=POINTS", help="with --dry-run: try another weight"
    )
    arguments = parser.parse_args(argv)
    if arguments.dry_run:
        weighing = trying(arguments.weight)
        pages = _pages(Message, _organisation(arguments.organisation))
        dry_run(pages, weighing, as_json=arguments.json, write=lambda line: sys.stdout.write(line + "\n"))
        return 0
    if arguments.json or arguments.weight:
        parser.error("--json and --weight belong to --dry-run")
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
        sums = writing.sums(row.pk for row in rows)
        wanted = {row.pk: sums.get(row.pk, Figures()) for row in rows}
        changed = {row.pk: wanted[row.pk] for row in rows if _tell("message", row, wanted[row.pk], outcome)}
        outcome.messages += len(rows)
        if not check:
            writing.store_sums(changed, now)
        _rebuild_replies(rows, outcome, check=check, now=now)
    _rebuild_templates(organisation, outcome, check=check)
    _rebuild_habits(organisation, outcome, check=check)
    return outcome


def _rebuild_habits(organisation: UUID | None, outcome: Outcome, *, check: bool) -> None:
    """What is known of each domain, by the figures of its copies."""
    for owner in [organisation] if organisation else Organisation.objects.order_by("pk").values_list("pk", flat=True):
        for place, (before, after) in sorted(rebuild_habits(owner, check=check).items()):
            outcome.figures += 1
            if outcome.figures <= _MOST_SHOWN:
                sys.stdout.write(f"domain {place}: {tuple(before)} -> {tuple(after)}\n")


def _rebuild_replies(rows: Sequence[Message], outcome: Outcome, *, check: bool, now: datetime) -> None:
    """The replies of these messages by what came back."""
    numbers = Arrival.objects.numbers(row.pk for row in rows)
    wrong = [row for row in rows if _differs("message", row, ("replies",), (numbers.get(row.pk, 0),), outcome)]
    for row in () if check else wrong:
        count_replies(row, now)


def _rebuild_templates(organisation: UUID | None, outcome: Outcome, *, check: bool) -> None:
    """The tallies of versions by their messages, then what templates say of their versions."""
    for rows in _pages(TemplateVersion, organisation):
        counted = templates.tally([row.pk for row in rows])
        wrong = [row for row in rows if _differs("version", row, TALLY, counted[row.pk], outcome)]
        if wrong and not check:
            templates.fold_versions([(row.pk, row.organisation_id, row.touched) for row in wrong])
    for owner in Organisation.objects.filter(pk=organisation) if organisation else Organisation.objects.order_by("pk"):
        rows = list(Template.objects.of(owner.pk).order_by("pk"))
        wanted = templates.expected(owner.pk, rows)
        outcome.templates += len(rows)
        for row in rows:
            _differs("template", row, templates.WRITTEN, wanted[row.pk], outcome)
        if not check:
            templates.restand(owner.pk)


def _pages(model: Any, organisation: UUID | None) -> Iterator[list[Any]]:
    """All rows by key, in pages, so that memory stays bounded."""
    queryset = model.objects.order_by("pk").defer(*_LARGE.get(model, ()))
    if organisation:
        queryset = queryset.of(organisation)
    rows = list(queryset[:_CHUNK])
    while rows:
        yield rows
        rows = list(queryset.filter(pk__gt=rows[-1].pk)[:_CHUNK])


_LARGE = {
    Message: ("html", "text", "to_line", "cc_line", "bcc_line", "references"),
    Delivery: ("answer",),
    TemplateVersion: ("html",),
}


def _copies(rows: Sequence[Delivery]) -> list[Copy]:
    counts = Interaction.objects.filter(delivery__in=[row.pk for row in rows]).order_by().values("delivery_id")
    events = dict(counts.annotate(number=Count("pk")).values_list("delivery_id", "number"))
    return [Copy(row.pk, row.message_id, row.touched, events.get(row.pk, 0)) for row in rows]


def _compare_copies(rows: Sequence[Delivery], copies: Sequence[Copy], outcome: Outcome) -> None:
    of = {row.pk: row for row in rows}
    for id, read in (pair for part in journal.in_parts(copies) for pair in part.items()):
        folded = read.folded()
        outcome.copies += 1
        outcome.verdicts += len(journal.differences(read.stored, folded.judgements))
        _tell("copy", of[id], folded.figures, outcome)


def _tell(noun: str, row: Delivery | Message, wanted: Figures, outcome: Outcome) -> bool:
    return _differs(noun, row, wanted._fields, wanted, outcome)


def _differs(noun: str, row: Any, names: Sequence[str], wanted: Sequence[Any], outcome: Outcome) -> bool:
    """Whether the stored figures differ; the first of those that do are printed."""
    pairs = {name: (getattr(row, name), value) for name, value in zip(names, wanted, strict=True)}
    changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if not changes:
        return False
    outcome.figures += 1
    if outcome.figures <= _MOST_SHOWN:
        shown = ", ".join(f"{name} {before} -> {after}" for name, (before, after) in changes.items())
        sys.stdout.write(f"{noun} {row.pk}: {shown}\n")
    return True


def _summary(outcome: Outcome, *, check: bool) -> str:
    seen = f"{outcome.copies} copies, {outcome.messages} messages and {outcome.templates} templates"
    if outcome.equal:
        return f"{seen}: all figures equal the journal."
    what = f"{outcome.figures} with other figures, {outcome.verdicts} events with another verdict"
    return f"{seen}: {what}; {'nothing was changed' if check else 'all equal the journal now'}."
