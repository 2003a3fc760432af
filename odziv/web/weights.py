"""The table of evidence as the settings show it (J5)."""

from __future__ import annotations

from dataclasses import dataclass

from odziv.measure.reasons import sentences
from odziv.measure.weights import HUMAN_TO, MACHINE_FROM, WEIGHTS


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence, and its points with their sign."""

    text: str
    points: str


@dataclass(frozen=True, slots=True)
class Weights:
    """What speaks for a machine first; the two bounds between which an event is unsure."""

    machine_from: str
    human_to: str
    rows: list[Row]


def weights() -> Weights:
    """In the active language."""
    ordered = sorted(WEIGHTS.items(), key=lambda item: -item[1].points)
    rows = [Row(sentences([code])[0], _signed(weight.points)) for code, weight in ordered]
    return Weights(_signed(MACHINE_FROM), _signed(HUMAN_TO), rows)


def _signed(points: float) -> str:
    """Whole points, with a true minus."""
    return f"{points:+.0f}".replace("-", "−") if points else "0"
