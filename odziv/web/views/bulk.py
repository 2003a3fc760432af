"""Actions on the rows that are chosen in a list: asked about, done, watched, taken back (V2)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from odziv.bulk import run as bulk
from odziv.lib import clock
from odziv.models import BulkRun, BulkStep, RunState
from odziv.web import access
from odziv.web.forms.bulk import FORMS
from odziv.web.lists.asked import Asked, read
from odziv.web.lists.bulk import REASONS, Offer, offer
from odziv.web.lists.places import PLACES
from odziv.web.sheets import sheet
from odziv.web.toasts import undoable
from odziv.web.views.lists import UNDER_WAY, place_of

_NOTHING = gettext_lazy("None of these rows is there any more. Look at the list anew.")
MOST_NAMED = 500  # rows that are named one by one; more are chosen by the filter
_LONGEST_QUERY = 8_000  # what is longer is refused, not cut: without its end a list may have more rows


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that are meant: those that were named, or all that the list at its address has."""

    keys: Sequence[UUID]
    all: bool
    wrong: str | Promise = ""

    @property
    def named(self) -> str:
        return ",".join(key.hex for key in self.keys) if not self.all else ""


@require_POST
@access.signed_in
def act(request: access.SignedRequest, place: str, action: str) -> HttpResponse:
    """POST ids (may repeat, or with commas) or all=1, and query (the list's address); go=1 does it.

    Without go, and with a form that is not complete, the dialog that asks; what needs no question is done at once when
    the rows are named. 422 when nothing can be done, with the reason.
    """
    now = clock.now()
    query = request.POST.get("query", "")
    asked = read(place_of(place), QueryDict(query if len(query) <= _LONGEST_QUERY else ""), request.user, now)
    wanted = offer(asked.view, request.user, action)
    if wanted is None:
        raise Http404
    chosen = _chosen(request, asked) if len(query) <= _LONGEST_QUERY else Chosen((), False, _NOTHING)
    if chosen.wrong:
        return _refusal(request, asked, wanted, chosen.wrong)
    sure = request.POST.get("go") == "1"
    form_class = FORMS.get(wanted.asks)
    form = form_class(request.user, now, request.POST if sure else None) if form_class else None
    if not sure and (wanted.asks or chosen.all):
        return _question(request, asked, wanted, chosen, form)
    if form is not None and not form.is_valid():
        return _question(request, asked, wanted, chosen, form, 422)
    begun = BulkRun(
        organisation=request.user.organisation, user=request.user, action=wanted.key, place=asked.place.name,
        view=asked.view.key, values=form.values if form else {},
    )  # fmt: skip
    try:
        bulk.start(begun, chosen.keys, now)
    except bulk.NothingThere:
        return _refusal(request, asked, wanted, _NOTHING)
    return _answer(request, begun, asked.address())


