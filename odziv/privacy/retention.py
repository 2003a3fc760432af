"""How long events are kept: the limit of an organisation, what would go, and the worker that lets it go (L4).

    settle   message by message, what the oldest events came to is kept apart, so that no figure changes
    sweep    the events themselves go, a few thousand in a transaction

Each step notes how far it came, so a crash costs one step, and to do one twice changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from odziv.lib import clock
from odziv.lib.uuid7 import first_of
from odziv.measure.settle import settle
from odziv.models import Interaction, JournalLimit, JournalMonths, Organisation, Settled, User, partitions
from odziv.models.retention import horizon

_EVENTS = 2_000  # in one step
_LEASE = timedelta(minutes=5)
_TURN = 1.0  # seconds that the worker stays with one organisation while others may wait
_MOST_COUNTED = 1_000_000


class Loss(NamedTuple):
    """What goes at once when a limit is set: events from before a moment; `more` than are counted."""

    before: datetime
    events: int
    more: bool
    oldest: datetime | None


def ahead(user: User, months: JournalMonths, now: datetime) -> Loss:
    """What the user's organisation would lose by this limit."""
    before = horizon(months, now)
    rows = Interaction.objects.for_(user).before_id(first_of(before)).order_by("pk")
    number = rows.order_by()[: _MOST_COUNTED + 1].count()
    return Loss(before, min(number, _MOST_COUNTED), number > _MOST_COUNTED, rows.values_list("at", flat=True).first())


@transaction.atomic
def keep_for(user: User, months: JournalMonths | None, now: datetime) -> JournalLimit:
    """Keep the events of the user's organisation for so long from now on; None: for ever. What is gone stays gone."""
    # Whoever is at it finds another limit than it took, and leaves off.
    defaults = {"months": months, "user": user, "set_at": now, "place": None, "leased_until": None}
    return JournalLimit.objects.update_or_create(organisation_id=user.organisation_id, defaults=defaults)[0]


def let_go(now: datetime | None = None) -> int:
    """The worker's job: carry on for a moment where events are to go; returns 1 when there was anything to do."""
    at = now or clock.now()
    for limit in JournalLimit.objects.to_settle(at)[:5]:
        if JournalLimit.objects.take(limit.pk, at, _LEASE):
            _settle_on(limit, at)
            return 1
    # All are settled before anything is swept: what nobody keeps any more goes by whole months where it can.
    for limit in JournalLimit.objects.to_sweep()[:5]:
        if JournalLimit.objects.take(limit.pk, at, _LEASE):
            _sweep_on(limit, at)
            return 1
    return 0


def _settle_on(limit: JournalLimit, now: datetime) -> None:
    """Settle the messages of the next events that are to go."""
    until, deadline = limit.due(now), time.monotonic() + _TURN
    mine = JournalLimit.objects.filter(pk=limit.pk, months=limit.months)
    if limit.until is None or limit.until < until:
        # Before anything is settled: what comes late for that time is put behind it (`ingest`).
        limit.place = None
        if not mine.update(until=until, place=None):
            return
    while time.monotonic() < deadline:
        last, rows = _next(limit, until)
        if last is None:
            mine.update(since=until, place=None, leased_until=None)
            return
        settle(limit.pk, {message for _pk, message in rows}, until, now)
        limit.place = last
        if not mine.update(place=last):
            return
    mine.update(leased_until=None)


def _sweep_on(limit: JournalLimit, now: datetime) -> None:
    """Delete the next events that are settled; on PostgreSQL first the months that nobody keeps any more, at once."""
    assert limit.since is not None  # to_sweep
    if limit.place is None and partitions.is_divided():
        keeping = _keeping(limit.since)
        _settle_left_over(limit.since, keeping, now)
        partitions.drop_before(first_of(limit.since), keeping)
    deadline = time.monotonic() + _TURN
    mine = JournalLimit.objects.filter(pk=limit.pk, since=limit.since)
    while time.monotonic() < deadline:
        last, rows = _next(limit, limit.since)
        if last is None:
            mine.update(swept=limit.since, place=None, leased_until=None)
            return
        settle(limit.pk, {message for _pk, message in rows}, limit.since, now)  # what was brought back since
        Interaction.objects.among(pk for pk, _message in rows).order_by().delete()
        limit.place = last
        if not mine.update(place=last):
            return
    mine.update(leased_until=None)


def _keeping(since: datetime) -> list[UUID]:
    """The organisations that keep events of before, or whose events of before are not settled."""
    return list(Organisation.objects.exclude(pk__in=JournalLimit.objects.settled(since)).values_list("pk", flat=True))


def _settle_left_over(since: datetime, keeping: Sequence[UUID], now: datetime) -> None:
    """Settle messages that came between: a deleted one that was brought back. One look at all events that are to go."""
    settled = Settled.objects.filter(pk=OuterRef("message_id"), since__gte=since)
    going = Interaction.objects.before_id(first_of(since)).exclude(organisation_id__in=keeping)
    rows = going.filter(~Exists(settled)).order_by().values_list("organisation_id", "message_id").distinct()
    for organisation, message in list(rows):
        settle(organisation, [message], since, now)


def _next(limit: JournalLimit, until: datetime) -> tuple[UUID | None, list[tuple[UUID, UUID]]]:
    """The last of the next events in the order of their time, and of them the organisation's, with their messages.

    Whose they are is asked of each: an index by organisation would be looked through as a whole, again and again.
    """
    rows = Interaction.objects.before_id(first_of(until)).order_by("pk")
    if limit.place is not None:
        rows = rows.filter(pk__gt=limit.place)
    found = list(rows.values_list("pk", "message_id", "organisation_id")[:_EVENTS])
    own = [(pk, message) for pk, message, organisation in found if organisation == limit.pk]
    return found[-1][0] if found else None, own
