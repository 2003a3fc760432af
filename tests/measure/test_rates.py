"""Rates with their likely ranges, and who is recommended (T2, T3)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.measure.rates import (
    LEAST,
    MOST,
    STRONGEST,
    WEAKEST,
    Candidate,
    Counts,
    Prior,
    best_first,
    estimate,
    prior_of,
    standings,
)

COUNTS = st.integers(0, 400).flatmap(
    lambda of: st.builds(Counts, st.just(of), *(st.integers(0, of) for _ in range(3)))
)  # fmt: skip


def opened(*pairs: tuple[int, int], language: str = "sl", category: str = "") -> list[Candidate]:
    """Candidates 0, 1, 2 … that were opened so often in so many e-mails."""
    return [Candidate(n, Counts(of, hits), language, category) for n, (hits, of) in enumerate(pairs)]


def test_one_lucky_email_is_no_rate_of_a_hundred_percent() -> None:
    found = standings(opened((1, 1), (45, 100), (38, 100), (40, 100)))
    assert found[0].estimates["opened"].rate < 0.5
    assert not found[0].recommended


def test_a_new_template_stands_between_the_good_and_the_bad() -> None:
    found = standings(opened((0, 0), (70, 100), (20, 100), (45, 100)))
    assert best_first(found) == [1, 3, 0, 2]


def test_a_template_without_data_has_the_usual_rate_and_a_wide_range() -> None:
    (new, *known) = standings(opened((0, 0), (45, 100), (35, 100), (40, 100))).values()
    assert new.estimates["opened"].rate == pytest.approx(new.estimates["opened"].usual)
    widths = [one.estimates["opened"].high - one.estimates["opened"].low for one in (new, *known)]
    assert widths[0] == max(widths)


def test_it_takes_ten_measurable_emails_to_be_recommended() -> None:
    def recommended(n: int) -> bool:
        return standings([*opened((n, n), (30, 100), (30, 100), (30, 100))])[0].recommended

    assert not recommended(LEAST - 1)
    assert recommended(LEAST)


def test_nobody_is_recommended_where_all_are_alike() -> None:
    assert not any(one.recommended for one in standings(opened(*[(40, 100)] * 6)).values())


def test_at_most_three_of_a_language_and_category_are_recommended() -> None:
    many = opened(*[(80, 100)] * 6, *[(20, 100)] * 6)
    marked = [key for key, one in standings(many).items() if one.recommended]
    assert len(marked) == MOST and set(marked) <= set(range(6))


def test_templates_are_compared_within_language_and_category_where_these_have_data() -> None:
    offers = [Candidate(("offer", n), Counts(100, hits), "sl", "offer") for n, hits in enumerate((80, 70, 50))]
    follow = [Candidate(("again", n), Counts(100, hits), "sl", "again") for n, hits in enumerate((40, 20))]
    german = [Candidate(("de", n), Counts(100, hits), "de", "offer") for n, hits in enumerate((30, 10))]
    found = standings([*offers, *follow, *german])
    assert [key for key, one in found.items() if one.recommended] == [("offer", 0), ("again", 0), ("de", 0)]
    assert found["again", 0].estimates["opened"].usual < 0.4


def test_a_category_with_little_data_is_measured_by_its_language() -> None:
    alone = Candidate("alone", Counts(60, 45), "sl", "offer")
    others = [Candidate(n, Counts(100, 30), "sl", "again") for n in range(3)]
    assert standings([alone, *others])["alone"].recommended


def test_much_more_of_what_is_rare_outweighs_a_little_less_of_what_is_common() -> None:
    plain = [Candidate(n, Counts(200, 80, 10, 2)) for n in range(6)]
    found = standings([*plain, Candidate("sells", Counts(200, 72, 9, 24)), Candidate("opens", Counts(200, 90, 10, 2))])
    assert best_first(found)[0] == "sells"
    assert [key for key, one in found.items() if one.recommended] == ["sells"]


def test_replies_and_purchases_count_too() -> None:
    plain = [Candidate(n, Counts(200, 80, 10, 2)) for n in range(8)]
    found = standings(
        [*plain, Candidate("answered", Counts(200, 80, 40, 2)), Candidate("bought", Counts(200, 80, 10, 20))]
    )
    assert {key for key, one in found.items() if one.recommended} == {"answered", "bought"}


def test_old_versions_say_what_is_usual_but_are_not_recommended() -> None:
    old = [Candidate(("old", n), Counts(100, 20), current=False) for n in range(4)]
    found = standings([*old, Candidate("new", Counts(100, 60))])
    assert list(found) == ["new"] and found["new"].recommended


def test_nothing_is_said_while_nobody_has_opened_anything() -> None:
    found = standings([Candidate(1, Counts(5)), Candidate(2, Counts(0))])
    assert [one.score for one in found.values()] == [None, None]


def test_the_one_that_is_sent_most_is_not_the_measure() -> None:
    assert prior_of([(600, 1000), (20, 100), (22, 100)]).mean < 0.42


@pytest.mark.parametrize("sent", [1, 10, 393, 5_000, 10_000_000])
def test_what_always_happened_is_not_certain(sent: int) -> None:
    """Nor is what never did; both have a rate."""
    for opened in (0, sent):
        (found,) = standings([Candidate(1, Counts(sent, opened))]).values()
        rate = found.estimates["opened"]
        assert 0 < rate.usual < 1 and 0 < rate.rate < 1 and 0 <= rate.low <= rate.high <= 1


def test_how_much_the_usual_counts_is_bounded() -> None:
    assert prior_of([(50, 100)] * 8).strength == STRONGEST
    assert prior_of([(0, 100), (100, 100)] * 8).strength == WEAKEST


@pytest.mark.slow
@given(st.lists(COUNTS, max_size=12), st.randoms(use_true_random=False))
def test_rates_are_shares_within_their_range_whatever_was_seen(tallies: list[Counts], chance: random.Random) -> None:
    candidates = [Candidate(n, counts, chance.choice("ab")) for n, counts in enumerate(tallies)]
    found = standings(candidates)
    for one in found.values():
        for rate in one.estimates.values():
            assert 0 <= rate.low <= rate.high <= 1 and 0 < rate.rate < 1 and 0 < rate.usual < 1
            assert rate.low - 0.1 <= rate.rate <= rate.high + 0.1
    chance.shuffle(candidates)
    assert standings(candidates) == found


@pytest.mark.slow
@given(st.integers(0, 100), st.floats(0.01, 0.99), st.floats(WEAKEST, STRONGEST))
def test_more_emails_of_the_same_kind_lead_away_from_the_usual(hits: int, mean: float, strength: float) -> None:
    prior = Prior(mean, strength)
    few, many = estimate(hits, 100, prior), estimate(10 * hits, 1000, prior)
    assert abs(many.rate - hits / 100) <= abs(few.rate - hits / 100) + 1e-12
    assert few.low <= few.high
