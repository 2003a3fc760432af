"""What a process that runs for months holds on to: what it no longer needs goes back to the system.

glibc gives a new thread an arena of its own, eight for each core, and keeps what was freed in the middle of one. So
threads that come and go (one for each request) leave their largest moment behind in every arena, one after the other.
With another C library nothing of this is done, and nothing breaks. What was measured: docs/decisions/memory.md.
"""

from __future__ import annotations

import ctypes
import gc
import threading

SQLITE_HOLDS = 64_000_000
"""Bytes of pages of all SQLite connections of a process together; beyond that each uses its own pages again."""
WEB_HOLDS = 32_000_000
"""As many as one request may keep."""
EVERY = 30.0
_ARENAS = 2
_M_ARENA_MAX = -8  # malloc.h
_libc = ctypes.CDLL(None)


def few_arenas() -> None:
    """Let the threads that are yet to come share two arenas. Small objects of Python live elsewhere, in its own."""
    if mallopt := getattr(_libc, "mallopt", None):
        mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give the system every page on which nothing lives any more; a few milliseconds, in which others go on."""
    if trim := getattr(_libc, "malloc_trim", None):
        trim(ctypes.c_size_t(0))


def collect_and_give_back() -> int:
    """A job of the worker: first let go of objects that only hold each other. Returns 0: there is never more to do."""
    gc.collect()
    give_back()
    return 0


def keep_giving_back(every: float = EVERY) -> None:
    """Give back again and again, in a thread of its own, for as long as the process lives."""
    threading.Thread(target=_go_on, args=(every,), name="memory", daemon=True).start()


def _go_on(every: float) -> None:
    over = threading.Event()
    while not over.wait(every):
        give_back()
