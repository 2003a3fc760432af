"""Sales > Activities: the phone calls and tasks (R3, V2)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from odziv.lib import clock
from odziv.models import Activity, ActivityKind, Record, User
from odziv.models.activities import ActivityQuerySet
from odziv.web.lists.filters import Choice, Days, Person, RecordOf
from odziv.web.lists.shape import Column, View, Words


def counted(n: int) -> str:
    return ngettext("%(n)d call or task", "%(n)d calls and tasks", n) % {"n": n}


_KINDS = (ActivityKind.PHONE_CALL, ActivityKind.TASK)
STATES: dict[str, Words] = {"open": _("Open"), "overdue": _("Overdue"), "done": _("Done")}


def _in_state(rows: ActivityQuerySet, state: str) -> ActivityQuerySet:
    if state == "overdue":
        return rows.overdue(clock.now())
    return rows.done() if state == "done" else rows.open()


def _of_owner(rows: ActivityQuerySet, person: User) -> ActivityQuerySet:
    return rows.of_owner(person)


def _of_kind(rows: ActivityQuerySet, kind: str) -> ActivityQuerySet:
    return rows.of_kind(kind)


def _regarding(rows: ActivityQuerySet, record: Record) -> ActivityQuerySet:
    return rows.regarding(record)


def _due(rows: ActivityQuerySet, since: datetime | None, until: datetime | None) -> ActivityQuerySet:
    return rows.due_between(since, until)


VIEWS = (
    View(
        "tasks",
        _("Calls and tasks"),
        "tasks",
        lambda user: Activity.objects.for_(user).calls_and_tasks(),
        (
            Column("subject", _("Subject"), "subject", fixed=True),
            Column("regarding", _("Regarding"), "regarding__name_key", nullable=True),
            Column("due", _("Due"), "due_at", nullable=True),
            Column("state", _("State"), "state"),
            Column("owner", _("Owner"), "owner__name"),
            Column("number", _("Phone number"), more=True),
        ),
        (
            Person("owner", _("Owner"), _of_owner),
            RecordOf("regarding", _("Regarding"), _regarding),
            Choice("state", _("State"), STATES.items, _in_state, plain=True),
            Choice("kind", _("Kind"), lambda: [(one.value, one.label) for one in _KINDS], _of_kind, plain=True),
            Days("due", _("Due"), _due, ahead=True),
        ),
        "due",
        counted,
        _("No phone calls and no tasks"),
        _("What is to be done for a customer stands here. The page of a record makes one with a click."),
        "square-check-big",
        (("state", "open"), ("state", "overdue"), ("state", "done"), ("owner", "me")),
        (("state", "open"),),
    ),
)
