"""What is free goes back to the system: a process that had a large moment does not hold it for ever (issue 6)."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref

import pytest

from odziv.lib import memory

pytestmark = pytest.mark.skipif(not hasattr(memory._libc, "malloc_trim"), reason="another C library than glibc")

_A_LARGE_MOMENT = """
import threading
from pathlib import Path
from odziv.lib import memory
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
kept = []
def work():
    many = [bytes(3_000) for _ in range(20_000)]
    kept.extend(many[::1_000])  # a few that stay, all over what goes
memory.few_arenas()
before = held()
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
after = held()
memory.give_back()
print(before, after, held())
"""
_ARENAS = """
import threading, sys
from odziv.lib import memory
if sys.argv[1] == "few": memory.few_arenas()
together = threading.Barrier(8)
kept = []
def work():
    together.wait()
    kept.append([bytes(3_000) for _ in range(400)])
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = memory._libc
import ctypes
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


def _told(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_what_is_free_between_what_stays_goes_back() -> None:
    before, after, given_back = map(float, _told(_A_LARGE_MOMENT).split())
    assert after - before > 40, "glibc gave it back by itself"
    assert given_back - before < 10


def test_threads_share_two_arenas() -> None:
    assert _told(_ARENAS, "few").count("<heap nr=") == 2
    assert _told(_ARENAS, "many").count("<heap nr=") > 2


def test_objects_that_hold_each_other_go() -> None:
    class Held:
        itself: Held

    gc.disable()
    try:
        one = Held()
        one.itself = one
        gone = weakref.ref(one)
        del one
        assert gone() is not None
        assert memory.collect_and_give_back() == 0
        assert gone() is None
    finally:
        gc.enable()
