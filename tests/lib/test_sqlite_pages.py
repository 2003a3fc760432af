"""The pages of all SQLite connections of a process stand in one piece that does not grow (issue 6)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_READ = """
import sqlite3, sys, threading
from pathlib import Path
from odziv.lib.sqlite_pages import keep_pages_apart
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
with sqlite3.connect(sys.argv[1]) as much:
    much.execute("CREATE TABLE much (content BLOB)")
    much.executemany("INSERT INTO much VALUES (zeroblob(1000))", [()] * 20_000)
too_late = keep_pages_apart(4_000_000)
much.close()
first, second = (keep_pages_apart(4_000_000) for _ in range(2)) if sys.argv[2] == "apart" else (False, False)
before = held()
open_ones = [sqlite3.connect(sys.argv[1], check_same_thread=False) for _ in range(4)]
def read(connection):
    connection.execute("PRAGMA cache_size = -32000")
    assert connection.execute("SELECT count(*), sum(length(content)) FROM much").fetchone() == (20_000, 20_000_000)
threads = [threading.Thread(target=read, args=(one,)) for one in open_ones]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(too_late, first, second, held() - before)
"""


def _read(tmp_path: Path, how: str) -> list[str]:
    command = [sys.executable, "-c", _READ, str(tmp_path / how), how]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()


def test_connections_share_one_piece(tmp_path: Path) -> None:
    *answers, grown = _read(tmp_path, "apart")
    assert answers == ["False", "True", "False"], "once, and before anything connects"
    assert float(grown) < 12
    assert float(_read(tmp_path, "each")[-1]) > 60
