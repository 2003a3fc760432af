"""Mailboxes are looked into: as soon as their server says that something came, and in any case again and again (P1)."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from odziv.environment import ENV
from odziv.lib import clock
from odziv.models import Mailbox, Reading
from odziv.replies.connection import Connection
from odziv.replies.round import LARGEST, LEASE, Overtaken, Round
from odziv.replies.server import refused, server_of
from odziv.replies.trouble import ImapTrouble, Reason
from odziv.replies.watch import Watch

log = logging.getLogger("odziv.replies")

PERIOD = timedelta(seconds=30)  # of mailboxes whose server says nothing by itself
WATCHED = timedelta(minutes=2)  # of the others: notices dead connections, and renews them
LONGEST = timedelta(minutes=15)
# How many mailboxes are looked into at once. Those whose last look failed or took long are apart from the others, so
# that mailboxes that hang wait for one another only.
_AT_ONCE = {False: 12, True: 4}
_LONG = 20.0  # seconds
_PATIENCE = 0.5
_stopping = threading.Event()
_watch = Watch()
_slow: set[UUID] = set()
_under_way: dict[UUID, _Looking] = {}


def read_mailboxes(now: datetime | None = None, *, threads: bool = True) -> int:
    """Look into each mailbox that is due; returns how many mails were looked at in this call.

    Each mailbox has a thread of its own, and the call waits for none for long: one that hangs delays no other. Without
    `threads` they take turns in the caller's thread, and no connection stays open.
    """
    moment = now or clock.now()
    Reading.objects.begin(moment)
    if not threads:
        due = [pk for stumbling in (False, True) for pk, _ in Reading.objects.due(moment, 100, stumbling=stumbling)]
        return sum(_read(pk, moment, None) for pk in due)
    _hear(moment)
    begun = [one for stumbling in (False, True) for one in _begin(moment, stumbling=stumbling)]
    until = time.monotonic() + _PATIENCE
    for one in begun:
        one.join(max(0.0, until - time.monotonic()))
    return sum(one.done for one in begun)


def stop(seconds: float) -> None:
    """Begin nothing more, close the open connections, and give what is under way this long: its position is kept."""
    _stopping.set()
    watched = _watch.close()
    # Whoever goes on with the work must not wait for connections that are no more.
    Reading.objects.wake(watched, clock.now())
    until = time.monotonic() + seconds
    for one in list(_under_way.values()):
        one.join(max(0.0, until - time.monotonic()))


class _Looking(threading.Thread):
    """One mailbox, looked into. A daemon: whatever a server does, it must not keep the process from ending."""

    def __init__(self, pk: UUID, mailbox: UUID, now: datetime) -> None:
        super().__init__(name=f"look into mailbox {mailbox}", daemon=True)
        self.mailbox, self.done = mailbox, 0
        self.apart = False
        self._pk, self._now = pk, now

    def run(self) -> None:
        began = time.monotonic()
        try:
            self.done = _read(self._pk, self._now, _watch)
        except Exception:
            # The database is away, say. The mailbox is still due; the others must not suffer.
            log.exception("the look into mailbox %s ended early", self.mailbox)
        finally:
            connection.close()
            (_slow.add if time.monotonic() - began > _LONG else _slow.discard)(self.mailbox)


def _hear(now: datetime) -> None:
    """Let what open connections said become due."""
    came, lost = _watch.news()
    if came:
        Reading.objects.wake(came, now)
    if lost:
        Reading.objects.wake(lost, now + PERIOD)


def _begin(now: datetime, *, stumbling: bool) -> list[_Looking]:
    for mailbox in [key for key, one in _under_way.items() if not one.is_alive()]:
        del _under_way[mailbox]
    begun: list[_Looking] = []
    if _stopping.is_set():
        return begun
    for pk, mailbox in Reading.objects.due(now, 64, stumbling=stumbling):
        apart = stumbling or mailbox in _slow
        busy = sum(one.apart == apart for one in _under_way.values())
        if mailbox not in _under_way and busy < _AT_ONCE[apart]:
            one = _Looking(pk, mailbox, now)
            one.apart = apart
            _under_way[mailbox] = one
            one.start()
            begun.append(one)
    return begun


def _read(pk: UUID, now: datetime, watch: Watch | None) -> int:
    reading = Reading.objects.claim(pk, now, LEASE)
    if reading is None:
        return 0
    mailbox = reading.mailbox
    line: Connection | None = None
    round = Round(reading, now, _stopping.is_set)
    pause = PERIOD
    try:
        server = server_of(mailbox)
        line = watch.take(mailbox.pk, server) if watch else None
        if line is None:
            line = Connection(server, timeout=ENV.smtp_timeout, largest=LARGEST)
            line.open()
        round.run(line)
        if watch is not None and round.complete and watch.keep(mailbox.pk, line):
            line, pause = None, WATCHED
    except ImapTrouble as trouble:
        told = refused(mailbox, trouble)
        Mailbox.objects.note_reading(mailbox.pk, clock.now(), told.reason, told.words)
        _again(reading, now, None)
    except Overtaken:
        log.warning("mailbox %s was taken over by another worker", mailbox.pk)
    except Exception:
        # A fault of ours in one mailbox must not hold up the others; the mail at which it happened is counted.
        log.exception("mailbox %s could not be read to its end", mailbox.pk)
        Mailbox.objects.note_reading(mailbox.pk, clock.now(), Reason.FAULT)
        _again(reading, now, None)
    else:
        Mailbox.objects.note_reading(mailbox.pk, clock.now())
        _again(reading, now, pause if round.complete else timedelta(0))
    finally:
        if line is not None:
            line.close()
    return round.done


def _again(reading: Reading, now: datetime, pause: timedelta | None) -> None:
    """When it is due next; without a pause it failed, and the pause grows."""
    failures = 0 if pause is not None else reading.failures + 1
    if pause is None:
        pause = min(PERIOD * 2 ** min(failures, 10), LONGEST)
    Reading.objects.held(reading).update(lease_until=None, failures=failures, due_at=now + pause)
