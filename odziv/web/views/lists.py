"""What the pages of all lists share (V2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from odziv.lib import clock
from odziv.models import BulkRun, ListChoice, SavedView
from odziv.models.keyset import Slice
from odziv.web import access
from odziv.web.files import csv_file, dated
from odziv.web.lists import asked as lists
from odziv.web.lists.asked import Asked
from odziv.web.lists.bulk import offers
from odziv.web.lists.export import lines
from odziv.web.lists.places import PLACES
from odziv.web.lists.records import PLACES as RECORDS
from odziv.web.lists.shape import Place

MOST_SAVED = 200
UNDER_WAY = "bulk"  # in the session: the action on many rows that was left to the worker


@access.signed_in
@require_safe
def filters(request: access.SignedRequest, place: str) -> HttpResponse:
    """GET what the list's page gets: the fields of all its filters, for the panel."""
    asked = lists.read(place_of(place), request.GET, request.user, clock.now())
    return render(request, "lists/filters.html", {"asked": asked, "place": asked.place})


@access.signed_in
@require_safe
def export(request: access.SignedRequest, place: str) -> StreamingHttpResponse:
    """GET what the list's page gets, and all=1 for every field of its records: the whole list as a CSV (R5)."""
    found = place_of(place)
    asked = lists.read(found, request.GET, request.user, clock.now())
    everything = request.GET.get("all") == "1" and found in RECORDS.values()
    name = dated(f"{found.name}-{asked.view.key}", timezone.localdate())
    return csv_file(request.user, name, lines(asked, everything=everything))


def place_of(name: str) -> Place:
    """Raises Http404 when there is no such place."""
    if name not in PLACES:
        raise Http404
    return PLACES[name]


def begun(request: access.SignedRequest, place: Place, choice: ListChoice) -> HttpResponse | None:
    """Where somebody is led who asks for a place and nothing else: to the view that they want to see first."""
    if request.GET:
        return None
    if choice.start is not None and (choice.start.shared or choice.start.owner_id == request.user.pk):
        return redirect(opened(place, choice.start))
    return redirect(place.opened(choice.start_view)) if choice.start_view else None


def shown(request: access.SignedRequest, place: Place, choice: ListChoice) -> tuple[Asked, dict[str, Any]]:
    """What is asked for, and the context that every list's page needs of it."""
    asked = lists.read(place, request.GET, request.user, clock.now(), choice.columns)
    saved = list(SavedView.objects.seen_by(request.user).at(place.name)[:MOST_SAVED])
    context = {
        **_named(request, asked, saved, choice),
        "asked": asked,
        "place": place,
        "view": asked.view,
        "sort": asked.sort,
        "columns": asked.columns,
        "own_columns": bool(choice.columns.get(asked.view.grid)),
        "engagement": request.user.organisation.engagement,
        "offers": list(offers(asked.view, request.user)),
        "under_way": under_way(request),
    }
    return asked, context


def under_way(request: access.SignedRequest) -> BulkRun | None:
    """The run that the user left to the worker and has not looked at since it ended."""
    kept = request.session.get(UNDER_WAY, "")
    found = BulkRun.objects.of_person(request.user).filter(pk=kept).first() if kept else None
    if kept and found is None:
        del request.session[UNDER_WAY]
    return found


def of_page(asked: Asked, page: Slice[Any]) -> dict[str, Any]:
    """The context that every list's page needs of the page of rows."""
    newest = asked.view.counted(page.of_newest) if page.of_newest is not None else ""
    return {"page": page, "counted": lists.counted(page, asked.view.counted), "newest": newest}


def _named(request: access.SignedRequest, asked: Asked, saved: list[SavedView], choice: ListChoice) -> dict[str, Any]:
    """The saved views of the selector, and which one stands in the address: unchanged, changed, or gone."""
    wanted = asked.query.get("saved", "")
    present = next((one for one in saved if str(one.pk) == wanted), None)
    first = present.pk == choice.start_id if present else not wanted and asked.view.key == choice.start_view
    return {
        "saved_own": [(one, opened(asked.place, one)) for one in saved if one.owner_id == request.user.pk],
        "saved_shared": [(one, opened(asked.place, one)) for one in saved if one.owner_id != request.user.pk],
        "saved": present,
        "saved_address": opened(asked.place, present) if present else "",
        "place_views": [(one, asked.place.opened(one.key)) for one in asked.place.views],
        "saved_gone": bool(wanted) and present is None,
        "saved_changed": present is not None and asked.bare != present.query,
        "may_change": present is not None and present.changeable_by(request.user),
        "is_first": first,
    }


def opened(place: Place, saved: SavedView) -> str:
    """The address at which a saved view opens."""
    return f"{place.url}?{saved.query}&{urlencode({'saved': saved.pk})}"
