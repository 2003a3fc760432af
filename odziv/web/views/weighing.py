"""How people and machines are told apart: the weights of evidence, what a change would do, and its history (J5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from odziv.lib import clock
from odziv.measure import weighing
from odziv.measure.weights import DEFAULTS, HUMAN_TO, MACHINE_FROM, in_force
from odziv.models import TeamNetwork, WeighingState, WeightChange
from odziv.models.team_networks import KEPT
from odziv.web import access
from odziv.web.forms.weighing import WeighingForm
from odziv.web.weights import examples, figure_rows, moved, signed, turns

HISTORY = 20


@access.administrators
def index(request: access.SignedRequest) -> HttpResponse:
    """GET the table; POST weight-… and days, or reset=1: look at what would change. 422 says what is wrong where."""
    points = in_force(request.user.organisation.weights)
    form = WeighingForm(points, request.POST if request.method == "POST" and "reset" not in request.POST else None)
    if request.method == "POST":
        if "reset" in request.POST:
            return _propose(request, {}, weighing.SPANS[1])
        if form.is_valid():
            return _propose(request, form.points, form.cleaned_data["days"])
    context = {
        "form": form,
        "machine_from": signed(MACHINE_FROM),
        "human_to": signed(HUMAN_TO),
        "networks": TeamNetwork.objects.for_(request.user).count(),
        "kept_days": KEPT.days,
        "is_default": points == DEFAULTS,
        "pending": WeightChange.objects.open_to(request.user).first(),
        "history": [(change, moved(change)) for change in WeightChange.objects.history(request.user)[:HISTORY]],
    }
    return render(request, "settings/weighing.html", context, status=422 if form.errors else 200)


def _propose(request: access.SignedRequest, points: dict[str, int], days: int) -> HttpResponse:
    try:
        change = weighing.propose(request.user, points, days, clock.now())
    except weighing.NothingNew:
        messages.info(request, _("Everything weighs so already; nothing would change."))
        return redirect("weighing")
    return redirect("weight-change", change.pk)


@access.administrators
@require_safe
def change(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """What would change, or has; how far it has come."""
    return render(request, "settings/weight_change.html", _shown(request, access.weight_change(request.user, id)))


@access.administrators
@require_safe
def now(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The progress, for htmx; when nothing is left to do, the page is to be loaded anew."""
    of = access.weight_change(request.user, id)
    response = render(request, "settings/weight_progress.html", {"change": of})
    if not of.is_worked_on:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@access.administrators
def decide(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST do=apply|drop."""
    of = access.weight_change(request.user, id)
    if request.POST.get("do") != "apply":
        weighing.drop(of, clock.now())
        messages.success(request, _("Nothing was changed."))
        return redirect("weighing")
    try:
        weighing.apply(of, request.user, clock.now())
    except weighing.Overtaken:
        told = _(
            "Not applied: the weights were changed meanwhile, or a change is still being applied. Look again first."
        )
        messages.error(request, told)
        return redirect("weighing")
    return redirect("weight-change", of.pk)


def _shown(request: access.SignedRequest, of: WeightChange) -> dict[str, Any]:
    looked = of.state != WeighingState.LOOKING
    return {
        "change": of,
        "moved": moved(of),
        "rows": figure_rows(of.found) if looked else [],
        "turns": turns(of.found) if looked else [],
        "examples": examples(request.user, of.found) if looked else [],
        "copies": of.found.get("copies", 0),
        "in_messages": of.found.get("messages", 0),
        "overtaken": of.state == WeighingState.LOOKED and of.before != request.user.organisation.weights,
    }
