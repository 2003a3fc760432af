"""How much of everything a seed database holds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

KINDS = {"account": 0.15, "contact": 0.55, "lead": 0.20, "opportunity": 0.10}


@dataclass(frozen=True, slots=True)
class Scale:
    """Rows of each noun. The first organisation has half of everything, the others shares that fall off.

    One account of it has `crowd` contacts, and one message `flood` events. One message of `copies` is drawn.
    """

    messages: int = 1_000_000
    interactions: int = 2_000_000
    records: int = 100_000
    organisations: int = 50
    crowd: int = 500
    flood: int = 100_000
    copies: int = 10

    @property
    def drawn(self) -> int:
        """How many messages are drawn; the others are copies."""
        return max(1, self.messages // self.copies)

    def of(self, total: int) -> list[int]:
        """The total, shared out over the organisations; each gets something of it."""
        rest = [1 / (place + 1) for place in range(self.organisations - 1)]
        weights = [sum(rest) or 1.0, *rest]
        marks = [round(total * part / sum(weights)) for part in accumulate(weights)]
        shares = [after - before for before, after in zip([0, *marks], marks, strict=False)]
        return [max(1, share) for share in shares]

    @property
    def name(self) -> str:
        return f"{self.messages}-{self.interactions}-{self.records}-{self.organisations}"
