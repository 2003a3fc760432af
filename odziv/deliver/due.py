"""The worker's job: what is due leaves, each mailbox at its own pace (D3)."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime
from uuid import UUID

from django.db import connection

from odziv.deliver.claim import release_abandoned
from odziv.deliver.round import Round
from odziv.lib import clock
from odziv.models import Delivery

log = logging.getLogger("odziv.deliver")

_PATIENCE = 1.0
_MOST_MAILBOXES = 64
_stopping = threading.Event()
_under_way: dict[UUID | None, threading.Thread] = {}


def deliver_due(now: datetime | None = None, limit: int = 1000, *, threads: bool = True) -> int:
    """Send the copies that are due, up to `limit` of each mailbox; returns how many came to an end in this call.

    Each mailbox has a thread of its own. The call waits a second for them; a mailbox whose server is slow goes on
    behind and is passed over by further calls until it is done, so that it delays nobody else. Without `threads` the
    mailboxes take turns in the caller's thread, and all is over on return.
    """
    moment = clock.now if now is None else lambda: now
    mailboxes = Delivery.objects.due_mailboxes(moment())
    if not threads:
        return sum(Round(mailbox, moment, limit, _stopping.is_set).run() for mailbox in mailboxes)
    for mailbox in [key for key, thread in _under_way.items() if not thread.is_alive()]:
        del _under_way[mailbox]
    rounds = []
    for mailbox in mailboxes:
        if mailbox not in _under_way and len(_under_way) < _MOST_MAILBOXES and not _stopping.is_set():
            rounds.append(Round(mailbox, moment, limit, _stopping.is_set))
            # A daemon: whatever a server does, it must not keep the process from ending. Its lease tells the rest.
            _under_way[mailbox] = threading.Thread(target=_in_thread, args=(rounds[-1],), daemon=True)
            _under_way[mailbox].start()
    until = time.monotonic() + _PATIENCE
    for one in rounds:
        if thread := _under_way.get(one.mailbox_id):
            thread.join(max(0.0, until - time.monotonic()))
    return sum(one.done for one in rounds)


def recover_abandoned(now: datetime | None = None) -> int:
    """Take up copies whose worker died: again when that is safe, else *uncertain* (D3). Returns how many."""
    return release_abandoned(now or clock.now())


def stop(seconds: float) -> None:
    """Begin no further copy, and give those under way this long; what is cut off then is taken up by its lease."""
    _stopping.set()
    until = time.monotonic() + seconds
    for thread in list(_under_way.values()):
        thread.join(max(0.0, until - time.monotonic()))


def _in_thread(one: Round) -> None:
    try:
        one.run()
    except Exception:
        # Its copies are still due, or their leases run out; the other mailboxes must not suffer.
        log.exception("the round of mailbox %s ended early", one.mailbox_id)
    finally:
        connection.close()
