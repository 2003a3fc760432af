"""UUIDs of version 7 (RFC 9562, section 5.7): they sort by the time at which they were made."""

from __future__ import annotations

import os
import struct
import threading
import time
from datetime import datetime
from uuid import UUID

_VARIANT_AND_VERSION = (7 << 76) | (2 << 62)
_TAILS = 256
_VARIANTS = int.from_bytes((1 << 63).to_bytes(8, "big") * _TAILS, "big")
_RANDOM_BITS = int.from_bytes(((1 << 62) - 1).to_bytes(8, "big") * _TAILS, "big")
_tails: list[bytes] = []
_pack = struct.Struct(">Q").pack
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


def uuid7_bytes(now: float) -> bytes:
    """The 16 bytes of a new UUIDv7 of that moment (Unix seconds), or later: each is greater than the one before.

    It takes a quarter of the time. For one thread only.
    """
    global _last_tick  # noqa: PLW0603  one order with `uuid7`
    tick = int(now * 4_096_000)
    if tick <= _last_tick:
        tick = _last_tick + 1
    _last_tick = tick
    if not _tails:
        _tails.extend(_new_tails())
    return _pack((tick >> 12) << 16 | 0x7000 | tick & 0xFFF) + _tails.pop()


def first_of(at: datetime) -> UUID:
    """The bound below which all UUIDv7 from before that moment lie, and above which all from then on (to the ms)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def lifted(id: str, floor: str) -> str:
    """The same identifier a millisecond after the time of `floor`; both as 32 digits.

    It depends on nothing else, so what comes twice is lifted to the same place.
    """
    return f"{int(floor[:12], 16) + 1:012x}7{id[13:]}"


def _new_tails() -> list[bytes]:
    """Many second halves of UUIDs, of one call to the system."""
    drawn = int.from_bytes(os.urandom(8 * _TAILS), "big")
    whole = (drawn & _RANDOM_BITS | _VARIANTS).to_bytes(8 * _TAILS, "big")
    return [whole[start : start + 8] for start in range(0, 8 * _TAILS, 8)]


def _next_tick() -> int:
    """Time in units of 1/4096 ms, always greater than the one before."""
    global _last_tick  # noqa: PLW0603  one order for the whole process is what this is for
    with _lock:
        _last_tick = max(time.time_ns() * 4096 // 1_000_000, _last_tick + 1)
        return _last_tick


def _random_62_bits() -> int:
    return int.from_bytes(os.urandom(8), "big") >> 2
