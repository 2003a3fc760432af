"""The worker's job: cards are said to their users' browsers, through their push services (A1, RFC 8030).

A notice leaves at most once. That it leaves is committed before the first byte is said; whoever is killed then, or gets
no answer, leaves it *unknown*, and it is not repeated: the card itself still stands in the assistant.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from odziv.environment import ENV
from odziv.lib import clock
from odziv.lib.post import NotSent, Unanswered, post
from odziv.models import UNSEEN, CardKind, CardState, NoticeState, PushNotice, PushSubscription
from odziv.notify.payload import sealed
from odziv.notify.trouble import Reason, Trouble, judge

log = logging.getLogger("odziv.notify")

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
PATIENCE = 10.0  # seconds for the connection, and again for the answer
AT_ONCE = 3
"""Of what falls due for a browser at one moment; the rest stands in the assistant, as after quiet hours."""

_LEASE = timedelta(seconds=6 * PATIENCE)
_KEPT = timedelta(days=7)
_WAIT = 1.0
_MOST_SERVICES = 16
_BATCH = 100
_under_way: dict[str, threading.Thread] = {}


def push(now: datetime | None = None, *, threads: bool = True) -> int:
    """Hand over what is due; returns how many came to an end in this call.

    Each push service has a thread of its own; one that is slow or dead goes on behind and delays no other. Without
    `threads` they take turns in the caller's thread, and all is over on return.
    """
    moment = clock.now if now is None else lambda: now
    services = PushNotice.objects.due_services(moment())
    if not threads:
        return sum(_Round(service, moment).run() for service in services)
    for service in [key for key, thread in _under_way.items() if not thread.is_alive()]:
        del _under_way[service]
    rounds = []
    for service in services:
        if service not in _under_way and len(_under_way) < _MOST_SERVICES:
            rounds.append(_Round(service, moment))
            # A daemon: whatever a service does, it must not keep the process from ending. Its lease tells the rest.
            _under_way[service] = threading.Thread(target=_in_thread, args=(rounds[-1],), daemon=True)
            _under_way[service].start()
    until = time.monotonic() + _WAIT
    for one in rounds:
        _under_way[one.service].join(max(0.0, until - time.monotonic()))
    return sum(one.done for one in rounds)


def forget(now: datetime | None = None) -> int:
    """Settle what a dead worker left, and let go of what is over; returns 0, so that it waits for its time."""
    moment = now or clock.now()
    PushNotice.objects.abandoned(moment).update(state=NoticeState.UNKNOWN, lease_until=None)
    PushNotice.objects.over(moment - _KEPT).delete()
    PushSubscription.objects.filter(confirmed_at__lt=moment - UNSEEN).delete()
    return 0


def _in_thread(one: _Round) -> None:
    try:
        one.run()
    except Exception:
        # Its notices are still due, or their leases run out; the other services must not suffer.
        log.exception("the notices of a push service ended early")
    finally:
        connection.close()


class _Round:
    """What is due for one push service. After a failure that is the service's own, nothing more is said to it."""

    def __init__(self, service: str, moment: Callable[[], datetime]) -> None:
        self.service = service
        self.done = 0
        self._moment = moment
        self._said: dict[UUID, int] = {}
        self._closed_by: Trouble | None = None

    def run(self) -> int:
        for pk in PushNotice.objects.due_for(self.service, self._moment(), _BATCH):
            now = self._moment()
            notice = PushNotice.objects.claim(pk, now, _LEASE)
            if notice is not None:
                self._attempt(notice, now)
                self.done += 1
        return self.done

    def _attempt(self, notice: PushNotice, now: datetime) -> None:
        browser = notice.subscription
        if not _may_be_told(browser, now):
            browser.delete()
        elif not _is_wanted(notice, now) or self._said.get(browser.pk, 0) >= AT_ONCE:
            PushNotice.objects.settle(notice, state=NoticeState.NEEDLESS)
        elif browser.user.is_quiet(now):
            PushNotice.objects.settle(notice, due_at=browser.user.quiet_ends(now))
        else:
            self._said[browser.pk] = self._said.get(browser.pk, 0) + 1
            self._hand_over(notice, now)

    def _hand_over(self, notice: PushNotice, now: datetime) -> None:
        browser = notice.subscription
        try:
            if (trouble := self._closed_by) is not None:
                raise Trouble(trouble.reason, trouble.words, again=True, wait=trouble.wait)
            _say(notice, now)
        except _Needless:
            PushNotice.objects.settle(notice, state=NoticeState.NEEDLESS)
        except Trouble as trouble:
            if trouble.wide:
                self._closed_by = trouble
            _failed(notice, trouble, now)
        else:
            PushNotice.objects.settle(notice, state=NoticeState.PUSHED)
            PushSubscription.objects.note(browser.pk, now)


class _Needless(Exception):
    """The card went away while the connection was made."""


def _say(notice: PushNotice, now: datetime) -> None:
    """Raises Trouble and _Needless."""
    body, headers = sealed(notice, now)

    def begin() -> None:
        if not PushNotice.objects.begin(notice):
            raise _Needless

    address = notice.subscription.endpoint
    try:
        judge(post(address, body, headers, patience=PATIENCE, public=not ENV.private_push, before=begin))
    except NotSent as error:
        if error.forbidden:
            raise Trouble(Reason.FORBIDDEN, str(error)) from error
        raise Trouble(Reason.UNREACHABLE, str(error), again=True, wide=True) from error
    except Unanswered as error:
        raise Trouble(Reason.UNANSWERED, str(error), wide=True) from error


def _failed(notice: PushNotice, trouble: Trouble, now: datetime) -> None:
    browser = notice.subscription
    if trouble.reason == Reason.GONE:
        browser.delete()  # and with it what waits for it
        return
    PushSubscription.objects.note(browser.pk, now, trouble.reason, trouble.words)
    if trouble.again and notice.failures < len(DELAYS):
        wait = max(DELAYS[notice.failures], trouble.wait or timedelta(0))
        again = {"state": NoticeState.WAITING, "due_at": now + wait, "failures": notice.failures + 1}
        PushNotice.objects.settle(notice, **again)
        return
    unknown = trouble.reason == Reason.UNANSWERED and not trouble.again
    PushNotice.objects.settle(notice, state=NoticeState.UNKNOWN if unknown else NoticeState.GIVEN_UP)


def _may_be_told(browser: PushSubscription, now: datetime) -> bool:
    """Whether this browser is still its user's: not since another password, after they left, or unseen for a month."""
    user = browser.user
    return user.is_active and browser.login == user.get_session_auth_hash() and now - browser.confirmed_at < UNSEEN


def _is_wanted(notice: PushNotice, now: datetime) -> bool:
    """Whether the card still stands in the assistant as it did when this was written, and its kind is wanted."""
    card, user, kind = notice.card, notice.subscription.user, CardKind(notice.card.kind)
    if card.state != CardState.OPEN or card.shown_at != notice.appears_at or card.shown_at > now:
        return False
    return user.organisation.wants_card(kind) and user.wants_card(kind)
