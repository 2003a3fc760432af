"""What can be said of a template's rates, and which templates are recommended (T2, T3). Pure.

A rate is a beta posterior: what was seen, together with what is usual here as if that had been seen in some e-mails
before (docs/decisions/templates.md). So one lucky e-mail is no rate of 100 %, and a new template stands in the middle.

- *Usual* is the mean over versions that are comparable: of the same language and category where those have data, else
  of the same language, else all of the organisation's. How many e-mails it counts for is estimated from how far the
  versions lie apart (beta-binomial, method of moments), within `WEAKEST` and `STRONGEST`.
- The *score* is how much better than usual a template surely is: the lower bound of its lifts over the usual rates of
  opening, answering and buying, put together by how precisely each is known and how much it matters.
- *Recommended* are the best of each language and category with at least `LEAST` measurable e-mails and a score above 1.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

from odziv.lib.beta import quantile

LEAST = 10
"""Measurable e-mails from which a template can be recommended."""

MOST = 3
"""Recommended templates of one language and category: more would be no advice."""

LIKELY = 0.80
"""The likely range of a rate holds it with this probability. With 0.9 fewer are recommended, with 0.6 more wrongly."""

WEAKEST, STRONGEST, ORDINARY = 8.0, 60.0, 20.0
"""For how many e-mails what is usual counts: at least, at most, and while fewer than three versions have data."""

IMPORTANCE: Mapping[str, float] = {"opened": 1.0, "replied": 2.0, "purchases": 3.0}

_Z = NormalDist().inv_cdf(0.5 + LIKELY / 2)
_NEVER = 1e-9
_APART = 0.2  # how far apart, in logarithms, the true lifts of one template lie: what opens well may sell less


class Counts(NamedTuple):
    """The tally of a version, without what was not followed."""

    measurable: int = 0
    opened: int = 0
    replied: int = 0
    purchases: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version whose rates are wanted, or that only says what is usual (`current` is false)."""

    key: Hashable
    counts: Counts
    language: str = ""
    category: str = ""
    current: bool = True


class Prior(NamedTuple):
    """What is usual: a rate, and for how many e-mails it counts. `ever`: it has happened at all."""

    mean: float
    strength: float
    ever: bool = True


