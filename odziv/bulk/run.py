"""Runs: begun by a page, done at once when they are small, else by the worker; taken back the same way."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import Error as DatabaseTrouble
from django.db import transaction
from django.utils import timezone, translation

from odziv.bulk.actions import ACTIONS
from odziv.bulk.outcome import NAMED, Call
from odziv.discarding import KEPT
from odziv.lib import clock
from odziv.models import BulkRun, BulkStep, RunState

log = logging.getLogger("odziv.bulk")

MOST = 20_000  # rows of one run
AT_ONCE = 200  # rows that a request may take the time for
_LEASE = timedelta(minutes=2)
_TURN = 1.0  # seconds that the worker stays with one run while others may wait
_FORGOTTEN_AT_ONCE = 20


class NothingThere(Exception):
    """None of the rows is there, for this user."""


class NoWayBack(Exception):
    """It cannot be undone: its kind never can, it was undone already, or too much time has passed."""


@transaction.atomic
def start(run: BulkRun, keys: Iterable[UUID], now: datetime) -> BulkRun:
    """Write a new run with its steps, of at most `MOST` rows; whoever calls it also carries it on.

    Identifiers that are nobody's, or not the user's to see, count as rows that are not there. Raises NothingThere when
    all are.
    """
    action = ACTIONS[run.action]
    wanted = list(dict.fromkeys(keys))
    if not any(action.rows(run.user).among(some).exists() for some in _portions(wanted, action.step)):
        raise NothingThere
    run.total, run.created_at, run.leased_until = len(wanted), now, now + _LEASE
    run.save(force_insert=True)
    BulkStep.objects.bulk_create(
        BulkStep(organisation_id=run.organisation_id, run=run, number=n, keys=[key.hex for key in some], size=len(some))
        for n, some in enumerate(_portions(wanted, action.step), 1)
    )
    if run.total > AT_ONCE:
        _leave(run)
    else:
        # What is small is done with the page's own answer: together with the run, or not at all.
        _carry_on(run, now)
    return run


def undo(run: BulkRun, now: datetime) -> BulkRun:
    """Take a run back, as far as nobody has changed the rows since. Raises NoWayBack."""
    if not can_be_undone(run, now):
        raise NoWayBack
    ended = BulkRun.objects.filter(pk=run.pk, state__in=(RunState.DONE, RunState.FAILED))
    with transaction.atomic():
        if not ended.update(state=RunState.UNDOING, leased_until=now + _LEASE, finished_at=None):
            raise NoWayBack
        run.refresh_from_db()
        if run.total > AT_ONCE:
            _leave(run)
        else:
            _carry_on(run, now)
    return run


def can_be_undone(run: BulkRun, now: datetime) -> bool:
    """Whether Undo is offered."""
    ended = run.state in (RunState.DONE, RunState.FAILED)
    return ended and ACTIONS[run.action].back is not None and now - run.created_at < KEPT


def make_next(now: datetime | None = None) -> int:
    """The worker's job: carry a run on for a moment; returns 1 when there was one, else 0."""
    now = now or clock.now()
    for run in BulkRun.objects.waiting(now).select_related("user", "organisation")[:5]:
        if BulkRun.objects.take(run.pk, now, _LEASE):
            _carry_on_safely(run, now)
            return 1
    return 0


def forget(now: datetime | None = None) -> int:
    """The worker's job: let go of runs that can no longer be undone; returns how many."""
    old = BulkRun.objects.before((now or clock.now()) - KEPT)
    keys = list(old.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    BulkRun.objects.among(keys).delete()
    return len(keys)


def refused(run: BulkRun) -> dict[str, list[Any]]:
    """Which rows stayed as they were, over all steps: {code: [how many, [[identifier, name, more], …]]}."""
    found: dict[str, list[Any]] = {}
    for one in BulkStep.objects.of_run(run).values_list("refused", flat=True).iterator():
        _add(found, one)
    return found


def _carry_on_safely(run: BulkRun, now: datetime) -> None:
    try:
        _carry_on(run, now, time.monotonic() + _TURN)
    except DatabaseTrouble:
        _leave(run)
        raise
    except Exception:
        # Whoever waits for it must hear of it; the log has the rest. The step that failed has changed nothing.
        log.exception("could not carry on with action %s", run.pk)
        BulkRun.objects.filter(pk=run.pk).update(state=RunState.FAILED, finished_at=clock.now(), leased_until=None)


def _carry_on(run: BulkRun, now: datetime, until: float | None = None) -> None:
    """Do steps until none is left, or the time on the monotonic clock has come."""
    # Texts and days that an action writes are those of whoever asked for it.
    with translation.override(run.user.language), timezone.override(run.user.zone):
        for step in BulkStep.objects.to_do(run).defer("refused"):
            _do(run, step, now)
            if until is not None and time.monotonic() > until:
                break
        else:
            ended = RunState.UNDONE if run.state == RunState.UNDOING else RunState.DONE
            BulkRun.objects.filter(pk=run.pk, state=run.state).update(state=ended, finished_at=now, leased_until=None)
            run.refresh_from_db()
            return
    _leave(run)


@transaction.atomic
def _do(run: BulkRun, step: BulkStep, now: datetime) -> None:
    """One step, or one step back. The UPDATE decides whose it is, should two be at it; the other finds it done."""
    action, call = ACTIONS[run.action], Call(run.user, run.values, now)
    mine = BulkStep.objects.filter(pk=step.pk)
    if run.state == RunState.UNDOING:
        if mine.filter(undone=False).update(undone=True) and action.back is not None:
            outcome = action.back(step.undo, call)
            mine.update(restored=outcome.changed, refused=outcome.refused)
    elif mine.filter(done=False).update(done=True):
        outcome = action.do([UUID(key) for key in step.keys], call)
        mine.update(changed=outcome.changed, undo=outcome.undo, refused=outcome.refused)


def _leave(run: BulkRun) -> None:
    """For whoever takes it next."""
    BulkRun.objects.filter(pk=run.pk).update(leased_until=None)


def _portions(keys: Iterable[UUID], size: int) -> Iterator[list[UUID]]:
    rest = iter(keys)
    while some := list(islice(rest, size)):
        yield some


def _add(found: dict[str, list[Any]], more: dict[str, list[Any]]) -> None:
    for code, (count, named) in more.items():
        entry = found.setdefault(code, [0, []])
        entry[0] += count
        entry[1] += named[: NAMED - len(entry[1])]
