"""The parts of a list: its columns, its views, and the place in the product that shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise

from odziv.models import User
from odziv.models.keyset import Order

if TYPE_CHECKING:
    from odziv.web.lists.filters import Filter

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in ?sort= and ?columns=, its head, and the path by which it sorts.

    `figure`: empty with engagement off (O3). `fixed`: it opens the row, so it is always there, at its place. `more`:
    shown only when somebody chooses it.
    """

    key: str
    label: Words
    path: str = ""  # empty: does not sort
    nullable: bool = False
    num: bool = False
    figure: bool = False
    fixed: bool = False
    more: bool = False
    first: str = "up"  # direction of the first click


@dataclass(frozen=True, slots=True)
class View:
    """An entry of the view selector: which rows, which columns they may have, how they may be narrowed.

    `rows` gives a queryset of what the user may see, with `matching(words)` for the search. `grid` names the table that
    several views may share: the choice of columns is kept under it. `sort` is a column's key, with a minus for
    descending.
    """

    key: str
    label: Words
    grid: str
    rows: Callable[[User], Any]
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    sort: str
    counted: Callable[[int], str]
    empty_title: Words
    empty: Words
    icon: str = "mail"
    quick: tuple[tuple[str, str], ...] = ()  # (filter, value) that are offered as chips at once
    start: tuple[tuple[str, str], ...] = ()  # (filter, value) with which the view selector opens it

    def order(self, wanted: str) -> tuple[str, Order]:
        """The sort in force and what it means; the view's own when the wanted one does not exist."""
        for sort in (wanted, self.sort):
            for column in self.columns:
                if column.path and column.key == sort.removeprefix("-"):
                    return sort, Order(column.path, sort.startswith("-"), column.nullable)
        raise AssertionError("every view has the column that it is sorted by")

    @property
    def usual_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.more)

    def columns_named(self, keys: list[str]) -> tuple[Column, ...]:
        """These columns in this order, behind the one that opens the row; what has no such name is passed over."""
        known = {column.key: column for column in self.columns}
        fixed = [column for column in self.columns if column.fixed]
        chosen = [known[key] for key in dict.fromkeys(keys) if key in known and not known[key].fixed]
        return (*fixed, *chosen)


@dataclass(frozen=True, slots=True)
class Place:
    """A page with lists: the name of its URL, its title, its views (the first one is shown at first)."""

    name: str
    title: Words
    views: tuple[View, ...]
    search: Words  # what the search looks into

    @property
    def url(self) -> str:
        return reverse(self.name)

    def opened(self, key: str) -> str:
        """The address at which the view selector opens a view."""
        view = self.view(key)
        return f"{self.url}?{urlencode([('view', view.key), *view.start])}"

    def view(self, key: str) -> View:
        """The view of that name, else the first one."""
        return next((view for view in self.views if view.key == key), self.views[0])
