"""The private listener: figures for Prometheus, whether the process lives, whether requests should come to it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from odziv.lib.spool.reader import SpoolReader
from tests.edge.process import Edge
from tests.edge.test_recording_fails import limited_files

_LINE = re.compile(r'# (HELP|TYPE) odziv_edge_\w+ .+|odziv_edge_\w+(\{le="[^"]+"\})? [0-9.e+-]+')


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Edge]:
    with Edge(tmp_path, private_port=free_port()) as edge:
        yield edge


def private(edge: Edge) -> Edge:
    """The same process, asked on its private listener."""
    return replace(edge, port=edge.private_port)


def metrics(edge: Edge) -> dict[str, float]:
    answer = private(edge).get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.body.decode().splitlines()
    assert all(_LINE.fullmatch(line) for line in lines), lines
    assert str(edge.delivery) not in answer.body.decode()
    told = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name.removeprefix("odziv_edge_"): float(value) for name, value in told}


def test_prometheus_is_told_events_refusals_depth_and_commit_times(watched: Edge) -> None:
    for path in (*[watched.addresses.open()] * 3, "/o/forged.gif"):
        watched.get(path, User_Agent="Secret Agent")
    told = metrics(watched)
    assert (told["hits_recorded_total"], told["hits_failed_total"], told["requests_refused_total"]) == (3, 0, 1)
    assert (told["spool_depth"], told["spool_waiting"], told["spool_up"]) == (3, 0, 1)
    assert told["spool_commit_duration_seconds_count"] == told["spool_commits_total"] == 3
    buckets = [value for name, value in told.items() if name.startswith("spool_commit_duration_seconds_bucket")]
    assert buckets == sorted(buckets)
    assert told['spool_commit_duration_seconds_bucket{le="+Inf"}'] == 3
    assert 0 < told["spool_commit_duration_seconds_sum"] < 60


def test_the_depth_falls_when_hits_are_taken(watched: Edge) -> None:
    for _ in range(3):
        watched.get(watched.addresses.open())
    reader = SpoolReader(watched.folder / "spool")
    found = reader.read({}, 10)
    reader.delete_through(found[1].file, found[1].position)
    assert metrics(watched)["spool_depth"] == 1


def test_it_is_ready_unless_it_cannot_record(watched: Edge) -> None:
    assert private(watched).get("/readyz").status == 200
    with limited_files(watched, 1):
        watched.get(watched.addresses.open())
        answer = private(watched).get("/readyz")
        assert answer.status == 503
        assert b"spool" in answer.body
        assert private(watched).get("/healthz").status == 200
        assert metrics(watched)["spool_up"] == 0
    watched.get(watched.addresses.open())
    assert private(watched).get("/readyz").status == 200


def test_recipients_ask_elsewhere(watched: Edge) -> None:
    """Nothing is recorded on the private listener; the public one has neither metrics nor readiness."""
    assert private(watched).get(watched.addresses.open()).status == 404
    assert private(watched).get("/metrics", "POST").status == 405
    for path in ("/metrics", "/readyz"):
        assert watched.get(path).status == 404
    assert metrics(watched)["hits_recorded_total"] == 0


def test_a_taken_private_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        edge = Edge(tmp_path, private_port=taken.getsockname()[1])
        with pytest.raises(AssertionError, match="did not start"):
            edge.start()
    assert "set ODZIV_EDGE_PRIVATE_LISTEN" in edge.stderr()
