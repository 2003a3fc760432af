"""The lists of accounts, contacts, leads and opportunities: their views and filters (R1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from odziv.models import FollowEmail, Record, RecordKind, User
from odziv.models.record_queries import RecordQuerySet
from odziv.web.forms import choices
from odziv.web.kinds import KINDS, Kind
from odziv.web.lists.filters import Choice, Days, Filter, Person, RecordOf, Text
from odziv.web.lists.shape import Place, View, Words


def _of_owner(rows: RecordQuerySet, person: User) -> RecordQuerySet:
    return rows.owned_by(person)


def _of_account(rows: RecordQuerySet, account: Record) -> RecordQuerySet:
    return rows.of_account(account)


def _with_status(rows: RecordQuerySet, status: str) -> RecordQuerySet:
    return rows.with_status(status)


def _following(rows: RecordQuerySet, preference: str) -> RecordQuerySet:
    return rows.refusing() if preference == FollowEmail.DO_NOT_ALLOW else rows.allowing()


def _speaking(rows: RecordQuerySet, language: str) -> RecordQuerySet:
    return rows.speaking(language)


def _in_country(rows: RecordQuerySet, country: str) -> RecordQuerySet:
    return rows.in_country(country)


def _of_industry(rows: RecordQuerySet, text: str) -> RecordQuerySet:
    return rows.of_industry(text)


def _changed(rows: RecordQuerySet, since: datetime | None, until: datetime | None) -> RecordQuerySet:
    return rows.changed_between(since, until)


def _having_email(rows: RecordQuerySet, value: str) -> RecordQuerySet:
    return rows.with_email() if value == "yes" else rows.without_email()


def _addresses() -> Iterable[tuple[str, Words]]:
    return (("yes", _("has an e-mail address")), ("no", _("has no e-mail address")))


_OWNER = Person("owner", _("Owner"), _of_owner)
_ACCOUNT = RecordOf("account", _("Account"), _of_account, (RecordKind.ACCOUNT,))
_FOLLOW = Choice("follow", _("Follow email"), lambda: FollowEmail.choices, _following, engagement=True)
_LANGUAGE = Choice("language", _("Language"), choices.languages, _speaking)
_COUNTRY = Choice("country", _("Country"), choices.countries, _in_country)
_INDUSTRY = Text("industry", _("Industry"), _of_industry)
_CHANGED = Days("changed", _("Changed"), _changed)
_EMAIL = Choice("email", _("E-mail"), _addresses, _having_email)

_FILTERS: dict[RecordKind, tuple[Filter, ...]] = {
    RecordKind.ACCOUNT: (_OWNER, _INDUSTRY, _FOLLOW, _COUNTRY, _EMAIL, _CHANGED),
    RecordKind.CONTACT: (_OWNER, _ACCOUNT, _FOLLOW, _LANGUAGE, _COUNTRY, _EMAIL, _CHANGED),
    RecordKind.LEAD: (_OWNER, _FOLLOW, _LANGUAGE, _COUNTRY, _EMAIL, _CHANGED),
    RecordKind.OPPORTUNITY: (_OWNER, _ACCOUNT, _CHANGED),
}
_ALL: dict[RecordKind, Words] = {
    RecordKind.ACCOUNT: _("All accounts"),
    RecordKind.CONTACT: _("All contacts"),
    RecordKind.LEAD: _("All leads"),
    RecordKind.OPPORTUNITY: _("All opportunities"),
}
_MINE: dict[RecordKind, Words] = {
    RecordKind.ACCOUNT: _("My accounts"),
    RecordKind.CONTACT: _("My contacts"),
    RecordKind.LEAD: _("My leads"),
    RecordKind.OPPORTUNITY: _("My opportunities"),
}


def _rows(kind: RecordKind, *, mine: bool) -> Callable[[User], RecordQuerySet]:
    def rows(user: User) -> RecordQuerySet:
        found = Record.objects.for_(user).of_kinds([kind])
        return found.owned_by(user) if mine else found

    return rows


def _view(shape: Kind, key: str, label: Words) -> View:
    filters = _FILTERS[shape.kind]
    quick: tuple[tuple[str, str], ...] = ()
    if shape.statuses:
        status = Choice("status", _("Status"), lambda: [(one.value, one.label) for one in shape.statuses], _with_status)
        filters = (*filters[:1], status, *filters[1:])
        quick = tuple(("status", one.value) for one in shape.statuses)
    return View(
        key=key,
        label=label,
        grid=shape.list_name,
        rows=_rows(shape.kind, mine=key == "mine"),
        columns=shape.columns,
        filters=filters,
        sort=shape.columns[0].key,
        counted=lambda n: str(shape.counted % {"n": n}),
        empty_title=_("Nothing here yet"),
        empty=shape.empty,
        icon=shape.icon,
        quick=quick,
    )


PLACES: dict[RecordKind, Place] = {
    kind: Place(
        shape.list_name,
        shape.many,
        (_view(shape, "all", _ALL[kind]), _view(shape, "mine", _MINE[kind])),
        _("Name, company, address, number"),
    )
    for kind, shape in KINDS.items()
}
