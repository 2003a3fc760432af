"""Chance, words and identifiers: all from one generator, so that a seed comes out the same again."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
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
        """A UUID of version 4, as 32 characters; `copies` numbers its zeros."""
        digits = f"{self.getrandbits(108):027x}"
        return f"{digits[:12]}4000a{digits[12:]}"

    def timed_uuid(self, seconds: float) -> str:
        """A UUID of version 7 from that Unix time, as 32 characters; `copies` numbers its zeros."""
        return f"{int(seconds * 1000):012x}7000b{self.getrandbits(60):015x}"


class Few(list[Thing]):
    """Things of which some are taken far more often than others: the n-th with a weight of 1 / (n + softness)."""

    def __init__(self, things: Sequence[Thing], softness: float = 3.0) -> None:
        super().__init__(things)
        self._until = list(accumulate(1 / (place + softness) for place in range(len(things))))

    def one(self, chance: Random) -> Thing:
        return self[bisect(self._until, chance.random() * self._until[-1])]


def moment(seconds: float) -> str:
    """A point in time as both databases read it; UTC."""
    day, rest = divmod(int(seconds * 1000), 86_400_000)
    minutes, milliseconds = divmod(rest, 60_000)
    hour, minute = divmod(minutes, 60)
    return f"{_day(day)} {hour:02}:{minute:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}000"


@lru_cache(maxsize=10_000)
def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).strftime("%Y-%m-%d")
