"""The load generators: wrk sends as much as is answered, h2load at a given rate."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.edge import programs

CONNECTIONS = 64

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


def steady(address: str, paths: Sequence[str], rate: int, seconds: int) -> Answered:
    """At a rate in requests a second, over 64 connections. Raises as `flood` does."""
    with tempfile.TemporaryDirectory() as folder:
        listed, log = Path(folder) / "paths", Path(folder) / "log"
        listed.write_text("\n".join(f"{address}{path}" for path in paths))
        each = max(1, round(rate / CONNECTIONS))
        command = ["h2load", "--h1", "-t1", f"-c{CONNECTIONS}", f"--rps={each}", f"-D{seconds}"]
        for line in programs.PROGRAMS[0].splitlines():
            if not line.startswith("Connection:"):
                command += ["-H", line]
        command += [f"--log-file={log}", "-i", str(listed)]
        subprocess.run(command, capture_output=True, text=True, check=True)
        rows = [line.split("\t") for line in log.read_text().splitlines()]
    times = sorted(int(row[2]) / 1000 for row in rows)
    failed = sum(row[1] not in ("200", "302") for row in rows)
    if failed or not times:
        raise RuntimeError(f"{failed} of {len(rows)} requests to {address} failed")
    return Answered(len(times), float(seconds), failed, _share(times, 0.5), _share(times, 0.99))


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
