"""Chance, words and identifiers: all from one generator, so that a seed comes out the same again."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SYLLABLES = (
    "ba be bi bo bra bre ča če da de do dra dro ga go gra ha hra ja je jo ka ke kla ko kra la le li lo lu ma me mi mo "
    "mra na ne ni no pa pe pla po pra ra re ri ro "
    "sa se sla so sta ša ši ta te ti to tra va ve vi vo vra za ze zla zo ža že"
).split()


class Chance(Random):
    """A random generator that also knows what rows are made of."""

    def word(self, syllables: int) -> str:
        return "".join(self.choice(_SYLLABLES) for _ in range(syllables))

    def words(self, count: int, syllables: tuple[int, int]) -> list[str]:
        """That many different words."""
        found: dict[str, None] = {}
        while len(found) < count:
            found[self.word(self.randint(*syllables))] = None
        return list(found)

    def random_uuid(self) -> str:
        """A UUID of version 4, as 32 characters."""
        digits = f"{self.getrandbits(128):032x}"
        return f"{digits[:12]}4{digits[13:16]}a{digits[17:]}"

    def timed_uuid(self, seconds: float) -> str:
        """A UUID of version 7 from that Unix time, as 32 characters."""
        digits = f"{self.getrandbits(80):020x}"
        return f"{int(seconds * 1000):012x}7{digits[:3]}b{digits[4:19]}"


class Few(list[Thing]):
    """Things of which some are taken far more often than others: the n-th with a weight of 1 / (n + softness)."""

    def __init__(self, things: Sequence[Thing], softness: float = 3.0) -> None:
        super().__init__(things)
        self._until = list(accumulate(1 / (place + softness) for place in range(len(things))))

    def one(self, chance: Random) -> Thing:
        return self[bisect(self._until, chance.random() * self._until[-1])]


def moment(seconds: float) -> str:
    """A point in time as both databases read it; UTC."""
    return (_EPOCH + timedelta(milliseconds=int(seconds * 1000))).strftime("%Y-%m-%d %H:%M:%S.%f")
