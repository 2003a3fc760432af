"""What the pages of all lists share (V2)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from odziv.lib import clock
from odziv.models.keyset import Slice
from odziv.web import access
from odziv.web.lists import asked as lists
from odziv.web.lists.asked import Asked
from odziv.web.lists.places import PLACES
from odziv.web.lists.shape import Place


@access.signed_in
@require_safe
def filters(request: access.SignedRequest, place: str) -> HttpResponse:
    """GET what the list's page gets: the fields of all its filters, for the panel."""
    asked = lists.read(place_of(place), request.GET, request.user, clock.now())
    return render(request, "lists/filters.html", {"asked": asked, "place": asked.place})


def place_of(name: str) -> Place:
    """Raises Http404 when there is no such place."""
    if name not in PLACES:
        raise Http404
    return PLACES[name]


def shown(request: access.SignedRequest, place: Place) -> tuple[Asked, dict[str, Any]]:
    """What is asked for, and the context that every list's page needs of it."""
    asked = lists.read(place, request.GET, request.user, clock.now())
    context = {
        "asked": asked,
        "place": place,
        "view": asked.view,
        "sort": asked.sort,
        "columns": asked.columns,
        "engagement": request.user.organisation.engagement,
    }
    return asked, context


def of_page(asked: Asked, page: Slice[Any]) -> dict[str, Any]:
    """The context that every list's page needs of the page of rows."""
    return {"page": page, "counted": lists.counted(page, asked.view.counted)}
