"""The worker's job: copies whose journal has grown get their figures anew (invariant 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from odziv.measure import habits, journal
from odziv.measure.evidence import Folded, Judgement
from odziv.measure.fold import settles_at
from odziv.measure.journal import Copy, Read
from odziv.models import CardKind, Delivery, Happening, Message, TemplateVersion

BATCH = 1_000
MOST_EVENTS = 50_000  # in one batch: what is held in memory stays bounded


def measure(limit: int = BATCH, *, now: datetime | None = None) -> int:
    """Fold at most `limit` copies that were touched; returns how many, 0 when none waits.

    Safe to run in several workers at once: `touched` is read before the events, so a copy that grows meanwhile, or
    whose figures an older reading overwrites, is touched still and comes again.
    """
    rows = Delivery.objects.unfolded().values_list("pk", "message_id", "touched")[:limit]
    copies: list[Copy] = []
    events = 0
    for pk, message, touched in rows:
        copies.append(Copy(pk, message, touched, touched))
        events += min(touched, journal.MOST_EVENTS)
        if events > MOST_EVENTS:
            break
    if copies:
        fold_copies(journal.with_colleagues(copies), now or timezone.now())
    return len(copies)


def fold_copies(copies: Sequence[Copy], now: datetime) -> None:
    """Write verdicts and figures of copies and of their messages, in one transaction."""
    while True:
        try:
            _fold(copies, now)
        except _WeighedAnew:
            continue
        return


class _WeighedAnew(Exception):
    """Somebody changed what evidence weighs while the events were read."""


def _fold(copies: Sequence[Copy], now: datetime) -> None:
    found = journal.read(copies)
    folded = {id: read.folded() for id, read in found.items()}
    changed: dict[UUID, Judgement] = {}
    for id, read in found.items():
        changed |= journal.differences(read.stored, folded[id].judgements)
    settling = _settling(copies, found, folded)
    messages = sorted({copy.message for copy in copies})
    with transaction.atomic():
        # Two workers with copies of one message: each must see the other's figures when it adds them up.
        locked = Message.objects.filter(pk__in=messages).order_by("pk").select_for_update(no_key=True)
        before = {key: (organisation, first) for key, organisation, first in
                  locked.values_list("pk", "organisation_id", "first_opened_at")}  # fmt: skip
        # Whoever applies other weights commits them before the copies are folded anew: what is read here and still the
        # same will be folded after this has been written.
        if journal.weighed_anew(found.values()):
            raise _WeighedAnew
        for id, read in found.items():
            if read.facts.beyond:
                journal.store_flood(id)
        journal.store_judgements(changed)
        figures = {id: one.figures for id, one in folded.items()}
        habits.move((owner, address, former, figures[id])
                    for id, owner, address, former in journal.former_figures(copies))  # fmt: skip
        journal.store_figures(folded, copies, now)
        after = journal.sums(messages)
        journal.store_sums(after, now)
        for key, (organisation, first) in before.items():
            # The first open by a person, or that what looked like one was none: the assistant should know.
            if key in after and (first is None) != (after[key].first_opened_at is None):
                Happening.objects.note(organisation, key, CardKind.OPENED, not_before=settling.get(key))
        TemplateVersion.objects.touch(Message.objects.filter(pk__in=messages).template_versions())


def _settling(
    copies: Sequence[Copy], found: Mapping[UUID, Read], folded: Mapping[UUID, Folded]
) -> dict[UUID, datetime]:
    """Until when the assistant should wait with the first opens of messages; left out where one of them is clear."""
    waiting: dict[UUID, datetime] = {}
    clear: set[UUID] = set()
    for copy in copies:
        read, figures = found[copy.id], folded[copy.id].figures
        if figures.first_opened_at is None:
            continue
        at = settles_at(read.events, read.facts, figures)
        if at is None:
            clear.add(copy.message)
        else:
            waiting[copy.message] = min(at, waiting.get(copy.message, at))
    return {message: at for message, at in waiting.items() if message not in clear}
