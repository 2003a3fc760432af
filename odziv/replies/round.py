"""One look into one mailbox: what came since the last one, each mail once, whatever dies on the way (P1).

The past is never read: a mailbox begins at the moment in which it was connected. Of a mail that answers none of ours
only the header is fetched, and nothing is kept.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from odziv.lib import clock
from odziv.models import Mailbox, Reading, SetAside
from odziv.replies.connection import Connection, Head
from odziv.replies.matching import belonging
from odziv.replies.storing import Came, store
from odziv.replies.trouble import ImapTrouble

log = logging.getLogger("odziv.replies")

TRIES = 3
LARGEST = 30 * 1024 * 1024
LEASE = timedelta(minutes=3)
_HEADS = 100  # at a time
_MOST_MAIL = 2000  # in one round
_LONGEST = 60.0  # seconds of one round; what is left has its turn after the other mailboxes
_HEAD_OF_LARGE = 1024 * 1024  # bytes that are read of a mail beyond `LARGEST`


class Overtaken(Exception):
    """Another worker has taken this mailbox over."""


class Round:
    """One look into one mailbox. `done`: how many mails were looked at; `complete`: whether that were all."""

    def __init__(self, reading: Reading, now: datetime, is_over: Callable[[], bool] = lambda: False) -> None:
        self.reading = reading
        self.mailbox = reading.mailbox
        self.done = 0
        self.complete = False
        self._now = now
        self._is_over = is_over
        self._until = time.monotonic() + _LONGEST

    def run(self, line: Connection) -> None:
        """Look at what is new, until it is over or takes long. Raises ImapTrouble, Overtaken."""
        self._line = line
        uids = self._new()
        for start in range(0, len(uids), _HEADS):
            part = uids[start : start + _HEADS]
            heads = line.heads(part)
            for uid in part:
                if self._is_over() or time.monotonic() > self._until:
                    return
                if uid in heads:  # else it was deleted meanwhile
                    self._look(uid, heads[uid])
                    self.done += 1
            self._move(part[-1] + 1)
        self.complete = len(uids) < _MOST_MAIL
        if self.complete:
            Mailbox.objects.filter(pk=self.mailbox.pk).update(read_until=self._now)

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
        if self._tried(uid) >= TRIES:
            self._set_aside(uid, "the worker died of it")
            return
        counted = False

        def content() -> bytes:
            # Counted before anything is done with it: the worker itself may die of a mail.
            nonlocal counted
            read = self._line.content(uid, _HEAD_OF_LARGE if head.size > LARGEST else 0)
            self._count(uid)
            counted = True
            return read

        try:
            found, raw = belonging(self.mailbox.organisation_id, head.content, content)
            with transaction.atomic():
                if found is not None and raw:
                    store(Came(raw, head.at or self._now, self.mailbox), found, self._now)
                self._move(uid + 1)
        except (ImapTrouble, Overtaken):
            raise
        except Exception as error:
            if not counted:
                self._count(uid)
            if self._tried(uid) < TRIES:
                raise
            log.exception("mail %d of mailbox %s was set aside", uid, self.mailbox.pk)
            self._set_aside(uid, f"{type(error).__name__}: {error}")

    def _tried(self, uid: int) -> int:
        """How often this mail was begun before, without an end."""
        return self.reading.stuck if self.reading.stuck_uid == uid else 0

    def _count(self, uid: int) -> None:
        self.reading.stuck_uid, self.reading.stuck = uid, self._tried(uid) + 1
        Reading.objects.held(self.reading).update(stuck_uid=uid, stuck=self.reading.stuck)

    def _set_aside(self, uid: int, fault: str) -> None:
        """A mail at which we failed three times is kept from none behind it."""
        with transaction.atomic():
            SetAside.objects.get_or_create(
                mailbox=self.mailbox,
                uidvalidity=self.reading.uidvalidity,
                uid=uid,
                defaults={"organisation_id": self.mailbox.organisation_id, "fault": fault[:200], "at": self._now},
            )
            self._move(uid + 1)

    def _move(self, uidnext: int) -> None:
        reading = self.reading
        reading.uidnext = max(reading.uidnext, uidnext)
        fields = {"uidvalidity": reading.uidvalidity, "uidnext": reading.uidnext, "lease_until": clock.now() + LEASE}
        if not Reading.objects.held(reading).update(**fields):
            raise Overtaken
