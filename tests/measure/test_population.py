"""How well verdicts do on a simulated population; the figures stand in docs/decisions/fold-and-verdicts.md (J5)."""

from __future__ import annotations

from collections import Counter
from random import Random

from odziv.measure.evidence import Facts
from odziv.measure.verdict import judge
from tests.support.journal import NOON
from tests.support.population.people import World, copy_of

COPIES = 3000


def measured(copies: int, seed: int) -> Counter[tuple[str, bool, str]]:
    """How many events of each kind, by a person or not, got each verdict."""
    world = World(Random(seed))
    found: Counter[tuple[str, bool, str]] = Counter()
    for _ in range(copies):
        links = world.chance.choice((1, 2, 3, 5, 8))
        labelled = copy_of(world, links)
        verdicts = judge([one.event for one in labelled], Facts(accepted_at=NOON, links=links))
        for one in labelled:
            found[one.event.kind, one.person, verdicts[one.event.id][0]] += 1
    return found


def share(found: Counter[tuple[str, bool, str]], kind: str, *, person: bool, verdict: str) -> float:
    """Of the events of a kind that a person (or none) caused, the part with this verdict."""
    all_of_them = sum(number for (one, by, _), number in found.items() if (one, by) == (kind, person))
    return found[kind, person, verdict] / all_of_them


def precision(found: Counter[tuple[str, bool, str]], kind: str) -> float:
    """Of what was called a person's, the part that was."""
    called = found[kind, True, "human"] + found[kind, False, "human"]
    return found[kind, True, "human"] / called


def test_people_are_found_and_machines_do_not_count() -> None:
    found = measured(COPIES, seed=1)
    for kind in ("open", "click"):
        told = {
            "precision": precision(found, kind),
            "people called people": share(found, kind, person=True, verdict="human"),
            "people called machines": share(found, kind, person=True, verdict="machine"),
            "machines called machines": share(found, kind, person=False, verdict="machine"),
            "machines called people": share(found, kind, person=False, verdict="human"),
        }

        assert told["precision"] > 0.9, told
        assert told["people called people"] > 0.9, told
        assert told["people called machines"] < 0.01, told
