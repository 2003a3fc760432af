"""Saved views: kept under a name, renamed, shared, deleted, opened first; and the choice of columns (V2)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from odziv import discarding
from odziv.lib import clock
from odziv.models import ListChoice, SavedView
from odziv.web import access
from odziv.web.lists.asked import Asked, read, written
from odziv.web.toasts import undoable
from odziv.web.views.lists import opened, place_of


@require_POST
@access.signed_in
def new(request: access.SignedRequest, place: str) -> HttpResponse:
    """POST name, shared, query: keep the list of that address under a name, and open it. 422 with the form again."""
    asked = _asked(request, place)
    view = SavedView(organisation_id=request.user.organisation_id, owner=request.user, place=asked.place.name)
    return _kept(request, view, asked)


@require_POST
@access.signed_in
def change(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST name, shared: rename or share; POST query alone: keep the list as it is now."""
    view = access.saved_view(request.user, id)
    asked = _asked(request, view.place)
    if "name" in request.POST:
        return _kept(request, view, asked)
    view.query, view.updated_at = asked.bare, clock.now()
    view.save(update_fields=["query", "updated_at"])
    messages.success(request, _("The view “%(name)s” is as you see it now.") % {"name": view.name})
    return redirect(opened(asked.place, view))


@require_POST
@access.signed_in
def delete(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The view goes; its list stays where it is for whoever has its address. Can be undone."""
    view = access.saved_view(request.user, id)
    kept = discarding.discard([view], request.user, clock.now())
    undoable(request, _("The view “%(name)s” was deleted.") % {"name": view.name}, reverse("restore", args=[kept.pk]))
    return redirect(f"{place_of(view.place).url}?view={place_of(view.place).views[0].key}")


@require_POST
@access.signed_in
def start(request: access.SignedRequest, place: str) -> HttpResponse:
    """POST view or saved: the place opens with it from now on; with neither, as it does for everybody."""
    asked = _asked(request, place)
    wanted, view = request.POST.get("saved", ""), request.POST.get("view", "")
    saved = access.seen_view(request.user, wanted) if wanted else None
    known = view if not saved and any(one.key == view for one in asked.place.views) else ""
    ListChoice.objects.start_with(request.user, asked.place.name, known, saved)
    name = saved.name if saved else asked.place.view(known).label
    messages.success(request, _("“%(name)s” opens first from now on.") % {"name": name})
    return redirect(asked.address())


@require_POST
@access.signed_in
def columns(request: access.SignedRequest, place: str) -> HttpResponse:
    """POST query, columns (each one a value), reset: the columns of the view's table, in that order.

    An address that names its columns keeps on naming them; otherwise the choice is remembered for the user.
    """
    asked = _asked(request, place)
    known = asked.view.columns_named([] if "reset" in request.POST else request.POST.getlist("columns"))
    chosen = [column.key for column in known if not column.fixed]
    if "columns" in asked.query and chosen:
        return redirect(asked.address(columns=",".join(column.key for column in known)))
    ListChoice.objects.choose_columns(request.user, asked.place.name, asked.view.grid, chosen)
    return redirect(asked.address(columns=None))


def _asked(request: access.SignedRequest, place: str) -> Asked:
    """The list whose parameters came along as `query`."""
    found = place_of(place)
    kept = ListChoice.objects.of_person(request.user, found.name).columns
    return read(found, QueryDict(request.POST.get("query", "")[:2000]), request.user, clock.now(), kept)


def _kept(request: access.SignedRequest, view: SavedView, asked: Asked) -> HttpResponse:
    """Write name and sharing of a view, and of a new one what it shows."""
    is_new = view._state.adding
    name = request.POST.get("name", "").strip()[:80]
    shared = request.POST.get("shared") == "on"
    error = _wrong_name(request, view, name)
    if error:
        context = {"place": asked.place, "name": name, "shared": shared, "error": error, "query": asked.written}
        return render(request, "lists/name_form.html", context | {"view_id": None if is_new else view.pk}, status=422)
    if shared != view.shared and not request.user.leads:
        raise PermissionDenied
    view.name, view.shared, view.updated_at = name, shared, clock.now()
    if is_new:
        view.query = asked.bare
    view.save()
    messages.success(request, _("The view “%(name)s” was saved.") % {"name": name})
    if is_new:
        return HttpResponseClientRedirect(opened(asked.place, view))
    return HttpResponseClientRedirect(asked.place.url + written(asked.query | {"saved": str(view.pk)}))


def _wrong_name(request: access.SignedRequest, view: SavedView, name: str) -> str:
    if not name:
        return _("Give it a name, so that you find it in the list of views.")
    taken = SavedView.objects.named(view.owner, view.place, name).exclude(pk=view.pk)
    return _("You have a view of this name already.") if taken.exists() else ""
