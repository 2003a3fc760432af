"""Mail that is handed in: durable before it is acknowledged, then matched, judged and kept as what was found (P1).

The doors only take; a job of the worker reads. So a mail that takes long, or breaks something, delays no door.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from odziv.environment import ENV
from odziv.lib import clock
from odziv.lib.files import FileStore, FileStoreError, store_from
from odziv.models import HandedDoor, HandedIn, HandedState, Mailbox
from odziv.replies.matching import belonging
from odziv.replies.round import LARGEST, TRIES
from odziv.replies.storing import Came, store

log = logging.getLogger("odziv.replies")

LEASE = timedelta(minutes=5)
_AGAIN = timedelta(seconds=10)
_REMEMBERED = timedelta(days=7)  # for as long a mail that is handed in again is known
_KEPT_ASIDE = timedelta(days=90)
_AT_ONCE = 50

__all__ = ["LARGEST", "FileStoreError", "forget", "take", "work_on_handed"]


def take(
    organisation_id: UUID, raw: bytes, *, door: HandedDoor, now: datetime, mailbox: Mailbox | None = None, to: str = ""
) -> tuple[HandedIn, bool]:
    """Keep a mail, durable on return, and whether it is new here. Raises FileStoreError, DatabaseError."""
    digest = hashlib.sha256(raw).hexdigest()
    known = HandedIn.objects.of(organisation_id).filter(digest=digest).first()
    if known is not None:
        return known, False
    ref = _store().put(organisation_id, [raw])
    try:
        with transaction.atomic():
            row = HandedIn.objects.create(
                organisation_id=organisation_id,
                door=door,
                mailbox=mailbox,
                recipient=to[:320],
                digest=digest,
                file=ref.key,
                size=len(raw),
                came_at=now,
                due_at=now,
            )
    except IntegrityError:
        # The same mail at the same moment, through the same door: its file is the same too.
        return HandedIn.objects.of(organisation_id).get(digest=digest), False
    return row, True


def work_on_handed(now: datetime | None = None) -> int:
    """Read what was handed in; returns how many. One at which we fail three times is set aside (O6)."""
    moment = now or clock.now()
    done = 0
    for pk in HandedIn.objects.due(moment, _AT_ONCE):
        row = HandedIn.objects.claim(pk, moment, LEASE)
        if row is None:
            continue
        done += 1
        if row.tries > TRIES:
            _set_aside(row, row.fault or "the worker died of it")
            continue
        try:
            _read(row, moment)
        except Exception as error:
            # Whatever it is: the others must not suffer, and the mail is not lost.
            _stumbled(row, moment, error)
    return done


def forget(now: datetime | None = None) -> int:
    """Let go of what was done long ago, and of mail that was set aside and nobody looked at; returns how many."""
    moment = now or clock.now()
    rows = list(HandedIn.objects.over(moment - _REMEMBERED, moment - _KEPT_ASIDE)[:500])
    HandedIn.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _drop({row.file for row in rows if row.file})
    return len(rows)


def _read(row: HandedIn, now: datetime) -> None:
    """Keep what belongs to one of ours; of everything else only the digest stays."""
    with _store().open(row.file) as stream:
        raw = stream.read(LARGEST + 1)
    found, content = belonging(row.organisation_id, raw, lambda: raw, [row.recipient] if row.recipient else [])
    with transaction.atomic():
        if found is not None and content:
            ours = tuple(Mailbox.objects.addresses_of(row.organisation_id)) if row.mailbox is None else ()
            store(Came(content, row.came_at, row.mailbox, ours), found, now)
        settled = HandedIn.objects.settle(row, state=HandedState.DONE, file="", fault="")
    if settled:
        _drop({row.file})


def _stumbled(row: HandedIn, now: datetime, error: Exception) -> None:
    fault = f"{type(error).__name__}: {error}"[:200]
    if row.tries >= TRIES:
        log.exception("mail %s that was handed in was set aside", row.pk)
        _set_aside(row, fault)
    else:
        log.warning("mail %s that was handed in could not be read (attempt %d): %s", row.pk, row.tries, error)
        HandedIn.objects.settle(row, due_at=now + _AGAIN * row.tries, fault=fault)


def _set_aside(row: HandedIn, fault: str) -> None:
    HandedIn.objects.settle(row, state=HandedState.ASIDE, fault=fault[:200])


def _drop(files: set[str]) -> None:
    for key in files - HandedIn.objects.keys_in_use(files):
        try:
            _store().delete(key)
        except FileStoreError:
            log.exception("a mail that was handed in could not be removed from the disk")


def _store() -> FileStore:
    return store_from(ENV.handed_store)
