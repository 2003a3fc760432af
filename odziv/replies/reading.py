"""Mailboxes are looked into: what came since the last time, each mail once, whatever dies on the way (P1).

The past is never read: a mailbox begins at the moment in which it was connected. Of a mail that answers none of ours
only the header is fetched, and nothing is kept.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import compat32
from uuid import UUID

from django.db import connection, transaction

from odziv.environment import ENV
from odziv.lib import clock
from odziv.models import Mailbox, Reading, SetAside
from odziv.replies.connection import Connection, Head
from odziv.replies.matching import match, match_report, may_be_report
from odziv.replies.server import refused, server_of
from odziv.replies.storing import Came, store
from odziv.replies.trouble import ImapTrouble, Reason

log = logging.getLogger("odziv.replies")

PERIOD = timedelta(seconds=30)
LONGEST = timedelta(minutes=15)
TRIES = 3
_AT_ONCE = 8
_HEADS = 100  # at a time
_MOST_MAIL = 2000  # of one mailbox in one round
_LARGEST = 30 * 1024 * 1024
_HEAD_OF_LARGE = 1024 * 1024  # bytes that are read of a mail beyond `_LARGEST`
_LEASE = timedelta(minutes=10)


class Overtaken(Exception):
    """Another worker has taken this mailbox over."""


def read_mailboxes(now: datetime | None = None, *, threads: bool = True) -> int:
    """Look into each mailbox that is due; returns how many mails were looked at. One that hangs delays no other:
    each has a thread, or, without `threads`, its turn in the caller's.
    """
    moment = now or clock.now()
    Reading.objects.begin(moment)
    due = Reading.objects.due(moment, 4 * _AT_ONCE)
    if len(due) < 2 or not threads:
        return sum(_read(pk, moment) for pk in due)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return sum(pool.map(lambda pk: _in_thread(pk, moment), due))


def _in_thread(pk: UUID, now: datetime) -> int:
    try:
        return _read(pk, now)
    finally:
        connection.close()


def _read(pk: UUID, now: datetime) -> int:
    reading = Reading.objects.claim(pk, now, _LEASE)
    if reading is None:
        return 0
    mailbox = reading.mailbox
    done = 0
    try:
        with Connection(server_of(mailbox), timeout=ENV.smtp_timeout, largest=_LARGEST) as line:
            done = _Round(reading, line, now).run()
    except ImapTrouble as trouble:
        told = refused(mailbox, trouble)
        Mailbox.objects.note_reading(mailbox.pk, clock.now(), told.reason, told.words)
        _again(reading, now, failed=True)
    except Overtaken:
        log.warning("mailbox %s was taken over by another worker", mailbox.pk)
    except Exception:
        # A fault of ours in one mailbox must not hold up the others; the mail at which it happened is counted.
        log.exception("mailbox %s could not be read to its end", mailbox.pk)
        Mailbox.objects.note_reading(mailbox.pk, clock.now(), Reason.FAULT)
        _again(reading, now, failed=True)
    else:
        Mailbox.objects.note_reading(mailbox.pk, clock.now())
        _again(reading, now, failed=False)
    return done


def _again(reading: Reading, now: datetime, *, failed: bool) -> None:
    failures = reading.failures + 1 if failed else 0
    pause = min(PERIOD * 2 ** min(failures, 10), LONGEST)
    Reading.objects.held(reading).update(lease_until=None, failures=failures, due_at=now + pause)


class _Round:
    """One look into one mailbox, over one connection."""

    def __init__(self, reading: Reading, line: Connection, now: datetime) -> None:
        self.reading = reading
        self.mailbox = reading.mailbox
        self._line = line
        self._now = now

    def run(self) -> int:
        """Look at what is new; returns how many mails that was. Raises ImapTrouble, Overtaken."""
        uids = self._new()
        done = 0
        for start in range(0, len(uids), _HEADS):
            part = uids[start : start + _HEADS]
            heads = self._line.heads(part)
            for uid in part:
                if uid in heads:  # else it was deleted meanwhile
                    self._look(uid, heads[uid])
                    done += 1
            self._move(part[-1] + 1)
        if len(uids) < _MOST_MAIL:
            Mailbox.objects.filter(pk=self.mailbox.pk).update(read_until=self._now)
        return done

    def _new(self) -> list[int]:
        """Numbers of the mails that were not looked at yet, the oldest first."""
        selected = self._line.select(self.mailbox.inbox_folder)
        reading = self.reading
        if reading.uidvalidity == selected.uidvalidity:
            return self._line.uids_from(reading.uidnext)[:_MOST_MAIL]
        first = reading.uidvalidity == 0
        reading.uidvalidity, reading.uidnext = selected.uidvalidity, selected.uidnext
        if first or self.mailbox.read_until is None:
            self._move(selected.uidnext)
            return []
        # The server numbered its mails anew: those since the last look are looked at again. What is known stays once.
        reading.uidnext = 1
        since = (self.mailbox.read_until - timedelta(days=1)).date()
        return self._line.uids_since(since)[:_MOST_MAIL]

    def _look(self, uid: int, head: Head) -> None:
        """Keep the mail if it answers one of ours; the position moves in the same transaction."""
        try:
            mail = message_from_bytes(head.content, policy=compat32)
            organisation = self.mailbox.organisation_id
            found = match(organisation, mail)
            raw = b""
            if found is not None or may_be_report(mail):
                raw = self._line.content(uid, _HEAD_OF_LARGE if head.size > _LARGEST else 0)
                found = found or match_report(organisation, raw)
            with transaction.atomic():
                if found is not None and raw:
                    store(Came(raw, head.at or self._now, self.mailbox), found, self._now)
                self._move(uid + 1)
        except (ImapTrouble, Overtaken):
            raise
        except Exception as error:
            self._stumble(uid, error)

    def _stumble(self, uid: int, error: Exception) -> None:
        """Try a mail at which we fail three times, then set it aside and go on."""
        tries = self.reading.stuck + 1 if self.reading.stuck_uid == uid else 1
        self.reading.stuck_uid, self.reading.stuck = uid, tries
        if tries < TRIES:
            Reading.objects.held(self.reading).update(stuck_uid=uid, stuck=tries)
            raise error
        log.exception("mail %d of mailbox %s was set aside", uid, self.mailbox.pk)
        with transaction.atomic():
            SetAside.objects.get_or_create(
                mailbox=self.mailbox,
                uidvalidity=self.reading.uidvalidity,
                uid=uid,
                defaults={
                    "organisation_id": self.mailbox.organisation_id,
                    "fault": f"{type(error).__name__}: {error}"[:200],
                    "at": self._now,
                },
            )
            self._move(uid + 1)

    def _move(self, uidnext: int) -> None:
        reading = self.reading
        reading.uidnext = max(reading.uidnext, uidnext)
        fields = {"uidvalidity": reading.uidvalidity, "uidnext": reading.uidnext, "lease_until": clock.now() + _LEASE}
        if not Reading.objects.held(reading).update(**fields):
            raise Overtaken
