"""Other weights for evidence: proposed, looked at before they hold, applied to the past in the background (J5).

A change is a row that says how far it has come, so it goes on after any crash. Looking writes nothing but that row.
Once applied, what comes is judged by the new weights at once, and the worker folds the past anew, copy by copy, which
is harmless to do twice.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from odziv.lib import clock
from odziv.measure import weights
from odziv.measure.changes import FIGURES, CopyChange, changes
from odziv.measure.journal import Copy
from odziv.measure.reasons import TEAM_NETWORK
from odziv.measure.run import fold_copies
from odziv.models import Delivery, Organisation, TeamNetwork, User, WeighingState, WeightChange

SPANS = (7, 30, 90, 365)
"""Over how many days one may look at what would change."""
EXAMPLES = 20
_STEP = 200  # copies
_LEASE = timedelta(minutes=2)
_TURN = 1.0  # seconds that the worker stays with one change while others may wait


class NothingNew(Exception):
    """It weighs so already."""


class Overtaken(Exception):
    """Somebody else's change came in between, or is being applied: what was looked at is not what would happen."""


def propose(user: User, points: Mapping[str, int], days: int, now: datetime) -> WeightChange:
    """Ask what would change if evidence weighed so; codes that are left out weigh as they come.

    What the user had proposed before is dropped. Raises ValueError(code) for points beyond their limits, NothingNew.
    """
    wanted = weights.adjusted(points)
    before = user.organisation.weights
    if weights.in_force(wanted) == weights.in_force(before):
        raise NothingNew
    days = days if days in SPANS else SPANS[1]
    with transaction.atomic():
        WeightChange.objects.open_to(user).order_by().update(state=WeighingState.DROPPED, finished_at=now)
        total = _copies(user.organisation, now - timedelta(days=days)).count()
        return WeightChange.objects.create(
            organisation=user.organisation,
            user=user,
            before=before,
            points=wanted,
            days=days,
            created_at=now,
            total=total,
        )


def apply(change: WeightChange, user: User, now: datetime) -> None:
    """Let the weights hold from now on, and have the past judged by them. Raises Overtaken."""
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=change.organisation_id)
        if organisation.weights != change.before or WeightChange.objects.being_applied(organisation.pk):
            raise Overtaken
        begun = WeightChange.objects.filter(pk=change.pk, state=WeighingState.LOOKED).update(
            state=WeighingState.APPLYING,
            user=user,
            applied_at=now,
            total=_copies(organisation).count(),
            done=0,
            message=None,
            delivery=None,
            leased_until=None,
        )
        if not begun:
            raise Overtaken
        organisation.weights = change.points
        organisation.save(update_fields=["weights"])
        if not weights.in_force(change.points)[TEAM_NETWORK]:
            TeamNetwork.objects.of(organisation.pk).delete()  # they would be kept for nothing
    change.refresh_from_db()


def drop(change: WeightChange, now: datetime) -> None:
    """Let it be. What is being applied cannot be dropped; another change takes it back."""
    rows = WeightChange.objects.filter(pk=change.pk, state__in=(WeighingState.LOOKING, WeighingState.LOOKED))
    rows.update(state=WeighingState.DROPPED, finished_at=now)


def make_next(now: datetime | None = None) -> int:
    """The worker's job: carry one change on for a moment; returns 1 when there was one, else 0."""
    at = now or clock.now()
    for change in WeightChange.objects.waiting(at).select_related("organisation")[:5]:
        if WeightChange.objects.take(change.pk, at, _LEASE):
            _carry_on(change, at)
            return 1
    return 0


def _carry_on(change: WeightChange, now: datetime) -> None:
    until = time.monotonic() + _TURN
    since = change.created_at - timedelta(days=change.days) if change.state == WeighingState.LOOKING else None
    copies = _copies(change.organisation, since)
    mine = WeightChange.objects.filter(pk=change.pk, state=change.state)
    while True:
        rows = list(copies.beyond(change.message, change.delivery)[:_STEP])
        if not rows:
            ended = WeighingState.LOOKED if change.state == WeighingState.LOOKING else WeighingState.APPLIED
            mine.update(state=ended, done=change.total, finished_at=now, leased_until=None)
            return
        _step(change, rows, now)
        change.message, change.delivery = rows[-1].message_id, rows[-1].pk
        change.done += len(rows)
        late = time.monotonic() > until
        lease = None if late else now + _LEASE
        place = {"message": change.message, "delivery": change.delivery, "done": change.done, "found": change.found}
        if not mine.update(**place, leased_until=lease) or late:
            return  # dropped meanwhile, or others wait


def _step(change: WeightChange, rows: Sequence[Delivery], now: datetime) -> None:
    copies = [Copy(row.pk, row.message_id, row.touched, row.touched) for row in rows]
    wanted = weights.in_force(change.points)
    found = changes(rows, copies, lambda _adjusted: wanted)
    if change.state == WeighingState.LOOKING:
        for one in found:
            _note(change.found, one)
        return
    stale = [one.copy for one in found if one.stale]
    if stale:
        fold_copies(stale, now)


def _note(found: dict[str, Any], one: CopyChange) -> None:
    """Add what would change of a copy: {"copies", "messages", "figures": {name: [before, after]}, "verdicts": {kind:
    {before: {after: number}}}, "examples": [{...}]}; the figures are the sums of all copies that were looked at."""
    sums = found.setdefault("figures", {name: [0, 0] for name in FIGURES})
    for name in FIGURES:
        sums[name][0] += getattr(one.before, name)
        sums[name][1] += getattr(one.after, name)
    if not one.events and one.before == one.after:
        return
    found["copies"] = found.get("copies", 0) + 1
    if found.get("last") != one.copy.message.hex:  # they come message by message
        found["last"] = one.copy.message.hex
        found["messages"] = found.get("messages", 0) + 1
    examples = found.setdefault("examples", [])
    verdicts = found.setdefault("verdicts", {})
    for event, before, after in one.events:
        row = verdicts.setdefault("open" if event.kind == "image" else event.kind, {}).setdefault(before, {})
        row[after] = row.get(after, 0) + 1
        if len(examples) < EXAMPLES:
            examples.append({"id": str(event.id), "before": before, "after": after})


def _copies(organisation: Organisation, since: datetime | None = None) -> Any:
    return Delivery.objects.of(organisation.pk).judged(since)
