"""Kinds of filters. Each reads its value from a page's address, says it in words for its chip, and narrows the rows.

What cannot be read, or names something that is gone or was never ours, narrows to nothing and says so: a list that
silently showed more than was asked for would mislead, and a bulk action on it do harm. Gone and foreign are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from odziv.models import Record, RecordKind, User
from odziv.web import access
from odziv.web.lists.shape import Words

Rows = Any  # a queryset of the list's rows
Query = Mapping[str, str]
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and when."""

    user: User
    now: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """A filter in force: what its chip says; `narrow` is None when it names nothing that there is."""

    words: str
    narrow: Callable[[Rows], Rows] | None


class Filter(Protocol):
    """One kind of filter. `key` names it in the address; `names` are all the parameters that it reads."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> Words: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def engagement(self) -> bool: ...

    def read(self, query: Query, asker: Asker) -> Reading | None:
        """What the address asks of this filter; None when it asks nothing."""

    def control(self, query: Query, asker: Asker) -> dict[str, Any]:
        """What the template lists/control.html draws: `kind` and what that kind needs."""


def unknown(label: Words) -> Reading:
    return Reading(_("%(filter)s: no longer there") % {"filter": label}, None)


def said(label: Words, value: Words) -> str:
    return _("%(filter)s: %(value)s") % {"filter": label, "value": value}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values. `plain`: the value's words say everything, without the filter's name before them."""

    key: str
    label: Words
    choices: Callable[[], Iterable[tuple[str, Words]]]
    narrow: Callable[[Rows, str], Rows]
    plain: bool = False
    engagement: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def read(self, query: Query, asker: Asker) -> Reading | None:
        value = query.get(self.key, "")
        if not value:
            return None
        words = dict(self.choices()).get(value)
        if words is None:
            return unknown(self.label)
        return Reading(str(words) if self.plain else said(self.label, words), lambda rows: self.narrow(rows, value))

    def control(self, query: Query, asker: Asker) -> dict[str, Any]:
        return {"kind": "choice", "options": list(self.choices()), "value": query.get(self.key, "")}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the organisation: `me`, which means whoever looks, or an identifier."""

    key: str
    label: Words
    narrow: Callable[[Rows, User], Rows]
    engagement: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def read(self, query: Query, asker: Asker) -> Reading | None:
        value = query.get(self.key, "")
        if not value:
            return None
        if value == "me":
            return Reading(said(self.label, _("me")), lambda rows: self.narrow(rows, asker.user))
        try:
            person = access.person(asker.user, value)
        except Http404:
            return unknown(self.label)
        return Reading(said(self.label, person.name), lambda rows: self.narrow(rows, person))

    def control(self, query: Query, asker: Asker) -> dict[str, Any]:
        people = [(str(person.pk), person.name) for person in User.objects.for_(asker.user)[:MOST_PEOPLE]]
        return {"kind": "choice", "options": [("me", _("me")), *people], "value": query.get(self.key, "")}


MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class RecordOf:
    """A record, by its identifier."""

    key: str
    label: Words
    narrow: Callable[[Rows, Record], Rows]
    kinds: tuple[RecordKind, ...] = tuple(RecordKind)
    engagement: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def read(self, query: Query, asker: Asker) -> Reading | None:
        value = query.get(self.key, "")
        if not value:
            return None
        record = self._record(value, asker)
        if record is None:
            return unknown(self.label)
        return Reading(said(self.label, record.name), lambda rows: self.narrow(rows, record))

    def control(self, query: Query, asker: Asker) -> dict[str, Any]:
        record = self._record(query.get(self.key, ""), asker)
        chosen = (str(record.pk), record.name) if record else ("", "")
        return {"kind": "record", "kinds": self.kinds, "value": chosen[0], "text": chosen[1]}

    def _record(self, value: str, asker: Asker) -> Record | None:
        try:
            record = access.record(asker.user, value) if value else None
        except Http404:
            return None
        return record if record is not None and record.kind in self.kinds else None


@dataclass(frozen=True, slots=True)
class Text:
    """Something typed."""

    key: str
    label: Words
    narrow: Callable[[Rows, str], Rows]
    hint: Words = ""
    engagement: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def read(self, query: Query, asker: Asker) -> Reading | None:
        value = query.get(self.key, "").strip()[:LONGEST]
        return Reading(said(self.label, value), lambda rows: self.narrow(rows, value)) if value else None

    def control(self, query: Query, asker: Asker) -> dict[str, Any]:
        return {"kind": "text", "value": query.get(self.key, "").strip()[:LONGEST], "hint": self.hint}


PERIODS: dict[str, Words] = {
    "today": gettext_lazy("today"),
    "week": gettext_lazy("last 7 days"),
    "month": gettext_lazy("last 30 days"),
    "quarter": gettext_lazy("last 90 days"),
    "year": gettext_lazy("last 365 days"),
}
AHEAD: dict[str, Words] = {
    "today": gettext_lazy("today"),
    "week": gettext_lazy("next 7 days"),
    "month": gettext_lazy("next 30 days"),
}
_DAYS = {"today": 0, "week": 6, "month": 29, "quarter": 89, "year": 364}


@dataclass(frozen=True, slots=True)
class Days:
    """A period that ends today (`ahead`: begins), or the days from … to …, both included, in the user's time zone.

    `narrow` gets two moments; the second one is where the period has ended, either may be None.
    """

    key: str
    label: Words
    narrow: Callable[[Rows, datetime | None, datetime | None], Rows]
    ahead: bool = False
    engagement: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key, f"{self.key}-from", f"{self.key}-to")

    def read(self, query: Query, asker: Asker) -> Reading | None:
        period, first, last = (query.get(name, "") for name in self.names)
        if first or last:
            return self._between(first, last)
        if not period:
            return None
        if period not in self._periods:
            return unknown(self.label)
        since, until = self._span(period, timezone.localdate(asker.now))
        return Reading(said(self.label, self._periods[period]), lambda rows: self.narrow(rows, since, until))

    def control(self, query: Query, asker: Asker) -> dict[str, Any]:
        period, first, last = (query.get(name, "") for name in self.names)
        between = bool(first or last)
        return {
            "kind": "days", "options": list(self._periods.items()), "value": "" if between else period, "from": first,
            "to": last,
        }  # fmt: skip

    @property
    def _periods(self) -> dict[str, Words]:
        return AHEAD if self.ahead else PERIODS

    def _span(self, period: str, today: date) -> tuple[datetime, datetime | None]:
        days = timedelta(days=_DAYS[period])
        if self.ahead:
            return _midnight(today), _midnight(today + days + timedelta(days=1))
        return _midnight(today - days), None

    def _between(self, first: str, last: str) -> Reading:
        try:
            start, end = _day(first), _day(last)
        except ValueError:
            return Reading(_("%(filter)s: not a date") % {"filter": self.label}, None)
        since = _midnight(start) if start else None
        until = _midnight(end + timedelta(days=1)) if end else None
        values = {"from": date_format(start) if start else "", "to": date_format(end) if end else ""}
        pattern = pgettext("days", "%(from)s – %(to)s")
        if not end:
            pattern = pgettext("days", "from %(from)s")
        elif not start:
            pattern = pgettext("days", "until %(to)s")
        return Reading(said(self.label, pattern % values), lambda rows: self.narrow(rows, since, until))


def _day(text: str) -> date | None:
    """Raises ValueError for what is no day that a list could have."""
    if not text:
        return None
    day = date.fromisoformat(text)
    if not 1900 <= day.year <= 2200:  # beyond, a time zone can lead out of what a database can store
        raise ValueError(text)
    return day


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
