"""The list of templates: its views, columns and filters (V4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from odziv.models import Template, User
from odziv.models.templates import TemplateQuerySet
from odziv.web.forms import choices
from odziv.web.lists.filters import LONGEST, Asker, Choice, Person, Query, Reading, said
from odziv.web.lists.shape import Column, Place, View, Words


def counted(n: int) -> str:
    return ngettext("%(n)d template", "%(n)d templates", n) % {"n": n}


@dataclass(frozen=True, slots=True)
class Present:
    """One of the values that templates have; a value that none has (any more) gives an empty list, and says so."""

    key: str
    label: Words
    values: Callable[[TemplateQuerySet], list[str]]
    words: Callable[[str], str]
    narrow: Callable[[TemplateQuerySet, str], TemplateQuerySet]
    engagement: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def read(self, query: Query, asker: Asker) -> Reading | None:
        value = query.get(self.key, "").strip()[:LONGEST]
        if not value:
            return None
        return Reading(said(self.label, self.words(value)), lambda rows: self.narrow(rows, value))

    def control(self, query: Query, asker: Asker) -> dict[str, Any]:
        present = self.values(Template.objects.visible_to(asker.user))
        options = [(value, self.words(value)) for value in present]
        return {"kind": "choice", "options": options, "value": query.get(self.key, "")}


def _whose(rows: TemplateQuerySet, value: str) -> TemplateQuerySet:
    return rows.of_the_organisation() if value == "all" else rows.personal()


def _recommended(rows: TemplateQuerySet, _value: str) -> TemplateQuerySet:
    return rows.marked()


_COLUMNS = (
    Column("title", _("Title"), "title_key", fixed=True),
    Column("language", _("Language"), "language"),
    Column("category", _("Category"), "category_key"),
    Column("sent", _("E-mails sent"), "sent", num=True, figure=True, first="down"),
    Column("opened", _("Open rate"), "open_rate", nullable=True, figure=True, first="down"),
    Column("replied", _("Reply rate"), "reply_rate", nullable=True, figure=True, first="down"),
    Column("purchases", _("Purchases"), "purchases", num=True, figure=True, first="down"),
    Column("recommended", _("Recommended"), "recommended", figure=True, first="down"),
    Column("owner", _("Owner"), "owner__name", more=True),
    Column("changed", _("Changed"), "updated_at", first="down", more=True),
)
_FILTERS = (
    Present("language", _("Language"), TemplateQuerySet.languages, choices.language_name, TemplateQuerySet.in_language),
    Present("category", _("Category"), TemplateQuerySet.categories, str, TemplateQuerySet.in_category),
    Choice("whose", _("For whom"), lambda: (("all", _("the organisation's")), ("one", _("personal"))), _whose),
    Person("owner", _("Owner"), TemplateQuerySet.owned_by),
    Choice(
        "recommended", _("Recommended"), lambda: (("yes", _("Recommended")),), _recommended, plain=True, engagement=True
    ),
)


def _view(key: str, label: Words, rows: Callable[[User], TemplateQuerySet], title: Words, text: Words) -> View:
    quick = (("whose", "all"), ("whose", "one"), ("recommended", "yes"))
    icon = "archive" if key == "archived" else "layout-template"
    return View(key, label, "templates", rows, _COLUMNS, _FILTERS, "title", counted, title, text, icon, quick)


PLACE = Place(
    "templates",
    _("Templates"),
    (
        _view(
            "all",
            _("All templates"),
            lambda user: Template.objects.visible_to(user).in_use(),
            _("No template yet"),
            _(
                "Write once what you write again and again: names and facts fill themselves in, and you see which "
                "template is opened and answered most."
            ),
        ),
        _view(
            "mine",
            _("My templates"),
            lambda user: Template.objects.for_(user).owned_by(user).in_use(),
            _("You have no template yet"),
            _("Write one, or copy one of the organisation's and make it your own."),
        ),
        _view(
            "archived",
            _("Archived templates"),
            lambda user: Template.objects.visible_to(user).archived(),
            _("Nothing is archived"),
            _("A template that is not used any more can be archived: it is offered no more, and keeps its figures."),
        ),
    ),
    _("Title, subject, category"),
)
