"""A list as a CSV file: its rows with the filter, search, order and columns that its page has (R5).

Numbers, dates and the separator are as spreadsheets of the user's language want them; see docs/decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from odziv.lib import clock, spreadsheet
from odziv.models import Activity, ActivityState, FollowEmail, Message, Record, RecordKind, Template
from odziv.models.keyset import page_of
from odziv.records import exporting
from odziv.web.forms import choices
from odziv.web.lists import tasks
from odziv.web.lists.asked import Asked
from odziv.web.lists.shape import Column, Place, View
from odziv.web.template_words import percent, rates_of

SIZE = 500
Cell = Callable[[Any], str]


def separator() -> str:
    """What spreadsheets in the active language take for the end of a cell: the comma belongs to Slovenian numbers."""
    return ";" if get_language() == "sl" else ","


def lines(asked: Asked, *, everything: bool = False) -> Iterator[str]:
    """The file in pieces: the head, then page after page of the list. `everything`: all fields of records."""
    head, cells, rows = _everything(asked) if everything else _shown(asked)
    yield spreadsheet.BOM + spreadsheet.lines([head], separator())
    cursor = ""
    while True:
        page = page_of(rows, asked.order, cursor, SIZE)
        yield spreadsheet.lines([cells(row) for row in page.rows], separator())
        if not (cursor := page.older):
            return


def _everything(asked: Asked) -> tuple[list[str], Callable[[Any], list[str]], Any]:
    kind = next(kind for kind in RecordKind if asked.place.name == _place(kind))
    return exporting.heads(kind), exporting.cells, asked.rows().with_people().with_addresses()


def _shown(asked: Asked) -> tuple[list[str], Callable[[Any], list[str]], Any]:
    head: list[str] = []
    cells: list[Cell] = []
    known = _CELLS[_sort(asked)]
    for column in asked.columns:
        cell = known[column.key]
        if column.figure and not asked.asker.user.organisation.engagement:
            cell = _nothing  # O3
        head.append(str(column.label))
        cells.append(cell)
        if column.key == "amount":
            head.append(_("Currency"))
            cells.append(lambda row: row.currency)
    rows = asked.rows()
    rows = rows.with_people().with_addresses() if _sort(asked) == "records" else rows.in_list()
    return head, lambda row: [cell(row) for cell in cells], rows


def _sort(asked: Asked) -> str:
    return sort_of(asked.place, asked.view)


def sort_of(place: Place, view: View) -> str:
    """Of what sort the rows of a list are: records, messages, tasks, templates."""
    if place.name == "activities":
        return "tasks" if view.grid == "tasks" else "messages"
    return "templates" if place.name == "templates" else "records"


def _place(kind: RecordKind) -> str:
    return "opportunities" if kind == RecordKind.OPPORTUNITY else f"{kind}s"


def _moment(at: datetime | None) -> str:
    """As every spreadsheet reads it, on the user's clock."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _nothing(_row: Any) -> str:
    return ""


def _name_of(row: Any) -> str:
    return row.name if row else ""


def _country(record: Record) -> str:
    return next((choices.country_name(row.country) for row in record.addresses.all() if row.country), "")


def _amount(record: Record) -> str:
    return "" if record.amount is None else number_format(record.amount, 2, force_grouping=False)


def _figure(name: str) -> Callable[[Message], str]:
    return lambda message: str(getattr(message, name)) if message.is_followed else ""


def _rate(name: str) -> Callable[[Template], str]:
    """As the page shows it: the likeliest rate; nothing of a template of which nothing is known."""
    return lambda template: f"{percent(rate.rate)} %" if (rate := rates_of(template).get(name)) else ""


def _task_state(activity: Activity) -> str:
    late = activity.state == ActivityState.OPEN and activity.due_at is not None and activity.due_at < clock.now()
    return str(tasks.STATES["overdue" if late else activity.state])


_RECORDS: dict[str, Cell] = {
    "name": lambda row: row.name,
    "owner": lambda row: row.owner.name,
    "changed": lambda row: _moment(row.updated_at),
    "created": lambda row: _moment(row.created_at),
    "account": lambda row: _name_of(row.account),
    "contact": lambda row: _name_of(row.primary_contact),
    "company": lambda row: row.company,
    "industry": lambda row: row.industry,
    "job": lambda row: row.job_title,
    "email": lambda row: row.main_email,
    "phone": lambda row: row.main_phone,
    "language": lambda row: choices.language_name(row.language) if row.language else "",
    "country": _country,
    "follow": lambda row: str(FollowEmail(row.follow_email).label) if row.has_preference else "",
    "amount": _amount,
    "close": lambda row: row.estimated_close.isoformat() if row.estimated_close else "",
    "status": lambda row: str(row.get_status_display()),
}
_MESSAGES: dict[str, Cell] = {
    "subject": lambda row: row.subject,
    "regarding": lambda row: _name_of(row.activity.regarding),
    "recipients": lambda row: row.recipients,
    "sent": lambda row: _moment(row.at),
    "saved": lambda row: _moment(row.at),
    "leaves": lambda row: _moment(row.send_at),
    "owner": lambda row: row.owner.name,
    "state": lambda row: str(row.get_state_display()),
    "opens": _figure("opens"),
    "opened": lambda row: _moment(row.last_opened_at) if row.is_followed else "",
    "views": _figure("attachment_views"),
    "clicks": _figure("link_clicks"),
    "replies": _figure("replies"),
}
_TASKS: dict[str, Cell] = {
    "subject": lambda row: row.subject,
    "regarding": lambda row: _name_of(row.regarding),
    "due": lambda row: _moment(row.due_at),
    "state": _task_state,
    "owner": lambda row: row.owner.name,
    "number": lambda row: row.phone_number,
}
_TEMPLATES: dict[str, Cell] = {
    "title": lambda row: row.title,
    "language": lambda row: choices.language_name(row.language) if row.language else "",
    "category": lambda row: row.category,
    "sent": lambda row: str(row.sent),
    "opened": _rate("opened"),
    "replied": _rate("replied"),
    "purchases": lambda row: str(row.purchases),
    "recommended": lambda row: _("Recommended") if row.recommended else "",
    "owner": lambda row: row.owner.name,
    "changed": lambda row: _moment(row.updated_at),
}
_CELLS: dict[str, dict[str, Cell]] = {
    "records": _RECORDS,
    "messages": _MESSAGES,
    "tasks": _TASKS,
    "templates": _TEMPLATES,
}


def unknown_columns(columns: Sequence[Column], sort: str) -> set[str]:
    """Columns that a list has and its file would not; for the test that there are none."""
    return {column.key for column in columns} - _CELLS[sort].keys()
