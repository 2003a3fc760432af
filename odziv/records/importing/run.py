"""The worker's job: what was asked of an import is done, whatever becomes of the worker."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import OperationalError
from django.db.models import F

from odziv.lib import clock
from odziv.models import Import, ImportState
from odziv.records.importing.check import Progress, check
from odziv.records.importing.faults import FileTrouble, Unreadable
from odziv.records.importing.forgetting import forget_old
from odziv.records.importing.prepare import prepare
from odziv.records.importing.undo import undo
from odziv.records.importing.write import LeaseLost, write

log = logging.getLogger("odziv.imports")

LEASE = timedelta(minutes=1)
ATTEMPTS = 5  # a file that kills its worker is not taken up for ever
_IN_MEMORY = 8 * 1024 * 1024


def work_on_imports(now: datetime | None = None) -> int:
    """Check, write or undo one import that waits; returns 1 when there was one, else 0."""
    now = now or clock.now()
    for of in Import.objects.free(now).select_related("user", "organisation")[:10]:
        if Import.objects.of(of.organisation_id).under_way(now).exists():
            continue  # of two at once, each would take what the other makes for new
        of.leased_until = now + LEASE
        claimed = Import.objects.free(now).filter(pk=of.pk, state=of.state)
        if claimed.update(leased_until=of.leased_until, attempts=F("attempts") + 1, done=0):
            of.attempts += 1
            _do(of, now)
            return 1
    forget_old(now)
    return 0


def _do(of: Import, now: datetime) -> None:
    try:
        if of.attempts > ATTEMPTS:
            raise Unreadable(FileTrouble.FAULT)
        _DEEDS[ImportState(of.state)](of, now)
    except LeaseLost:
        log.warning("the import %s was taken over by somebody else", of.pk)
    except Unreadable as error:
        _fail(of, error)
    except OperationalError:
        # The database is away or busy: nothing is wrong with the file, so it waits for its next turn.
        log.exception("the import %s could not be gone on with", of.pk)
        raise
    except Exception:
        # Whatever it is, the user who waits must hear of it; the log has the rest.
        log.exception("the import %s failed", of.pk)
        _fail(of, Unreadable(FileTrouble.FAULT))


def _check(of: Import, now: datetime) -> None:
    check(of, _progress(of))
    _finish(of, ImportState.CHECKED)


def _write(of: Import, now: datetime) -> None:
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        prepare(of, spool, now, _progress(of))
        write(of, spool, now)


def _undo(of: Import, now: datetime) -> None:
    undo(of, _progress(of))
    _finish(of, ImportState.UNDONE)


_DEEDS: dict[ImportState, Callable[[Import, datetime], None]] = {
    ImportState.CHECKING: _check,
    ImportState.WRITING: _write,
    ImportState.UNDOING: _undo,
}


def _progress(of: Import) -> Progress:
    """Write down how far it is, and keep the lease. Raises LeaseLost."""

    def tell(done: int) -> None:
        until = clock.now() + LEASE
        mine = Import.objects.filter(pk=of.pk, state=of.state, leased_until=of.leased_until)
        if not mine.update(done=done, leased_until=until):
            raise LeaseLost
        of.leased_until = until

    return tell


def _finish(of: Import, state: ImportState) -> None:
    mine = Import.objects.filter(pk=of.pk, state=of.state, leased_until=of.leased_until)
    if not mine.update(leased_until=None):
        raise LeaseLost
    of.state, of.leased_until, of.done, of.attempts, of.finished_at = state, None, of.size, 0, clock.now()
    of.save()


def _fail(of: Import, error: Unreadable) -> None:
    Import.objects.filter(pk=of.pk, leased_until=of.leased_until).update(
        state=ImportState.FAILED,
        trouble=error.trouble,
        trouble_at=error.what[:100],
        leased_until=None,
        attempts=0,
        finished_at=clock.now(),
    )
