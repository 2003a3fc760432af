"""Connections that stay open, on which servers say by themselves what came (RFC 2177), without a thread for any."""

from __future__ import annotations

import contextlib
import logging
import resource
import select
import threading
import time
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from odziv.replies.connection import Connection, Server
from odziv.replies.trouble import ImapTrouble

log = logging.getLogger("odziv.replies")

MOST = 500  # connections of one process, if it may open four times as many files
_OLDEST = 600.0  # seconds; well below the 29 minutes after which a server may hang up (RFC 2177)
_PATIENCE = 10.0  # for the first answer of a connection that was quiet for long


class News(NamedTuple):
    """Mailboxes to which something came, and mailboxes whose connection is no more."""

    came: list[UUID]
    lost: list[UUID]


@dataclass
class _Open:
    mailbox: UUID
    connection: Connection
    since: float
    number: int = field(default=-1)  # the socket's


class Watch:
    """The open connections of this process. Every method may be called from any thread; only `take` may wait."""

    def __init__(self, most: int | None = None) -> None:
        self._most = min(MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4) if most is None else most
        self._poll = select.epoll()
        self._lock = threading.Lock()
        self._by_mailbox: dict[UUID, _Open] = {}
        self._by_number: dict[int, _Open] = {}
        self._came: set[UUID] = set()
        self._over = False

    def __len__(self) -> int:
        return len(self._by_mailbox)

    def keep(self, mailbox: UUID, connection: Connection) -> bool:
        """Watch a connection with an open folder from now on. False: the server does not do that, or there are enough
        already; then the connection stays the caller's. Raises ImapTrouble.
        """
        if len(self) >= self._most or not connection.begin_idle():
            return False
        # What came together with the server's consent is read already, and no socket tells of it again.
        came = connection.news() or connection.came_meanwhile()
        one = _Open(mailbox, connection, time.monotonic(), connection.fileno())
        with self._lock:
            if self._over:
                connection.leave()
                return True
            former = self._remove(mailbox)
            self._by_mailbox[mailbox] = self._by_number[one.number] = one
            self._poll.register(one.number, select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR)
            if came:
                self._came.add(mailbox)
        if former is not None:
            former.connection.leave()
        return True

    def take(self, mailbox: UUID, server: Server) -> Connection | None:
        """The open connection to this server, ready for commands, no longer watched; None when there is none, when it
        leads elsewhere by now, or when it turns out to be dead.
        """
        with self._lock:
            one = self._remove(mailbox)
        if one is None:
            return None
        try:
            if not one.connection.server.is_same(server):
                one.connection.leave()
                return None
            one.connection.end_idle(min(_PATIENCE, one.connection.timeout))
        except ImapTrouble as trouble:
            log.info("the connection to mailbox %s was dead: %s", mailbox, trouble.reason)
            one.connection.leave()
            return None
        return one.connection

    def news(self) -> News:
        """What was heard since the last call. Connections that nobody took for long are closed, and count as lost."""
        lost: list[UUID] = []
        gone: list[Connection] = []
        with self._lock:
            if self._over:
                return News([], [])
            for number, _events in self._poll.poll(0):
                one = self._by_number.get(number)
                if one is None:
                    continue
                try:
                    if one.connection.news():
                        self._came.add(one.mailbox)
                except ImapTrouble:
                    lost.append(one.mailbox)
            oldest = time.monotonic() - _OLDEST
            lost += [one.mailbox for one in self._by_mailbox.values() if one.since < oldest]
            gone = [one.connection for one in map(self._remove, lost) if one is not None]
            came, self._came = list(self._came), set()
        for connection in gone:
            connection.leave()
        return News(came, lost)

    def close(self) -> list[UUID]:
        """Let go of all, and keep none from now on; the mailboxes that were watched."""
        with self._lock:
            self._over = True
            watched = list(self._by_mailbox)
            gone = [one for one in map(self._remove, watched) if one is not None]
        for one in gone:
            one.connection.leave()
        return watched

    def _remove(self, mailbox: UUID) -> _Open | None:
        one = self._by_mailbox.pop(mailbox, None)
        if one is not None:
            del self._by_number[one.number]
            # Closed when its trouble was noticed: then the kernel has forgotten it already.
            with contextlib.suppress(OSError):
                self._poll.unregister(one.number)
        return one
