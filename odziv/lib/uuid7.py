"""UUIDs of version 7 (RFC 9562, section 5.7): they sort by the time at which they were made."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_VARIANT_AND_VERSION = (7 << 76) | (2 << 62)
_last_tick = 0
_lock = threading.Lock()


def uuid7(now: float | None = None) -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, 12 bits of the fraction of that millisecond, 62 random bits.

    Without `now` each call in a process gives a greater value than the call before, also when the clock stands still
    or steps back (RFC 9562, section 6.2, method 3). With `now` (Unix seconds) the value carries exactly that
    time and takes no part in the order; ids of the past can so be made for imported or sample rows.
    """
    tick = _next_tick() if now is None else int(now * 4_096_000)
    return UUID(int=_VARIANT_AND_VERSION | (tick >> 12) << 80 | (tick & 0xFFF) << 64 | _random_62_bits())


def _next_tick() -> int:
    """Time in units of 1/4096 ms, always greater than the one before."""
    global _last_tick  # noqa: PLW0603  one order for the whole process is what this is for
    with _lock:
        _last_tick = max(time.time_ns() * 4096 // 1_000_000, _last_tick + 1)
        return _last_tick


def _random_62_bits() -> int:
    return int.from_bytes(os.urandom(8), "big") >> 2
