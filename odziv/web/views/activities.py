"""Sales > Activities: e-mails, and the phone calls and tasks; sorted by any column, page by page (V2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from odziv.lib import clock
from odziv.models import ActivityKind, ListChoice, Message, MessageState
from odziv.models.keyset import page_of
from odziv.web import access, live
from odziv.web.lists.asked import Asked, read, written
from odziv.web.lists.places import ACTIVITIES
from odziv.web.tiles import ICONS, state_of_task
from odziv.web.views.lists import begun, of_page, shown

SIZE = 50


@access.signed_in
@require_safe
def index(request: access.SignedRequest) -> HttpResponse:
    """GET view, q, the view's filters, sort, columns, saved, cursor: a list of e-mails, or of phone calls and tasks.

    GET whole=1: all that match are sorted, also where the newest alone would be.
    """
    choice = ListChoice.objects.of_person(request.user, ACTIVITIES.name)
    if elsewhere := begun(request, ACTIVITIES, choice):
        return elsewhere
    asked, context = shown(request, ACTIVITIES, choice)
    cursor, whole = request.GET.get("cursor", ""), "whole" in asked.query
    page = page_of(asked.rows().in_list(), asked.order, cursor, SIZE, bounded=not whole)
    context |= of_page(asked, page)
    if asked.view.grid == "tasks":
        now = clock.now()
        context["tasks"] = [(row, state_of_task(row, now), ICONS[ActivityKind(row.kind)]) for row in page.rows]
        return render(request, "activities/tasks.html", context)
    return render(request, "activities/list.html", context | _rows_of(asked, page.rows))


@access.signed_in
@require_safe
def rows(request: access.SignedRequest) -> HttpResponse:
    """GET ids, view, columns: the same rows in the same order with their figures of now. Nothing jumps."""
    asked = read(ACTIVITIES, request.GET, request.user, clock.now())
    wanted = live.ids(request.GET.get("ids", ""))
    found = Message.objects.visible_to(request.user).filter(pk__in=wanted).in_list().in_bulk()
    if len(found) != len(wanted):
        raise Http404
    context = {
        "view": asked.view,
        "columns": asked.columns,
        "engagement": request.user.organisation.engagement,
        **_rows_of(asked, [found[id] for id in wanted]),
    }
    return render(request, "activities/rows.html", context)


async def live_events(request: HttpRequest) -> HttpResponseBase:
    """GET ids: server-sent events for the rows of a list."""
    return await live.messages(request, live.ids(request.GET.get("ids", "")))


def _rows_of(asked: Asked, messages: Sequence[Message]) -> dict[str, Any]:
    """The rows, and where their live part comes from; nothing of that when none of them can still change."""
    ids = ",".join(message.pk.hex for message in messages)
    is_live = any(message.state != MessageState.DRAFT for message in messages)
    again = written({"view": asked.view.key, "columns": ",".join(column.key for column in asked.columns)})
    return {
        "emails": messages,
        "live_url": f"{reverse('activities-live')}?ids={ids}" if is_live else "",
        "rows_url": f"{reverse('activities-rows')}{again}&ids={ids}" if is_live else "",
    }
