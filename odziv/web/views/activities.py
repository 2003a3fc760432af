"""The lists of e-mails: which ones, sorted by any column, page by page (V2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from odziv.models import Message, MessageState, User
from odziv.models.keyset import Order, page_of
from odziv.models.messages import MessageQuerySet
from odziv.web import access, live

LONGEST_QUERY = 200
SIZE = 50
MOST_COUNTED = 1_000  # more are not counted to the last one: a person needs no exact number there


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in ?sort=, its head, the path it sorts by, and whether it is one of the figures (O3)."""

    key: str
    label: str | Promise
    path: str
    nullable: bool = False
    num: bool = False
    figure: bool = False

    @property
    def first(self) -> str:
        return "down" if self.figure or self.path == "at" else "up"


SUBJECT = Column("subject", gettext_lazy("Subject"), "subject")
REGARDING = Column("regarding", gettext_lazy("Regarding"), "activity__regarding__name_key", nullable=True)
RECIPIENTS = Column("recipients", gettext_lazy("Recipients"), "recipients")
SENT = Column("sent", gettext_lazy("Sent"), "at")
SAVED = Column("saved", gettext_lazy("Last saved"), "at")
FIGURES = (
    Column("opens", gettext_lazy("Opens"), "opens", num=True, figure=True),
    Column("opened", gettext_lazy("Last opened"), "last_opened_at", nullable=True, figure=True),
    Column("views", gettext_lazy("Attachment views"), "attachment_views", num=True, figure=True),
    Column("clicks", gettext_lazy("Link clicks"), "link_clicks", num=True, figure=True),
    Column("replies", gettext_lazy("Replies"), "replies", num=True, figure=True),
)


@dataclass(frozen=True, slots=True)
class View:
    """A choice of the view selector, what its list shows, and what it says when that is nothing."""

    key: str
    label: str | Promise
    columns: tuple[Column, ...]
    empty_title: str | Promise
    empty: str | Promise
    icon: str = "mail"

    @property
    def order(self) -> str:
        return "-saved" if SAVED in self.columns else "-sent"

    def rows(self, user: User) -> MessageQuerySet:
        visible = Message.objects.visible_to(user)
        chosen = {
            "followed": visible.followed(),
            "mine": visible.followed().of_owner(user),
            "drafts": visible.drafts(),
        }
        return chosen.get(self.key, visible.written())


_SENT_COLUMNS = (SUBJECT, REGARDING, RECIPIENTS, SENT, *FIGURES)
VIEWS = (
    View(
        "all",
        gettext_lazy("All e-mails"),
        _SENT_COLUMNS,
        gettext_lazy("No e-mail yet"),
        gettext_lazy("Write the first one: you will see here when it is opened and what is clicked."),
    ),
    View(
        "followed",
        gettext_lazy("All followed e-mails"),
        _SENT_COLUMNS,
        gettext_lazy("No followed e-mail yet"),
        gettext_lazy("An e-mail is followed when it is sent with Follow and every recipient allows it."),
        "eye",
    ),
    View(
        "mine",
        gettext_lazy("My followed e-mails"),
        _SENT_COLUMNS,
        gettext_lazy("You have not sent a followed e-mail yet"),
        gettext_lazy("Write to a customer with Follow on; opens, clicks and views gather here."),
        "eye",
    ),
    View(
        "drafts",
        gettext_lazy("Drafts"),
        (SUBJECT, REGARDING, RECIPIENTS, SAVED),
        gettext_lazy("No drafts"),
        gettext_lazy("What you write is kept here until you send or discard it. Only you see your drafts."),
        "file-pen-line",
    ),
)

FILTERS: dict[str, str | Promise] = {
    "opened": gettext_lazy("Opened"),
    "not-opened": gettext_lazy("Not yet opened"),
    "clicked": gettext_lazy("Clicked"),
}


