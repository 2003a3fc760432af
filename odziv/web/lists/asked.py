"""What a list is asked for: read from the address of its page, which holds all of it, and written back into one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from odziv.models import User
from odziv.models.keyset import Order, Slice
from odziv.web.lists.filters import LONGEST, Asker, Filter
from odziv.web.lists.shape import Column, Place, View


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: its words, and the address of the list without it."""

    key: str
    words: str
    broken: bool
    without: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A filter that is one click away."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as somebody asks for it. `query` holds its address' parameters, without the place in the list."""

    place: Place
    view: View
    asker: Asker
    words: str
    sort: str
    order: Order
    columns: tuple[Column, ...]
    query: dict[str, str]
    chips: tuple[Chip, ...]
    narrowings: tuple[Callable[[Any], Any] | None, ...]

    def rows(self) -> Any:
        """The queryset of the view, narrowed; nothing as long as one of the filters cannot be understood."""
        rows = self.view.rows(self.asker.user)
        if None in self.narrowings:
            return rows.none()
        for narrow in self.narrowings:
            rows = narrow(rows) if narrow else rows
        return rows.matching(self.words)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.narrowings)

    @property
    def is_broken(self) -> bool:
        return None in self.narrowings

    def address(self, **changes: str | None) -> str:
        """The page's address with some parameters changed; None takes one out."""
        return self.place.url + written({**self.query, **changes})

    @property
    def everything(self) -> str:
        """The address of the view without search and filters."""
        gone = ["q", *(name for one in self.view.filters for name in one.names)]
        return self.address(**dict.fromkeys(gone))

    @property
    def written(self) -> str:
        """The parameters as they stand in an address."""
        return written(dict(self.query))

    @property
    def choosable(self) -> list[tuple[Column, bool]]:
        """The columns that may be shown or hidden: those that are shown, in their order, and then the others."""
        shown = [column for column in self.columns if not column.fixed]
        hidden = [column for column in self.view.columns if not column.fixed and column not in shown]
        return [(column, True) for column in shown] + [(column, False) for column in hidden]

    @property
    def whole(self) -> str:
        """The same list, all of it sorted."""
        return self.address(whole="1")

    @property
    def unnamed(self) -> str:
        """The same list, without the saved view that it came from."""
        return self.address(saved=None)

    @property
    def bare(self) -> str:
        """The parameters as a saved view keeps them: with the columns, without its own name."""
        own = {**self.query, "saved": None, "whole": None, "columns": ",".join(column.key for column in self.columns)}
        return written(own).removeprefix("?")

    @property
    def beside_words(self) -> dict[str, str]:
        """The parameters that a search in the list keeps."""
        return {name: value for name, value in self.query.items() if name not in ("q", "whole")}

    @property
    def beside_filters(self) -> dict[str, str]:
        """The parameters that setting filters keeps."""
        return {name: self.query[name] for name in ("view", "q", "sort", "columns", "saved") if name in self.query}

    @property
    def offers(self) -> list[Offer]:
        found = {one.key: one for one in self.filters}
        offers = []
        for key, value in self.view.quick:
            reading = found[key].read({key: value}, self.asker) if key in found else None
            if reading and not any(self.query.get(name) for name in found[key].names):
                offers.append(Offer(reading.words, self.address(**{key: value})))
        return offers

    @property
    def filters(self) -> list[Filter]:
        """Those that make sense at present: with engagement off, none that asks what recipients did (O3)."""
        on = self.asker.user.organisation.engagement
        return [one for one in self.view.filters if on or not one.engagement]

    def controls(self) -> list[dict[str, Any]]:
        """The fields of the panel in which filters are set."""
        return [
            {"key": one.key, "label": one.label, **one.control(self.query, self.asker)} for one in self.filters
        ]  # fmt: skip


def written(parameters: Mapping[str, str | None]) -> str:
    """`?view=all&sort=-sent`; parameters that are None or empty are left out."""
    given = {name: value for name, value in parameters.items() if value}
    return f"?{urlencode(given)}" if given else ""


def read(
    place: Place, given: QueryDict, user: User, now: datetime, kept: Mapping[str, list[str]] | None = None
) -> Asked:
    """The list that the parameters ask for. `kept` are the columns that the user chose, by table."""
    view = place.view(given.get("view", ""))
    asker = Asker(user, now)
    words = given.get("q", "")[:LONGEST].strip()
    sort, order = view.order(given.get("sort", ""))
    named = [key for key in given.get("columns", "")[:LONGEST].split(",") if key]
    query: dict[str, str] = {"view": view.key, "q": words}
    for one in view.filters:
        query |= {name: given.get(name, "")[:LONGEST] for name in one.names}
    query |= {"sort": sort if sort != view.sort else "", "columns": ",".join(named), "saved": given.get("saved", "")}
    query["whole"] = "1" if given.get("whole") else ""  # however long it takes to sort all
    query = {name: value for name, value in query.items() if value}
    chips, narrowings = _given(place, view, asker, query)
    chosen = named or (kept or {}).get(view.grid)
    shown = view.columns_named(chosen) if chosen else view.usual_columns
    # In the language of the page, once: each of a page's cells names its column.
    columns = tuple(replace(column, label=str(column.label)) for column in shown)
    return Asked(place, view, asker, words, sort, order, columns, query, tuple(chips), tuple(narrowings))


def _given(
    place: Place, view: View, asker: Asker, query: dict[str, str]
) -> tuple[list[Chip], list[Callable[[Any], Any] | None]]:
    chips: list[Chip] = []
    narrowings: list[Callable[[Any], Any] | None] = []
    for one in view.filters:
        reading = one.read(query, asker)
        if reading is None:
            continue
        narrow, words = reading.narrow, reading.words
        if one.engagement and not asker.user.organisation.engagement:
            narrow, words = None, _("%(filter)s: email engagement is off") % {"filter": one.label}
        without = place.url + written({**query, **dict.fromkeys(one.names)})
        chips.append(Chip(one.key, words, narrow is None, without))
        narrowings.append(narrow)
    return chips, narrowings


def counted(page: Slice[Any], phrase: Callable[[int], str]) -> str:
    """How many there are in the whole list, in words: exactly when they are not too many."""
    return phrase(page.total) if page.total is not None else _("more than %(number)s") % {"number": phrase(page.least)}
