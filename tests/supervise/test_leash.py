"""No process outlives its supervisor, however that ends."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.supervise.running import Running, alive

pytestmark = pytest.mark.slow

LEASH = [sys.executable, "-m", "odziv.supervise.leash"]


def test_a_process_ends_when_its_supervisor_is_gone(tmp_path: Path) -> None:
    # `cat` holds the pipe as the supervisor would.
    holder = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    script = (
        "import os, subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=0); print(p.pid, flush=True); p.wait()"
    )
    running = Running(
        [sys.executable, "-c", script, *LEASH, "edge"],
        {"ODZIV_DATA": str(tmp_path), "ODZIV_EDGE_LISTEN": "127.0.0.1:0"},
        stdin=holder.stdout,
    )
    try:
        running.wait_for("edge listening on")
        pid = int(running.lines[0])
        assert alive(pid)
        holder.kill()
        holder.wait()
        until = time.monotonic() + 5
        while alive(pid):
            assert time.monotonic() < until, "the process outlived its supervisor"
            time.sleep(0.02)
    finally:
        holder.kill()
        running.kill()
