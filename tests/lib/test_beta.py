"""The beta distribution against what is known of it exactly."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.beta import quantile, share_below

SHAPES = st.floats(0.05, 5_000)
INNER = st.floats(0.001, 0.999)


@given(st.integers(1, 200), st.data())
def test_it_is_the_tail_of_the_binomial_distribution(n: int, data: st.DataObject) -> None:
    k, x = data.draw(st.integers(1, n)), data.draw(INNER)
    tail = math.fsum(math.comb(n, i) * x**i * (1 - x) ** (n - i) for i in range(k, n + 1))
    assert share_below(x, k, n - k + 1) == pytest.approx(tail, rel=1e-9, abs=1e-13)


@given(INNER, SHAPES)
def test_powers(x: float, a: float) -> None:
    assert share_below(x, a, 1) == pytest.approx(x**a, rel=1e-9, abs=1e-13)
    assert share_below(x, 1, a) == pytest.approx(1 - (1 - x) ** a, rel=1e-9, abs=1e-13)


@given(INNER, SHAPES, SHAPES)
def test_the_other_side_is_the_rest(x: float, a: float, b: float) -> None:
    assert share_below(x, a, b) + share_below(1 - x, b, a) == pytest.approx(1, abs=1e-9)


@given(SHAPES, SHAPES, st.floats(0.01, 0.99))
def test_the_quantile_leads_back(a: float, b: float, probability: float) -> None:
    x = quantile(probability, a, b)
    assert 0 <= x <= 1
    if 1e-9 < x < 1 - 1e-9:  # nearer to an end, a step of the last digit is a large step of the probability
        assert share_below(x, a, b) == pytest.approx(probability, abs=1e-5)


@pytest.mark.slow
@given(st.integers(1, 300), SHAPES)
def test_more_hits_never_lower_it(n: int, strength: float) -> None:
    lows = [quantile(0.1, strength + k, strength + n - k) for k in range(0, n + 1, max(1, n // 10))]
    assert lows == sorted(lows)


@pytest.mark.parametrize("end", [0.0, 1.0, -1.0, 2.0])
def test_the_ends(end: float) -> None:
    assert share_below(end, 2, 3) == quantile(end, 2, 3) == (0.0 if end <= 0 else 1.0)