class Estimate(NamedTuple):
    """A rate, its likely range, and what is usual for comparable templates; shares from 0 to 1."""

    rate: float
    low: float
    high: float
    usual: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of one template. `score` is None while nobody has opened or answered any."""

    estimates: Mapping[str, Estimate]
    score: float | None
    recommended: bool = False


def standings(candidates: Iterable[Candidate]) -> dict[Hashable, Standing]:
    """The standing of each current candidate by its key; the order of the candidates does not matter."""
    everybody = list(candidates)
    groups = _groups(everybody)
    priors: dict[tuple[str, ...], dict[str, Prior]] = {}
    found: dict[Hashable, Standing] = {}
    for one in everybody:
        if not one.current:
            continue
        group = _comparable(one, groups)
        if group not in priors:
            priors[group] = _priors([other.counts for other in groups[group]])
        found[one.key] = _standing(one.counts, priors[group])
    return _recommend(everybody, found)


def best_first(found: Mapping[Hashable, Standing]) -> list[Hashable]:
    """The keys by score, those without one last."""
    return sorted(found, key=lambda key: -math.inf if (score := found[key].score) is None else score, reverse=True)


def estimate(successes: int, of: int, prior: Prior) -> Estimate:
    """The rate after `successes` in `of` e-mails."""
    a = prior.mean * prior.strength + successes
    b = (1 - prior.mean) * prior.strength + of - successes
    tail = (1 - LIKELY) / 2
    return Estimate(a / (a + b), quantile(tail, a, b), quantile(1 - tail, a, b), prior.mean)


def prior_of(seen: Sequence[tuple[int, int]]) -> Prior:
    """What is usual, from (successes, e-mails) of versions with at least one e-mail each; without any: a half, weakly.

    The mean counts versions rather than e-mails, so that the one that is sent most does not make itself the measure.
    Kleinman's moments (Journal of the American Statistical Association 68, 1973) give the strength.
    """
    if not seen:
        return Prior(0.5, WEAKEST, ever=False)
    everything = sum(of for _successes, of in seen)
    ever = any(successes for successes, _of in seen)
    edge = 0.5 / (everything + 1)  # nobody has ever answered: rare, not impossible
    weights = [of / (1 + (of - 1) / (ORDINARY + 1)) for _successes, of in seen]
    rates = [successes / of for successes, of in seen]
    total = sum(weights)
    mean = min(max(sum(w * p for w, p in zip(weights, rates, strict=True)) / total, edge), 1 - edge)
    if len(seen) < 3:
        return _rounded(mean, ORDINARY, ever)
    spread = sum(w * (p - mean) ** 2 for w, p in zip(weights, rates, strict=True))
    by_chance = sum(w / of * (1 - w / total) for w, (_successes, of) in zip(weights, seen, strict=True))
    possible = sum(w * (1 - w / total) for w in weights) - by_chance
    binomial = mean * (1 - mean)
    correlation = (spread - binomial * by_chance) / (binomial * possible) if possible > 0 else 0.0
    strength = 1 / correlation - 1 if correlation > 0 else STRONGEST
    return _rounded(mean, min(max(strength, WEAKEST), STRONGEST), ever)


def _rounded(mean: float, strength: float, ever: bool) -> Prior:
    """To three digits: then most events leave what is usual as it is, and with it everybody else's rates.

    Of a mean near 1 the digits of what is missing: it never becomes 1.
    """
    rounded = 1 - float(f"{1 - mean:.3g}") if mean > 0.5 else float(f"{mean:.3g}")
    return Prior(rounded, float(f"{strength:.2g}"), ever)


Group = tuple[str, ...]


def _groups(candidates: Sequence[Candidate]) -> dict[Group, list[Candidate]]:
    """Versions with data: all, by language, by language and category."""
    groups: dict[Group, list[Candidate]] = defaultdict(list)
    for one in candidates:
        if one.counts.measurable:
            for group in _around(one):
                groups[group].append(one)
    return groups


def _around(one: Candidate) -> tuple[Group, Group, Group]:
    return (one.language, one.category), (one.language,), ()


def _comparable(one: Candidate, groups: Mapping[Group, Sequence[Candidate]]) -> Group:
    """The smallest group around it in which at least two versions have enough e-mails."""
    for group in _around(one):
        if sum(other.counts.measurable >= LEAST for other in groups.get(group, ())) >= 2:
            return group
    return ()


def _priors(seen: Sequence[Counts]) -> dict[str, Prior]:
    return {name: prior_of([(getattr(counts, name), counts.measurable) for counts in seen]) for name in IMPORTANCE}


def _standing(counts: Counts, priors: Mapping[str, Prior]) -> Standing:
    estimates = {name: estimate(getattr(counts, name), counts.measurable, priors[name]) for name in IMPORTANCE}
    return Standing(estimates, _score({name: one for name, one in estimates.items() if priors[name].ever}))


def _score(estimates: Mapping[str, Estimate]) -> float | None:
    """The lower bound of the lifts together, as a factor. What is known precisely weighs more, and what matters more.

    On the scale of logarithms, where ten times as many purchases are no less certain for being rare.
    """
    weight = lift = noise = 0.0
    for name, one in estimates.items():
        deviation = math.log(one.rate / max(one.low, _NEVER)) / _Z
        own = IMPORTANCE[name] / (deviation**2 + _APART**2)
        weight += own
        lift += own * math.log(one.rate / one.usual)
        noise += (own * deviation) ** 2
    return math.exp((lift - _Z * math.sqrt(noise)) / weight) if weight else None


def _recommend(candidates: Sequence[Candidate], found: Mapping[Hashable, Standing]) -> dict[Hashable, Standing]:
    marked = dict(found)
    best: dict[Group, list[Candidate]] = defaultdict(list)
    for one in candidates:
        standing = found.get(one.key) if one.current else None
        if standing and standing.score is not None and standing.score > 1 and one.counts.measurable >= LEAST:
            best[one.language, one.category].append(one)
    for group in best.values():
        for one in sorted(group, key=lambda one: (-(found[one.key].score or 0), str(one.key)))[:MOST]:
            standing = found[one.key]
            marked[one.key] = Standing(standing.estimates, standing.score, recommended=True)
    return marked
