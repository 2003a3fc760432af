"""The hidden link at the edge: recorded before the answer leaves, and nothing is behind it (E1, E3, J5)."""

from __future__ import annotations

from odziv.lib.addresses import HONEYPOT_ORDINAL
from odziv.lib.seal import Kind, Sealed
from tests.edge.process import ORGANISATION, Edge


def test_whoever_follows_it_is_noted_and_finds_nothing(edge: Edge) -> None:
    answer = edge.get(edge.addresses.honeypot(), User_Agent="Mozilla/5.0 (Windows NT 10.0) Chrome/131")
    forged = edge.get("/c/forged")
    assert (answer.status, answer.body) == (404, forged.body)
    assert "location" not in answer.headers and "no-store" in answer.headers["cache-control"]
    (hit,) = edge.hits()
    assert (hit.kind, hit.organisation, hit.ordinal) == (Kind.HONEYPOT, ORGANISATION, HONEYPOT_ORDINAL)


def test_head_is_noted_too(edge: Edge) -> None:
    assert edge.get(edge.addresses.honeypot(), "HEAD").status == 404
    assert [hit.method for hit in edge.hits()] == ["HEAD"]


def test_its_seal_opens_nowhere_else(edge: Edge) -> None:
    seal = edge.addresses.honeypot().rpartition("/")[2]
    for path in (f"/o/{seal}.gif", f"/i/{seal}", f"/a/{seal}/x.pdf"):
        assert edge.get(path).status == 404
    opened = edge.keys.open(seal)
    click = edge.keys.seal(Sealed(Kind.OPEN, opened.organisation, opened.delivery, 0))
    assert edge.get(f"/c/{click}").status == 404
    assert edge.hits() == []
