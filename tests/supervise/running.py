"""A supervising process under test: real children, real signals, its lines read as they come."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO


class Running:
    """Runs a command. `lines` grows while it prints; `end` and `kill` leave nothing behind."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], stdin: IO[bytes] | None = None) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")}
        self.process = subprocess.Popen(
            command,
            env={**kept, **environ},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(line.rstrip("\n") for line in self.process.stdout)

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, text: str, *, times: int = 1, seconds: float = 60) -> None:
        """Wait until `text` was printed so many times. Raises AssertionError with all that was."""
        until = time.monotonic() + seconds
        while self.said.count(text) < times:
            alive = self.process.poll() is None or self._reader.is_alive()
            assert alive and time.monotonic() < until, f"{text!r} was not said {times} times:\n{self.said}"
            time.sleep(0.02)

    def end(self, number: signal.Signals = signal.SIGINT) -> float:
        """Send a signal and wait; returns how many seconds it took."""
        since = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(20)
        self._reader.join(5)
        return time.monotonic() - since

    def wait(self, seconds: float = 30) -> int:
        """The exit status, once it ends by itself."""
        status = self.process.wait(seconds)
        self._reader.join(5)
        return status

    def kill(self) -> None:
        """However the test went."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def python(script: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", script, *arguments]


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