@access.signed_in
@require_safe
def show(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """How far a run is, and what became of it. A run that was left to the worker is found again here."""
    found = access.bulk_run(request.user, id)
    if not found.is_busy and request.session.get(UNDER_WAY) == str(id):
        del request.session[UNDER_WAY]
    answer = sheet(request, "bulk/run.html", _context(found))
    if request.htmx and not found.is_busy:
        answer.headers["HX-Trigger"] = "bulk-done"
    return answer


@require_POST
@access.signed_in
def undo(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST: as it was before (204, and the next page says what could not be); 409 when that is no longer possible."""
    found = access.bulk_run(request.user, id)
    try:
        bulk.undo(found, clock.now())
    except bulk.NoWayBack:
        if "page" in request.POST:
            messages.error(request, _("It could not be undone any more."))
            return redirect("bulk", id)
        return HttpResponse(status=409)
    if found.is_busy:
        request.session[UNDER_WAY] = str(id)
    elif stayed := _stayed(found):
        count = sum(one["count"] for one in stayed)
        texts = "; ".join(f"{one['reason']}: {one['count']}" for one in stayed)
        messages.warning(
            request, _("Undone, but for %(count)d: %(reasons)s") % {"count": count, "reasons": texts}
        )  # fmt: skip
    elif "page" not in request.POST:
        messages.success(request, _("Undone."))
    return redirect("bulk", id) if "page" in request.POST else HttpResponse(status=204)


def _chosen(request: access.SignedRequest, asked: Asked) -> Chosen:
    if request.POST.get("all") == "1":
        keys = list(asked.rows().order_by("pk").values_list("pk", flat=True)[: bulk.MOST + 1])
        wrong: str | Promise = ""
        if len(keys) > bulk.MOST:
            wrong = _("More than %(most)d rows match. Set a filter, and do it in portions.") % {"most": bulk.MOST}
        elif not keys:
            wrong = _NOTHING
        return Chosen(keys, True, wrong)
    given = request.POST.getlist("ids")
    if len(given) > MOST_NAMED or sum(map(len, given)) > MOST_NAMED * 40:
        return Chosen((), False, _("So many rows cannot be named one by one. Select all that match instead."))
    try:
        keys = list(dict.fromkeys(UUID(text) for one in given for text in one.split(",") if text))
    except ValueError:
        return Chosen((), False, _NOTHING)
    return Chosen(keys, False, "" if keys else _("Select some rows first."))


def _question(
    request: access.SignedRequest, asked: Asked, wanted: Offer, chosen: Chosen, form: Any, status: int = 200
) -> HttpResponse:
    context = {
        "asked": asked, "offer": wanted, "chosen": chosen, "form": form, "title": wanted.label,
        "counted": asked.view.counted(len(chosen.keys)), "back": asked.address(),
    }  # fmt: skip
    return sheet(request, "bulk/ask.html", context, status)


def _refusal(request: access.SignedRequest, asked: Asked, wanted: Offer, wrong: str | Promise) -> HttpResponse:
    context = {"title": wanted.label, "wrong": wrong, "back": asked.address()}
    return sheet(request, "bulk/refused.html", context, 422)


def _answer(request: access.SignedRequest, run: BulkRun, back: str) -> HttpResponse:
    """A toast with a way back when all went well; else, and while it goes on, the page of the run."""
    context = _context(run)
    if run.is_busy:
        request.session[UNDER_WAY] = str(run.pk)
    if run.is_busy or context["stayed"]:
        if not request.htmx:
            return redirect("bulk", run.pk)
        answer = sheet(request, "bulk/run.html", context)
        if not run.is_busy:
            answer.headers["HX-Trigger"] = "bulk-done"
        return answer
    way_back = reverse("bulk-undo", args=[run.pk]) if context["can_undo"] else ""
    if request.htmx:
        toast = {"text": context["said"], "undo": way_back}
        return HttpResponse(headers={"HX-Trigger": json.dumps({"toast": toast, "bulk-done": {"close": True}})})
    if way_back:
        undoable(request, context["said"], way_back)
    else:
        messages.success(request, context["said"])
    return redirect(back)


def _context(run: BulkRun) -> dict[str, Any]:
    place = PLACES[run.place]
    view = place.view(run.view)
    wanted = offer(view, run.user, run.action)
    sums = BulkStep.objects.of_run(run).sums()
    through = BulkStep.objects.through(run) if run.is_busy else 0
    title = str(wanted.label) if wanted else _("Action on many rows")
    done = wanted.done if wanted else title
    return {
        "run": run,
        "title": title,
        "through": through,
        "of_all": view.counted(run.total),
        "said": f"{done}: {view.counted(sums['changed'])}",
        "restored": view.counted(sums["restored"]),
        "is_undone": run.state == RunState.UNDONE,
        "is_undoing": run.state == RunState.UNDOING,
        "has_failed": run.state == RunState.FAILED,
        "stayed": [] if run.is_busy else _stayed(run),
        "can_undo": sums["changed"] > 0 and bulk.can_be_undone(run, clock.now()),
        "back": place.opened(view.key),
    }


def _stayed(run: BulkRun) -> list[dict[str, Any]]:
    """The rows that stayed as they were, by reason: how many, and the names of the first."""
    return [
        {"reason": REASONS[code], "count": count, "named": named, "more": count - len(named)}
        for code, (count, named) in bulk.refused(run).items()
    ]
