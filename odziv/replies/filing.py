"""What was sent is put into the sender's folder of sent mail: the plain original, without a beacon (D6).

A server that was asked to keep a message and did not answer may have kept it. So each attempt looks for the Message-ID
first: a message is put there once, whatever is killed or lost on the way.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from odziv.deliver.claim import DELAYS
from odziv.deliver.copies import Original
from odziv.deliver.trouble import Trouble
from odziv.environment import ENV
from odziv.lib import clock
from odziv.lib.files import store_from
from odziv.lib.seal import KeyRing
from odziv.models import Filing, FilingState, Mailbox
from odziv.replies.connection import Connection
from odziv.replies.folders import Folder, sent_folder
from odziv.replies.server import opened
from odziv.replies.trouble import ImapTrouble, Reason

log = logging.getLogger("odziv.replies")

_AT_ONCE = 8  # mailboxes
_MOST = 200


def file_sent(now: datetime | None = None) -> int:
    """File what is due; returns how many attempts came to an end. One mailbox that hangs delays no other."""
    moment = now or clock.now()
    by_mailbox: dict[UUID | None, list[UUID]] = defaultdict(list)
    for pk, mailbox in Filing.objects.due(moment, _MOST):
        by_mailbox[mailbox].append(pk)
    if len(by_mailbox) < 2:
        return sum(_file_all(pks, moment) for pks in by_mailbox.values())
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return sum(pool.map(lambda pks: _in_thread(pks, moment), by_mailbox.values()))


def _in_thread(pks: list[UUID], now: datetime) -> int:
    try:
        return _file_all(pks, now)
    finally:
        connection.close()


def _file_all(pks: list[UUID], now: datetime) -> int:
    """Those of one mailbox, over one connection."""
    desk = _Desk()
    done = 0
    try:
        for pk in pks:
            filing = Filing.objects.claim(pk, now, timedelta(seconds=20 * ENV.smtp_timeout))
            if filing is not None:
                _attempt(desk, filing, now)
                done += 1
    finally:
        desk.close()
    return done


def _attempt(desk: _Desk, filing: Filing, now: datetime) -> None:
    try:
        desk.file(filing)
    except ImapTrouble as trouble:
        _later(filing, now, trouble.reason, trouble.words)
    except Trouble as trouble:
        _later(filing, now, trouble.reason, trouble.words)
    except Exception:
        # A fault of ours must not hold up the others; it is tried again like any other failure.
        log.exception("sent message %s could not be filed", filing.message_id)
        _later(filing, now, Reason.CONFUSED, "")
    else:
        Filing.objects.settle(filing, state=FilingState.FILED, reason="", answer="")


def _later(filing: Filing, now: datetime, reason: str, words: str) -> None:
    """Try again with growing delays, for about two days; then give up and say so on the message's page."""
    told = {"reason": reason, "answer": words[:500]}
    if filing.attempts > len(DELAYS):
        Filing.objects.settle(filing, state=FilingState.GIVEN_UP, **told)
    else:
        Filing.objects.settle(filing, due_at=now + DELAYS[filing.attempts - 1], **told)


class _Desk:
    """The connection to one mailbox, opened with the first message; after a failure nothing more goes through it."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._folder: Folder | str = ""
        self._closed_by: ImapTrouble | None = None

    def file(self, filing: Filing) -> None:
        """Raises ImapTrouble, and Trouble when the message cannot be made."""
        if self._closed_by is not None:
            raise self._closed_by
        message = filing.message
        keys, store = KeyRing.load_or_create(ENV.seal_keys), store_from(ENV.file_store)
        content = Original(message, followed=False, keys=keys, store=store).own()
        try:
            line = self._opened(message.mailbox)
            if not line.holds(self._folder, message.message_id):
                line.append(self._folder, content, at=message.sent_at)
        except ImapTrouble as trouble:
            if trouble.reason != Reason.TOO_BIG:
                self._closed_by = trouble
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _opened(self, mailbox: Mailbox | None) -> Connection:
        if self._connection is None:
            if mailbox is None or not mailbox.reads:
                raise ImapTrouble(Reason.UNREACHABLE)
            self._connection = opened(mailbox, timeout=ENV.smtp_timeout)
            self._folder = mailbox.sent_folder or sent_folder(self._connection.folders()) or ""
            if not self._folder:
                raise ImapTrouble(Reason.FOLDER)
        return self._connection
