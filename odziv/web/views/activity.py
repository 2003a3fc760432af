"""Phone calls and tasks: made from a record with one click, done with one more (R3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from odziv.compose import plaintext
from odziv.lib import clock
from odziv.models import Activity, ActivityKind, ActivityState, Record
from odziv.web import access
from odziv.web.forms.activity import ActivityForm
from odziv.web.message_page import newest_lines
from odziv.web.tiles import ICONS

PEEKED = 900  # characters of the content
PEEKED_LINES = 5


@access.signed_in
def new(request: access.SignedRequest, kind: str) -> HttpResponse:
    """GET regarding: a form filled in as far as one can; 404 for a foreign record."""
    regarding = request.GET.get("regarding", "")
    record = access.record(request.user, regarding) if regarding else None
    activity = _blank(request, ActivityKind(kind), record)
    if request.method == "POST":
        form = ActivityForm(request.user, request.POST, instance=activity)
        if form.is_valid():
            return _done(form.saved(clock.now()), request)
    else:
        form = ActivityForm(request.user, instance=activity)
    return _form_page(request, form, record)


@access.signed_in
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """A phone call or task, to be read, changed and marked as done. An e-mail is led to its own page."""
    found = access.activity(request.user, id)
    if found.kind == ActivityKind.EMAIL:
        return redirect("message", id)
    activity = access.call_or_task(request.user, id)
    regarding = activity.regarding
    form = ActivityForm(request.user, request.POST or None, instance=activity)
    if request.method == "POST" and form.is_valid():
        return _done(form.saved(clock.now()), request)
    return _form_page(request, form, regarding)


@access.signed_in
def peek(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """What a tile opens in place: the content, and of an e-mail the newest of what happened to it (V1)."""
    found = access.activity(request.user, id)
    if found.kind != ActivityKind.EMAIL:
        context: dict[str, Any] = {"text": found.description, "lines": [], "url": reverse("activity", args=[id])}
    else:
        message = access.message(request.user, id)
        context = {
            "text": message.text or plaintext.from_html(message.html),
            "lines": newest_lines(message, PEEKED_LINES),
            "url": message.get_absolute_url(),
        }
    context["is_cut"] = len(context["text"]) > PEEKED
    context["text"] = context["text"][:PEEKED].rstrip()
    return render(request, "records/peek.html", context)


@require_POST
@access.signed_in
def delete(request: access.SignedRequest, id: UUID) -> HttpResponse:
    activity = access.call_or_task(request.user, id)
    regarding = activity.regarding
    activity.delete()
    messages.success(request, _("%(name)s was deleted.") % {"name": activity.subject})
    return redirect(regarding) if regarding else redirect("home")


def _blank(request: access.SignedRequest, kind: ActivityKind, record: Record | None) -> Activity:
    activity = Activity(organisation=request.user.organisation, owner=request.user, kind=kind, regarding=record)
    if kind == ActivityKind.PHONE_CALL and record is not None:
        person = record.primary_contact or record
        activity.subject = _("Call %(name)s") % {"name": person.name}
        activity.phone_number = person.main_phone
        activity.due_at = clock.now()
    return activity


def _form_page(request: access.SignedRequest, form: ActivityForm, record: Record | None) -> HttpResponse:
    activity = form.instance
    context = {
        "form": form,
        "activity": activity,
        "is_new": activity._state.adding,
        "is_call": activity.kind == ActivityKind.PHONE_CALL,
        "icon_name": ICONS[ActivityKind(activity.kind)],
        "record": record,
    }
    return render(request, "records/activity.html", context, status=422 if form.is_bound and form.errors else 200)


def _done(activity: Activity, request: access.SignedRequest) -> HttpResponse:
    messages.success(request, _("Done.") if activity.state == ActivityState.DONE else _("Saved."))
    return redirect(activity.regarding) if activity.regarding else redirect("activity", activity.pk)
