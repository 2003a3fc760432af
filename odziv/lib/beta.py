"""The beta distribution: how likely a share is, after so many hits and misses. No table and no library of statistics.

`share_below` is the regularised incomplete beta function I_x(a, b), by the continued fraction of DLMF 8.17.22 in
Lentz's form (Numerical Recipes, 3rd edition, 5.2 and 6.4); `quantile` is its inverse.
"""

from __future__ import annotations

import math
from functools import lru_cache

_TINY = 1e-300
_EXACT = 1e-14
_MOST_TERMS = 10_000


def share_below(x: float, a: float, b: float) -> float:
    """The probability that a share with Beta(a, b) is below x. `a` and `b` are above 0; relative error below 1e-9."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    # The fraction converges quickly on this side of the mean only; the other side is its mirror (DLMF 8.17.4).
    if x <= (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


@lru_cache(maxsize=20_000)
def quantile(probability: float, a: float, b: float) -> float:
    """The x with `share_below(x, a, b) == probability`, to 1e-9. The probability is within 0 and 1."""
    if probability <= 0:
        return 0.0
    if probability >= 1:
        return 1.0
    low, high = 0.0, 1.0
    x = a / (a + b)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    for _ in range(200):
        excess = share_below(x, a, b) - probability
        if excess > 0:
            high = x
        else:
            low = x
        if abs(excess) < _EXACT or high - low < 1e-12:
            break
        # A step of Newton where it stays between what is known, else the middle: never leaves, always ends.
        density = math.exp(log_front + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))
        step = x - excess / density if density > 0 else -1.0
        x = step if low < step < high else (low + high) / 2
    return x


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _EXACT:
            break
    return value


def _away(value: float) -> float:
    """Not 0, which could not be divided by."""
    return value if abs(value) > _TINY else _TINY
