"""How the edge is, in Prometheus' text format; nothing of any person or organisation."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from odziv.lib.spool.reader import Backlog
from odziv.lib.spool.writer import COMMIT_BOUNDS, SpoolState


class Now(NamedTuple):
    """What the figures are made of."""

    recorded: int
    failed: int
    spool: SpoolState
    waiting: int
    refused: int
    connections: int
    uptime: float


def figures(now: Now) -> str:
    """What costs nothing to tell."""
    spool = now.spool
    return _text(
        [
            ("hits_recorded_total", "counter", now.recorded, "Hits that were durable before their answer left."),
            ("hits_failed_total", "counter", now.failed, "Hits answered without having been recorded by then."),
            ("hits_late_total", "counter", spool.late, "Of the failed: recorded after their answer had left."),
            ("requests_refused_total", "counter", now.refused, "Requests whose identifier is none of ours."),
            ("spool_up", "gauge", not spool.error, "Whether the last commit of the spool succeeded."),
            ("spool_commits_total", "counter", spool.batches, "Commits of the spool."),
            ("spool_waiting", "gauge", now.waiting, "Hits that wait for the disk."),
            ("spool_commit_seconds", "gauge", round(spool.commit_seconds, 6), "How long the last commit took."),
            ("connections", "gauge", now.connections, "Open connections."),
            ("uptime_seconds", "gauge", round(now.uptime, 1), "Time since the start."),
        ]
    )


def depth(backlog: Backlog, at: float) -> str:
    """What the spool folder holds, of all its writers."""
    oldest = max(0.0, at - backlog.oldest) if backlog.oldest is not None and backlog.records else 0.0
    return _text(
        [
            ("spool_depth", "gauge", backlog.records, "Hits in the spool folder that were not ingested and deleted."),
            ("spool_oldest_seconds", "gauge", round(oldest, 1), "How long the oldest of them is there."),
            ("spool_broken_files", "gauge", len(backlog.broken), "Files of the spool folder that cannot be read."),
        ]
    )


def commit_times(spool: SpoolState) -> str:
    """How long commits took, as a histogram."""
    name = "odziv_edge_spool_commit_duration_seconds"
    bounds = [*map(str, COMMIT_BOUNDS), "+Inf"]
    lines = [f"# HELP {name} How long commits of the spool took.", f"# TYPE {name} histogram"]
    for bound, count in zip(bounds, accumulate(spool.commit_times), strict=True):
        lines.append(f'{name}_bucket{{le="{bound}"}} {count}')
    lines += [f"{name}_sum {spool.commit_seconds_sum:.6f}", f"{name}_count {spool.batches}"]
    return "\n".join(lines) + "\n"


def _text(told: Iterable[tuple[str, str, float, str]]) -> str:
    return "".join(
        f"# HELP odziv_edge_{name} {about}\n# TYPE odziv_edge_{name} {kind}\nodziv_edge_{name} {value + 0}\n"
        for name, kind, value, about in told
    )
