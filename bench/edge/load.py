"""The load generators: wrk sends as much as is answered, `pace` at a given rate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.edge import programs

CONNECTIONS = 64
_ROOT = Path(__file__).resolve().parents[2]

# Every request is another identifier, made before the clock starts. The same script is used for everybody.
_SCRIPT = """
local requests, at = {}, 0
init = function()
  local file = io.open(os.getenv("BENCH_REQUESTS"), "rb")
  for request in file:read("*a"):gmatch("(.-\\r\\n\\r\\n)") do requests[#requests + 1] = request end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"requests": %d, "seconds": %f, "failed": %d, "p50": %f, "p99": %f}',
    summary.requests, summary.duration / 1e6, failed, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """Requests that were answered, in how many seconds; latencies in milliseconds."""

    requests: int
    seconds: float
    failed: int
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def flood(address: str, paths: Sequence[str], seconds: float, *, strangers: bool = False) -> Answered:
    """As fast as answers come, over 64 connections. Raises CalledProcessError, RuntimeError when requests failed."""
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder) / "load.lua", Path(folder) / "requests"
        script.write_text(_SCRIPT)
        asked = programs.requests(urlsplit(address).netloc, paths, strangers=strangers)
        listed.write_bytes("".join(asked).encode())
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "-s", str(script), address]
        environment = {**os.environ, "BENCH_REQUESTS": str(listed)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    answered = Answered(**json.loads(done.stdout[done.stdout.index("{") :]))
    if answered.failed:
        raise RuntimeError(f"{answered.failed} of {answered.requests} requests to {address} failed")
    return answered


def strangers(address: str, paths: Sequence[str], seconds: float) -> Answered:
    """Like `flood`, but no two header sections are equal."""
    return flood(address, paths, seconds, strangers=True)


def steady(address: str, paths: Sequence[str], rate: int, seconds: float) -> Answered:
    """At a rate in requests a second, over 64 connections. Raises as `flood` does."""
    port = urlsplit(address).port
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requests"
        listed.write_bytes("".join(programs.requests(urlsplit(address).netloc, paths)).encode())
        command = [sys.executable, "-m", "bench.edge.pace", str(listed), f"--port={port}", f"--rate={rate}"]
        command += [f"--seconds={seconds:g}", f"--connections={CONNECTIONS}"]
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    answered = Answered(**json.loads(done.stdout))
    if answered.failed:
        raise RuntimeError(f"{answered.failed} of {answered.requests} requests to {address} failed")
    return answered
