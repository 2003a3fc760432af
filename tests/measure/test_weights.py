"""What evidence may weigh: within limits that no choice can abuse (J5)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.measure import reasons
from odziv.measure.evidence import Event, Facts
from odziv.measure.fold import fold
from odziv.measure.verdict import HUMAN, MACHINE, judge
from odziv.measure.weights import DEFAULTS, HUMAN_TO, MACHINE_FROM, WEIGHTS, Points, adjusted, in_force
from tests.measure.test_fold import event, events, facts
from tests.support.journal import GMAIL, IPHONE, NOON, SCANNER, WINDOWS

points = st.fixed_dictionaries({code: st.integers(one.lowest, one.highest) for code, one in WEIGHTS.items()})
SENT = Facts(accepted_at=NOON, links=6)
OFFICE, HOME, CLOUD = "193.2.1.0/24", "89.212.18.0/24", "5.9.1.0/24"


def read(after: float, network: str = OFFICE) -> Event:
    return event("open", after, agent=WINDOWS, network=network)


def clicked(after: float, network: str = OFFICE, agent: str = WINDOWS) -> Event:
    return event("click", after, agent=agent, network=network)


@pytest.mark.slow
@given(events, facts, points, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing_whatever_evidence_weighs(
    some: list[Event], known: Facts, own: Points, dice: random.Random
) -> None:
    again = some + dice.choices(some, k=len(some)) if some else []
    dice.shuffle(again)

    assert fold(again, known, own) == fold(some, known, own)


@given(points)
def test_no_choice_makes_a_clear_click_a_machines(own: Points) -> None:
    clear = [
        (clicked(3600),),
        (clicked(3600, agent=IPHONE),),
        (read(400), clicked(440)),
        (read(100), clicked(170)),
        (clicked(9000, CLOUD),),
        (read(3600), clicked(3620), clicked(3700, HOME)),
        (read(4), clicked(3600)),
    ]
    for story in clear:
        found = judge(story, SENT, own)
        assert all(found[one.id].verdict != MACHINE for one in story), [found[one.id] for one in story]


@given(points)
def test_no_choice_makes_a_person_of_what_names_itself(own: Points) -> None:
    for one in (
        event("click", 4000, agent=SCANNER),
        event(method="HEAD"),
        event("click", agent=""),
        event(agent="curl/8"),
    ):
        assert judge([one], SENT, own)[one.id].verdict != HUMAN


ALONE = (reasons.PERSON_AGENT, reasons.IMAGE_PROXY)
DOUBTS = (reasons.EARLY_OPEN, reasons.SOON_CLICK, reasons.EARLY_CLICK, reasons.CLOUD_NETWORK)
STRONG = tuple(
    code for code, one in WEIGHTS.items()
    if one.points > 0 and code not in DOUBTS and one.points < 20
)  # fmt: skip


def sets_of_a_person() -> Iterator[frozenset[str]]:
    """Whatever may be said together of one event that a person's program or Gmail's proxy asked for."""
    for agent in ALONE:
        for doubts in subsets(DOUBTS):
            # Both clicks' times exclude each other, and an open's excludes a click's.
            if len({*doubts} & {reasons.EARLY_OPEN, reasons.SOON_CLICK, reasons.EARLY_CLICK}) > 1:
                continue
            of_click = reasons.EARLY_OPEN not in doubts
            for dispelled in subsets(
                (reasons.CONFIRMED, *([reasons.OPENED_BEFORE] if of_click else [reasons.REPLIED]))
            ):
                yield frozenset({agent, *doubts, *dispelled})
            for few in subsets(STRONG, most=2):
                yield frozenset({agent, *doubts, *few})
                if of_click:
                    yield frozenset({agent, reasons.OPENED_BEFORE, *doubts, *few})


def subsets(codes: tuple[str, ...], most: int = 9) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(codes, size) for size in range(min(most, len(codes)) + 1))


def test_what_is_a_persons_as_weights_come_is_nowhere_within_their_limits_a_machines() -> None:
    seen = 0
    for codes in sets_of_a_person():
        if sum(DEFAULTS[code] for code in codes) <= HUMAN_TO:
            seen += 1
            assert sum(WEIGHTS[code].highest for code in codes) < MACHINE_FROM, sorted(codes)
    assert seen > 50


def test_the_defaults_lie_within_their_limits() -> None:
    assert all(one.lowest <= one.points <= one.highest for one in WEIGHTS.values())


def test_only_what_differs_is_stored_and_what_is_stored_comes_into_force() -> None:
    assert adjusted(DEFAULTS) == {}
    assert adjusted({**DEFAULTS, "early-click": 4}) == {"early-click": 4}
    assert in_force({"early-click": 4})["early-click"] == 4
    assert in_force({}) == DEFAULTS


@pytest.mark.parametrize(
    "wrong", [{"early-click": 9}, {"person-agent": 0}, {"nothing": 1}, {"head": 6.5}, {"head": True}]
)
def test_points_beyond_the_limits_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError):
        adjusted(wrong)


def test_what_an_older_version_allowed_goes_to_the_nearest_limit() -> None:
    odd = {"early-click": 99, "person-agent": 5, "gone": 3, "head": "20", "cloud-network": None}
    assert in_force(odd) == {**DEFAULTS, "early-click": 8, "person-agent": -2}


def test_what_spoke_against_is_told_too() -> None:
    one = clicked(60)
    found = judge([one], SENT)[one.id]
    assert (found.verdict, found.reasons, found.against) == (MACHINE, ("early-click",), ("person-agent",))
    gmail = event(agent=GMAIL)
    assert judge([gmail], SENT)[gmail.id].against == ()
