"""The table of evidence as the settings show it, and changes of it in words (J5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from odziv.measure.reasons import sentences
from odziv.measure.timeline import entry_of
from odziv.measure.weights import WEIGHTS, in_force
from odziv.measure.wording import Sentence, sentence
from odziv.models import Interaction, User, Verdict, WeightChange


def signed(points: int) -> str:
    """Whole points, with a true minus."""
    return f"{points:+d}".replace("-", "−") if points else "0"


@dataclass(frozen=True, slots=True)
class Moved:
    """A piece of evidence that weighs otherwise than it did."""

    text: str
    before: str
    after: str


def moved(change: WeightChange) -> list[Moved]:
    """What the change changes, the strongest first."""
    before, after = in_force(change.before), in_force(change.points)
    codes = sorted((code for code in WEIGHTS if before[code] != after[code]), key=lambda code: -abs(after[code]))
    return [Moved(sentences([code])[0], signed(before[code]), signed(after[code])) for code in codes]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure before and after, each by people, unsure and automatic."""

    name: str
    people: tuple[int, int]
    unsure: tuple[int, int]
    machines: tuple[int, int]

    @property
    def cells(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """By whom, and how often before and after."""
        by_whom = (_("People"), _("Unsure"), _("Automatic"))
        return zip(by_whom, (self.people, self.unsure, self.machines), strict=True)


def figure_rows(found: Mapping[str, Any]) -> list[FigureRow]:
    """The sums of all copies that were looked at."""
    sums = found.get("figures", {})
    names = {"opens": _("Opens"), "link_clicks": _("Link clicks"), "attachment_views": _("Attachment views")}
    return [
        FigureRow(label, *(tuple(sums.get(f"{by}{name}", (0, 0))) for by in ("", "unsure_", "machine_")))
        for name, label in names.items()
    ]


@dataclass(frozen=True, slots=True)
class Turn:
    """So many events of a kind would be judged otherwise."""

    what: str
    before: str
    after: str
    number: int


def turns(found: Mapping[str, Any]) -> list[Turn]:
    """The most first."""
    kinds = {"open": _("Opens"), "click": _("Link clicks"), "file": _("Attachment views")}
    rows = [
        Turn(kinds[kind], str(Verdict(before).label), str(Verdict(after).label), number)
        for kind, by in found.get("verdicts", {}).items()
        if kind in kinds
        for before, to in by.items()
        for after, number in to.items()
    ]
    return sorted(rows, key=lambda turn: -turn.number)


@dataclass(frozen=True, slots=True)
class Example:
    """An event that would be judged otherwise, in its message."""

    row: Interaction
    told: Sentence
    before: str
    after: str


def examples(user: User, found: Mapping[str, Any]) -> list[Example]:
    """Those that were noted and are still there. One query."""
    noted = {UUID(one["id"]): one for one in found.get("examples", [])}
    rows = Interaction.objects.for_(user).among(noted).select_related("delivery__party", "message__activity")
    return [
        Example(
            row, sentence(entry_of(row)), *(str(Verdict(noted[row.pk][when]).label) for when in ("before", "after"))
        )
        for row in sorted(rows, key=lambda row: row.at, reverse=True)
    ]
