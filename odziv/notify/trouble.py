"""Every way in which a push service can fail us, and what that means (RFC 8030, 5 and 8)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from odziv.lib.fetch import Fetched

LONGEST_WAIT = timedelta(hours=1)


class Reason(StrEnum):
    """Kept in `PushSubscription.reason`."""

    UNREACHABLE = "unreachable"  # no connection; nothing was said
    FORBIDDEN = "forbidden"  # its name leads into a private network
    UNANSWERED = "unanswered"
    BUSY = "busy"  # 429, 5xx
    REFUSED = "refused"  # it takes nothing of ours for this browser
    GONE = "gone"  # 404, 410: the browser does not listen any more


class Trouble(Exception):
    """A notice did not get to its push service. `again`: it may be tried again. `wide`: so will the others of it."""

    def __init__(
        self, reason: Reason, words: str = "", *, again: bool = False, wide: bool = False, wait: timedelta | None = None
    ) -> None:
        super().__init__(words)
        self.reason, self.words, self.again, self.wide, self.wait = reason, words, again, wide, wait


def judge(answer: Fetched) -> None:
    """Raise Trouble for anything but an acceptance."""
    if 200 <= answer.status <= 299:
        return
    words = f"{answer.status} {' '.join(answer.body.decode('utf-8', 'replace').split())}"[:300]
    if answer.status in (404, 410):
        raise Trouble(Reason.GONE, words)
    if answer.status == 429 or answer.status >= 500:
        raise Trouble(Reason.BUSY, words, again=True, wide=True, wait=_wait(answer.headers.get("retry-after", "")))
    raise Trouble(Reason.REFUSED, words)


def _wait(text: str) -> timedelta | None:
    """Retry-After in seconds (RFC 9110, 10.2.3), an hour at most; a date is not understood."""
    return min(timedelta(seconds=int(text)), LONGEST_WAIT) if text.isdecimal() and len(text) < 8 else None
