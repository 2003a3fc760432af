"""What a bench is held against."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Bar:
    """A ratio or figure that must be reached."""

    about: str
    value: float
    least: float | None = None
    most: float | None = None

    @property
    def holds(self) -> bool:
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    def told(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "met": self.holds}


def write_bars(bars: Sequence[Bar]) -> None:
    """The table of them, to standard output."""
    sys.stdout.write(f"\n{'bar':46} {'measured':>9}  wanted\n")
    for bar in bars:
        wanted = f"at least {bar.least:g}" if bar.least is not None else f"at most {bar.most:g}"
        sys.stdout.write(f"{bar.about:46} {bar.value:9.2f}  {wanted}{'' if bar.holds else '   MISSED'}\n")
