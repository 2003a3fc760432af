"""The team: what was sent, opened and answered, by week and by salesperson, as charts (V5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from odziv.lib import clock
from odziv.measure.team import Person, Tally, Week, team
from odziv.web import access

PERIODS = (4, 13, 26)  # weeks
WIDTH, HEIGHT, TOP, BOTTOM = 100, 240, 18, 24  # of the chart: percent across, so that its words keep their size; pixels
SERIES = ("sent", "opened", "replied")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the chart: whose series, where it stands, what it says."""

    series: str
    x: float
    y: float
    width: float
    height: float
    value: int

    @property
    def middle(self) -> float:
        """Of the column, for its number."""
        return self.x + self.width / 2

    @property
    def above(self) -> float:
        """Where its number stands."""
        return self.y - 5


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one week, over its date: `named` always, on wide screens only (often), or never, since dates would
    run into each other."""

    label: str
    x: float
    columns: tuple[Column, ...]
    named: str


@dataclass(frozen=True, slots=True)
class Row:
    """A person, or everybody, with shares in percent where there is something to share."""

    name: str
    tally: Tally
    opened: float | None
    clicked: float | None
    replied: float | None


@access.managers
@require_safe
def index(request: access.SignedRequest) -> HttpResponse:
    """GET weeks=4|13|26: for managers and administrators (O2)."""
    wanted = request.GET.get("weeks", "")
    weeks = next((period for period in PERIODS if str(period) == wanted), PERIODS[1])
    found = team(request.user, weeks, clock.now())
    context: dict[str, Any] = {
        "weeks": weeks,
        "periods": [(period, _period(period)) for period in PERIODS],
        "groups": _groups(found.weeks),
        "table": [(week.begins, week.tally) for week in reversed(found.weeks)],
        "rows": [_row(person) for person in found.people],
        "total": _row_of(_("All together"), found.total),
        "engagement": request.user.organisation.engagement,
        "height": HEIGHT,
        "base": HEIGHT - BOTTOM,
        "under": HEIGHT - BOTTOM + 16,
    }
    return render(request, "team/index.html", context)


def _period(weeks: int) -> str:
    return ngettext("%(n)d week", "%(n)d weeks", weeks) % {"n": weeks}


def _row(person: Person) -> Row:
    return _row_of(person.user.name, person.tally)


def _row_of(name: str, tally: Tally) -> Row:
    shares = {key: tally.share(key) for key in ("opened", "clicked", "replied")}
    percent = {key: None if share is None else round(100 * share, 1) for key, share in shares.items()}
    return Row(name, tally, **percent)


def _groups(weeks: Sequence[Week]) -> list[Group]:
    """The chart's geometry: three columns for each week, the highest as high as the chart."""
    most = max((week.tally.sent for week in weeks), default=0) or 1
    room = WIDTH / len(weeks)
    wide = min(room * 0.26, 3)
    every = max(1, round(len(weeks) / 9))
    seldom = every * max(1, round(len(weeks) / every / 5))
    groups = []
    for number, week in enumerate(weeks):
        middle = room * (number + 0.5)
        columns = []
        for place, series in enumerate(SERIES):
            value = getattr(week.tally, series)
            height = (HEIGHT - TOP - BOTTOM) * value / most
            x = middle + (place - 1.5) * wide * 1.06
            columns.append(Column(series, x, HEIGHT - BOTTOM - height, wide, height, value))
        ago = len(weeks) - 1 - number
        named = "" if ago % every else "often" if ago % seldom else "always"
        groups.append(Group(date_format(week.begins, pgettext("date format", "j M")), middle, tuple(columns), named))
    return groups
