"""The fold is a pure function of the set of events (J1, J2, J3, J5)."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.ingest.agents import describe
from odziv.lib.uuid7 import uuid7
from odziv.measure.evidence import Event, Facts, Figures
from odziv.measure.fold import fold
from odziv.measure.patterns import sightings
from tests.support.journal import GMAIL, IPHONE, NOON, SCANNER, WINDOWS

APPLE_PRIVACY = "Mozilla/5.0"


def event(
    kind: str = "open",
    after: float = 0,
    *,
    ordinal: int = 0,
    agent: str = IPHONE,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    partial: bool = False,
    id: UUID | None = None,
    network: str = "",
    teammate: UUID | None = None,
) -> Event:
    told = describe(agent)
    at = NOON + timedelta(seconds=after)
    return Event(
        id or uuid7(),
        kind,
        ordinal,
        at,
        method,
        partial,
        agent,
        told.kind,
        told.client,
        headers or {},
        network,
        teammate,
    )


def figures(*events: Event) -> Figures:
    return fold(events, Facts()).figures


events = st.lists(
    st.builds(
        event,
        st.sampled_from(["open", "image", "click", "file", "hidden"]),
        st.integers(0, 300).map(lambda number: number / 2),
        ordinal=st.integers(0, 3),
        agent=st.sampled_from([IPHONE, WINDOWS, GMAIL, SCANNER, APPLE_PRIVACY, ""]),
        method=st.sampled_from(["GET", "GET", "GET", "HEAD"]),
        headers=st.sampled_from([{}, {"range": "bytes=0-"}, {"sec-purpose": "prefetch"}]),
        partial=st.booleans(),
        network=st.sampled_from(["", "193.2.1.0/24", "84.112.67.0/24", "40.107.3.0/24", "127.0.0.0/24"]),
        teammate=st.sampled_from([None, None, UUID(int=5)]),
    ),
    max_size=25,
)
BUSY_COLLEAGUES = sightings(
    {
        UUID(int=number): [event(kind, number, agent=agent, network="193.2.1.0/24")]
        for number, (kind, agent) in enumerate([("open", IPHONE), ("click", IPHONE), ("click", WINDOWS)] * 3)
    }
)
facts = st.builds(
    Facts,
    beyond=st.sampled_from([{}, {"click": 7}]),
    accepted_at=st.sampled_from([None, NOON - timedelta(seconds=20), NOON + timedelta(seconds=20)]),
    links=st.integers(0, 5),
    colleagues=st.sampled_from([{}, BUSY_COLLEAGUES]),
    replied=st.booleans(),
)


@pytest.mark.slow
@given(events, facts, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(some: list[Event], known: Facts, dice: random.Random) -> None:
    again = some + dice.choices(some, k=len(some)) if some else []
    dice.shuffle(again)
    assert fold(again, known) == fold(some, known)


@given(events)
def test_every_counted_event_is_in_exactly_one_figure(some: list[Event]) -> None:
    folded = fold(some, Facts())
    figured = {one.id for one in some if one.kind != "hidden"}
    counted = sum(judgement.counted for id, judgement in folded.judgements.items() if id in figured)
    implied = sum("implies-open" in judgement.reasons for judgement in folded.judgements.values())
    numbers = [value for value in folded.figures._replace(ahead_opens=0) if isinstance(value, int)]
    assert sum(numbers) == counted + implied


@given(events)
def test_machines_alone_never_make_engagement(some: list[Event]) -> None:
    machines = [one._replace(agent=SCANNER, agent_kind="scanner") for one in some]
    folded = fold(machines, Facts()).figures
    assert (folded.opens, folded.link_clicks, folded.attachment_views, folded.last_opened_at) == (0, 0, 0, None)


@pytest.mark.slow
@given(events, events)
def test_events_of_machines_elsewhere_do_not_change_peoples_figures(some: list[Event], others: list[Event]) -> None:
    machines = [one._replace(agent=SCANNER, agent_kind="scanner", network="212.30.0.0/24") for one in others]
    alone, beside = figures(*some), figures(*some, *machines)
    assert alone[:5] == beside[:5]


def test_beacon_and_pictures_within_a_minute_are_one_open() -> None:
    folded = figures(event("open", 0), event("image", 1), event("image", 59, ordinal=1))
    assert folded.opens == 1
    assert folded.first_opened_at == folded.last_opened_at == NOON


def test_the_same_picture_again_is_another_open() -> None:
    assert figures(event("open", 0), event("image", 1), event("open", 10), event("image", 11)).opens == 2


def test_a_picture_alone_is_an_open_because_some_programs_skip_the_beacon() -> None:
    assert figures(event("image", 5)).opens == 1


def test_two_devices_at_once_are_two_opens() -> None:
    assert figures(event("open", 0), event("open", 5, agent=WINDOWS)).opens == 2


def test_pictures_later_are_another_open() -> None:
    folded = figures(event("open", 0), event("image", 61))
    assert (folded.opens, folded.last_opened_at) == (2, NOON + timedelta(seconds=61))


def test_a_click_implies_an_open_when_nothing_else_shows_one() -> None:
    clicked = event("click", 30)
    folded = fold([clicked], Facts())
    assert (folded.figures.opens, folded.figures.link_clicks) == (1, 1)
    assert folded.figures.last_opened_at == clicked.at
    assert folded.judgements[clicked.id].reasons == ("person-agent", "implies-open")
    assert figures(clicked, event("open", 20)).opens == 1


def test_a_machines_open_does_not_spare_the_implied_one() -> None:
    assert figures(event("open", 1, agent=APPLE_PRIVACY), event("click", 600)).opens == 1


def test_pieces_of_a_download_are_one_view() -> None:
    first = event("file", 0, headers={"range": "bytes=0-1"})
    rest = event("file", 1, headers={"range": "bytes=0-9999"})
    later = event("file", 2, headers={"range": "bytes=5000-"}, partial=True)
    assert figures(first, rest, later).attachment_views == 1
    assert figures(first, event("file", 1, ordinal=1)).attachment_views == 2
    assert figures(event("file", 0), event("file", 5)).attachment_views == 2


def test_what_stands_behind_the_limit_is_a_machines() -> None:
    folded = fold([event("open")], Facts(beyond={"open": 700, "click": 300})).figures
    assert (folded.opens, folded.machine_opens, folded.machine_link_clicks) == (1, 700, 300)
