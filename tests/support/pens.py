"""The processes that write spools (`odziv.lib.spool.pen`), seen from outside."""

from __future__ import annotations

from pathlib import Path


def pens(of: int) -> list[int]:
    """Those that a process has beside it, without such as have ended."""
    return [int(pid) for pid in Path(f"/proc/{of}/task/{of}/children").read_text().split() if is_pen(int(pid))]


def is_pen(pid: int) -> bool:
    try:
        return b"odziv.lib.spool.pen" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