@access.signed_in
@require_safe
def index(request: access.SignedRequest) -> HttpResponse:
    """GET view=all|followed|mine|drafts, q, only=opened|not-opened|clicked, sort, cursor: a list of e-mails."""
    view = next((view for view in VIEWS if view.key == request.GET.get("view")), VIEWS[0])
    words = request.GET.get("q", "")[:LONGEST_QUERY].strip()
    only = request.GET.get("only", "")
    only = only if only in FILTERS and view.key != "drafts" else ""
    sort, order = _order(view, request.GET.get("sort", ""))
    rows = _filtered(view.rows(request.user), words, only)
    page = page_of(rows.with_row(), order, request.GET.get("cursor", ""), SIZE)
    context = {
        "view": view,
        "views": VIEWS,
        "search_words": words,
        "only": only,
        "filters": FILTERS.items() if view.key != "drafts" else (),
        "sort": sort,
        "page": page,
        "counted": _counted(rows),
        "is_filtered": bool(words or only),
        "live_url": _live_url("activities-live", page.rows),
        "rows_url": _live_url("activities-rows", page.rows, view=view.key),
    }
    return render(request, "activities/list.html", context | _shared(request, view, page.rows))


@access.signed_in
@require_safe
def rows(request: access.SignedRequest) -> HttpResponse:
    """GET ids, view: the same rows in the same order with their figures of now. Nothing jumps while one looks."""
    view = next((view for view in VIEWS if view.key == request.GET.get("view")), VIEWS[0])
    wanted = _ids(request.GET.get("ids", ""))
    found = Message.objects.visible_to(request.user).filter(pk__in=wanted).with_row().in_bulk()
    if len(found) != len(wanted):
        raise Http404
    shown = [found[id] for id in wanted]
    context = {"live_url": _live_url("activities-live", shown), "rows_url": request.get_full_path()}
    return render(request, "activities/rows.html", context | _shared(request, view, shown))


async def live_events(request: HttpRequest) -> HttpResponseBase:
    """GET ids: server-sent events for the rows of a list."""
    return await live.messages(request, _ids(request.GET.get("ids", "")))


def _shared(request: access.SignedRequest, view: View, messages: Sequence[Message]) -> dict[str, Any]:
    # O3: with engagement off the columns of the figures stay, and are empty.
    return {"view": view, "emails": messages, "engagement": request.user.organisation.engagement}


def _order(view: View, wanted: str) -> tuple[str, Order]:
    """The sort in force and what it means; newest first when the wanted one does not exist."""
    for sort in (wanted, view.order):
        for column in view.columns:
            if column.key == sort.removeprefix("-"):
                return sort, Order(column.path, sort.startswith("-"), column.nullable)
    raise AssertionError("every view has the column that it is sorted by")


def _filtered(rows: MessageQuerySet, words: str, only: str) -> MessageQuerySet:
    rows = rows.matching(words)
    if only == "opened":
        return rows.opened()
    if only == "not-opened":
        return rows.not_opened()
    return rows.clicked() if only == "clicked" else rows


def _counted(rows: MessageQuerySet) -> str:
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    if count > MOST_COUNTED:
        return _("more than %(n)d e-mails") % {"n": MOST_COUNTED}
    return ngettext("%(n)d e-mail", "%(n)d e-mails", count) % {"n": count}


def _live_url(name: str, messages: Sequence[Message], **more: str) -> str:
    """For the rows that can still change; empty when there are none."""
    ids = ",".join(message.pk.hex for message in messages if message.state != MessageState.DRAFT)
    query = "".join(f"&{key}={value}" for key, value in more.items())
    return f"{reverse(name)}?ids={ids}{query}" if ids else ""


def _ids(text: str) -> list[UUID]:
    """Raises Http404 for what is not a list of identifiers."""
    try:
        return [UUID(part) for part in text.split(",")][: live.MOST_WATCHED]
    except ValueError:
        raise Http404 from None
