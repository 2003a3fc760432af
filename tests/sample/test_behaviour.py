"""How the sample's recipients behave: the same every time, never in the future, machines before people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

from odziv.sample.behaviour import SCANNER, Copy, hits

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def copy(**changes: object) -> Copy:
    values = {
        "organisation": uuid4(),
        "delivery": uuid4(),
        "accepted_at": NOW - timedelta(days=20),
        "country": "SI",
        "links": 2,
        "files": 1,
        "appeal": 1.6,
        "guarded": False,
        "through_gmail": False,
    }
    return Copy(**{**values, **changes})  # type: ignore[arg-type]


def test_nothing_happens_before_delivery_or_in_the_future() -> None:
    one = copy(accepted_at=NOW - timedelta(hours=1), guarded=True)
    for seed in range(200):
        times = [hit.at for hit in hits(one, Random(seed), NOW)]
        assert all(one.accepted_at.timestamp() <= at <= NOW.timestamp() for at in times)
        assert times == sorted(times)


def test_the_same_chance_gives_the_same_reactions() -> None:
    one = copy()
    first, again = ([(hit.at, hit.kind, hit.ordinal, hit.agent) for hit in hits(one, Random(5), NOW)] for _ in range(2))
    assert first == again


def test_a_gateway_follows_every_link_of_a_guarded_copy() -> None:
    scanned = [hit for hit in hits(copy(guarded=True, links=3), Random(1), NOW) if hit.agent == SCANNER]
    assert [hit.method for hit in scanned] == ["HEAD", "GET", "GET", "GET"]


def test_more_appealing_letters_are_opened_more_often() -> None:
    def opened(appeal: float) -> int:
        return sum(bool(hits(copy(appeal=appeal), Random(seed), NOW)) for seed in range(300))

    assert opened(0.5) < opened(1.0) < opened(1.6)
