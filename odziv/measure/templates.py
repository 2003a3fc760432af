"""The fold of templates: messages and opportunities -> tally of each version, rates, recommendations (T2, V4).

The row is the queue, as with copies: whoever changes something that counts raises `TemplateVersion.touched`, and the
fold notes in `folded` how far it has read. What it writes follows from the messages and records of now alone, so that
`odziv rebuild` comes to the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from odziv.measure.rates import Candidate, Counts, Standing, standings
from odziv.models import (
    FollowState,
    Message,
    Organisation,
    Record,
    RecordKind,
    RecordStatus,
    Template,
    TemplateVersion,
)
from odziv.models.bulk import update_rows
from odziv.models.templates import TALLY

BATCH = 100
BOUGHT_WITHIN = timedelta(days=90)
"""An opportunity that is won later after a message is not counted as its doing."""

WRITTEN = (*TALLY, "open_rate", "reply_rate", "score", "recommended", "evidence")
"""What the fold writes of a template."""


def fold_templates(limit: int = BATCH) -> int:
    """The worker's job: at most `limit` versions that were touched; returns how many when there may be more, else 0.

    So versions that are touched all the time are folded once in a period and not without end.
    """
    rows = list(TemplateVersion.objects.unfolded().values_list("pk", "organisation_id", "touched")[:limit])
    if rows:
        fold_versions(rows)
    return len(rows) if len(rows) == limit else 0


def fold_versions(rows: Sequence[tuple[UUID, UUID, int]]) -> None:
    """Write the tally of versions (identifier, organisation, touched), of their templates, and who stands how."""
    with transaction.atomic():
        # One at a time for each organisation: what stands how depends on all its versions.
        organisations = sorted({organisation for _pk, organisation, _touched in rows})
        locked = Organisation.objects.filter(pk__in=organisations).order_by("pk").select_for_update(no_key=True)
        list(locked.values_list("pk"))
        counted = tally([pk for pk, _organisation, _touched in rows])
        values = [(*counted[pk], touched, pk) for pk, _organisation, touched in rows]
        update_rows(TemplateVersion, (*TALLY, "folded"), values)
        for organisation in organisations:
            restand(organisation)


def tally(versions: Sequence[UUID]) -> dict[UUID, tuple[int, ...]]:
    """Sent, measurable, opened, replied, purchases of each version, from its messages. Two queries."""
    followed = Q(follow_state=FollowState.ON)
    sent = Message.objects.filter(template_version__in=versions, sent_at__isnull=False).order_by()
    counts = sent.values("template_version").annotate(
        n_sent=Count("pk"),
        n_measurable=Count("pk", filter=followed),
        n_opened=Count("pk", filter=followed & Q(opens__gt=0)),
        n_replied=Count("pk", filter=followed & Q(replies__gt=0)),
    )
    bought = sent.filter(followed, Exists(_won_after())).values("template_version").annotate(n=Count("pk"))
    purchases = dict(bought.values_list("template_version", "n"))
    found = {
        row["template_version"]: (row["n_sent"], row["n_measurable"], row["n_opened"], row["n_replied"])
        for row in counts
    }
    return {pk: (*found.get(pk, (0, 0, 0, 0)), purchases.get(pk, 0)) for pk in versions}


def _won_after() -> Any:
    """Opportunities that were won within the time after the message and that it is regarding: they, or theirs."""
    regarding = OuterRef("activity__regarding")
    about = Q(pk=regarding) | Q(account=regarding) | Q(primary_contact=regarding)
    won = Record.objects.filter(about, kind=RecordKind.OPPORTUNITY, status=RecordStatus.WON).order_by()
    return won.filter(closed_at__gt=OuterRef("sent_at"), closed_at__lte=OuterRef("sent_at") + BOUGHT_WITHIN)


def restand(organisation: UUID) -> int:
    """Write what an organisation's templates say of their versions; returns how many changed."""
    rows = list(Template.objects.of(organisation).order_by("pk").defer("title", "title_key", "search_text", "subject"))
    wanted = expected(organisation, rows)
    changed = [(*wanted[row.pk], row.pk) for row in rows if stored(row) != wanted[row.pk]]
    update_rows(Template, WRITTEN, changed)
    return len(changed)


def expected(organisation: UUID, rows: Iterable[Template]) -> dict[UUID, tuple[Any, ...]]:
    """The tally and the standing that templates should have, as `stored` gives them; from their versions' tallies."""
    versions = TemplateVersion.objects.of(organisation).order_by("pk").values_list("pk", "template_id", *TALLY)
    sums: dict[UUID, list[int]] = defaultdict(lambda: [0] * len(TALLY))
    counts: dict[UUID, list[tuple[UUID, Counts]]] = defaultdict(list)
    for pk, template, *numbers in versions.iterator():
        sums[template] = [a + b for a, b in zip(sums[template], numbers, strict=True)]
        counts[template].append((pk, Counts(*numbers[1:])))
    templates = list(rows)
    candidates = [
        Candidate(pk, tally, row.language, row.category_key, pk == row.current_id and row.archived_at is None)
        for row in templates
        for pk, tally in counts[row.pk]
    ]
    found = standings(candidates)
    return {row.pk: (*sums[row.pk], *_standing(found.get(row.current_id))) for row in templates}


def stored(row: Template) -> tuple[Any, ...]:
    """What is written of a template."""
    return tuple(getattr(row, name) for name in WRITTEN)


def _standing(found: Standing | None) -> tuple[Any, ...]:
    if found is None or found.score is None:
        return (None, None, None, False, {})
    rates = {name: [round(value, 4) for value in one] for name, one in found.estimates.items()}
    rates_of = {name: values[0] for name, values in rates.items()}
    return (rates_of["opened"], rates_of["replied"], round(found.score, 4), found.recommended, rates)
