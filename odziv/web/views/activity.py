"""Phone calls and tasks: made from a record with one click, done with one more (R3)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from odziv import discarding
from odziv.compose import plaintext
from odziv.lib import clock
from odziv.models import Activity, ActivityKind, ActivityState, Record
from odziv.records import todo
from odziv.web import access, live
from odziv.web.forms.activity import ActivityForm
from odziv.web.forms.differences import THEIRS, Difference, decided, differences, marks
from odziv.web.message_page import newest_lines, why_unfollowed
from odziv.web.tiles import ICONS, state_of_task, tile_of, tiles_of
from odziv.web.toasts import undoable

PEEKED = 900  # characters of the content
PEEKED_LINES = 5


@access.signed_in
def new(request: access.SignedRequest, kind: str) -> HttpResponse:
    """GET regarding: a form filled in as far as one can; 404 for a foreign record."""
    regarding = request.GET.get("regarding", "")
    record = access.record(request.user, regarding) if regarding else None
    activity = _blank(request, ActivityKind(kind), record)
    if request.method != "POST":
        return _form_page(request, ActivityForm(request.user, instance=activity), record)
    form = ActivityForm(request.user, request.POST, instance=activity)
    if request.POST.get("more") or not form.is_valid():
        return _form_page(request, form, record)
    return _done(form.written(clock.now()), request)


@access.signed_in
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """A phone call or task, to be read, changed and marked as done. An e-mail is led to its own page.

    When somebody else saved it meanwhile, both states show and the user decides, field by field.
    """
    found = access.activity(request.user, id)
    if found.kind == ActivityKind.EMAIL:
        return redirect("message", id)
    activity = access.call_or_task(request.user, id)
    regarding = activity.regarding
    if request.method != "POST":
        return _form_page(request, ActivityForm(request.user, instance=activity), regarding)
    form = ActivityForm(request.user, request.POST, instance=activity)
    if request.POST.get("more") or not form.is_valid():
        return _form_page(request, form, regarding)
    stored = access.call_or_task(request.user, id)
    taken = decided(request.POST, form.fields)
    for name in (name for name, take in taken.items() if take == THEIRS):
        form.cleaned_data[name] = form.value_of(stored, name)
        if name != "done":
            setattr(form.instance, name, form.cleaned_data[name])
    try:
        return _done(form.written(clock.now()), request)
    except todo.StaleActivity:
        return _collision(request, id, form)


@access.signed_in
@require_safe
def peek(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET part=content|history: what a tile opens in place, the text, or the newest of what happened to it (V1)."""
    found = access.activity(request.user, id)
    context: dict[str, Any] = {"activity": found, "url": reverse("activity", args=[id])}
    if found.kind == ActivityKind.EMAIL:
        message = access.message(request.user, id)
        context["url"] = reverse("compose", args=[id]) if message.state == "draft" else message.get_absolute_url()
        if request.GET.get("part") == "history":
            context |= {"lines": newest_lines(message, PEEKED_LINES), "why": why_unfollowed(message)}
            return render(request, "records/peek_history.html", context)
    text = found.description if found.kind != ActivityKind.EMAIL else message.text or plaintext.from_html(message.html)
    context |= {"is_cut": len(text) > PEEKED, "text": text[:PEEKED].rstrip()}
    return render(request, "records/peek.html", context)


@access.signed_in
@require_safe
def states(request: access.SignedRequest) -> HttpResponse:
    """GET ids: the states of these e-mails as they are now, each to be put into its tile. 404 for a foreign one."""
    wanted = live.ids(request.GET.get("ids", ""))
    rows = Activity.objects.visible_to(request.user).with_tile().in_bulk(wanted)
    if len(rows) != len(set(wanted)):
        raise Http404
    return render(request, "records/states.html", {"tiles": tiles_of(rows.values(), clock.now())})


@require_POST
@access.signed_in
def turn(request: access.SignedRequest, id: UUID, done: bool) -> HttpResponse:
    """POST on (the record on whose page it shows): done, or still to be done; the tile again, with a way back.

    POST undo=1: 204, for the toast. 409 when it was so already.
    """
    activity = access.call_or_task(request.user, id)
    on = request.POST.get("on", "")
    record = access.record(request.user, on) if on else None
    turned = todo.complete(activity, clock.now()) if done else todo.reopen(activity)
    if request.GET.get("undo"):
        return HttpResponse(status=204 if turned else 409)
    words = _("Done: %(name)s") if done else _("Open again: %(name)s")
    text = words % {"name": activity.subject}
    back = f"{reverse('activity-reopen' if done else 'activity-done', args=[id])}?undo=1"
    if not request.htmx:
        undoable(request, text, back)
        return redirect(record or activity.regarding or reverse("activity", args=[id]))
    response = render(request, "records/tile.html", {"tile": tile_of(activity, clock.now()), "record": record})
    response.headers["HX-Trigger"] = json.dumps({"toast": {"text": text, "undo": back}})
    return response


@require_POST
@access.signed_in
def delete(request: access.SignedRequest, id: UUID) -> HttpResponse:
    activity = access.call_or_task(request.user, id)
    regarding = activity.regarding
    said = _("%(name)s was deleted.") % {"name": activity.subject}
    undoable(request, said, reverse("restore", args=[discarding.discard([activity], request.user, clock.now()).pk]))
    return redirect(regarding) if regarding else redirect("home")


def _blank(request: access.SignedRequest, kind: ActivityKind, record: Record | None) -> Activity:
    activity = Activity(organisation=request.user.organisation, owner=request.user, kind=kind, regarding=record)
    if kind == ActivityKind.PHONE_CALL and record is not None:
        person = record.primary_contact or record
        activity.subject = _("Call %(name)s") % {"name": person.name}
        behind = record.account.main_phone if record.account else ""
        activity.phone_number = person.main_phone or behind
        activity.due_at = clock.now()
    return activity


def _form_page(
    request: access.SignedRequest, form: ActivityForm, record: Record | None, decide: Sequence[Difference] = ()
) -> HttpResponse:
    activity = form.instance
    is_new = activity._state.adding
    # As it is stored, whatever was typed.
    stored = activity if is_new else access.call_or_task(request.user, activity.pk)
    seen = request.POST.get("was", "")
    if not is_new and request.method != "POST":
        seen = marks(form.values(partial(form.value_of, stored)))
    context = {
        "form": form,
        "activity": stored,
        "state": state_of_task(stored, clock.now()),
        "is_new": is_new,
        "is_call": activity.kind == ActivityKind.PHONE_CALL,
        "icon_name": ICONS[ActivityKind(activity.kind)],
        "numbers": form.numbers(),
        "record": record,
        "decide": decide,
        "undecided": {one.name for one in decide},
        "was": seen,
        "more": request.POST.get("more", ""),
    }
    wrong = form.is_bound and not context["more"] and (form.errors or decide)
    return render(request, "records/activity.html", context, status=422 if wrong else 200)


def _collision(request: access.SignedRequest, id: UUID, form: ActivityForm) -> HttpResponse:
    """The form again with what was typed, ready to be saved over the stored state, and what is to be decided."""
    stored = access.call_or_task(request.user, id)
    theirs = form.values(partial(form.value_of, stored))
    mine = form.values(form.cleaned_data.__getitem__)
    decide = differences(theirs, mine, request.POST.get("was", ""), decided(request.POST, theirs))
    if not decide:
        return _done(stored, request)
    data = request.POST.copy()
    data["version"] = str(stored.version)
    again = ActivityForm(request.user, data, instance=access.call_or_task(request.user, id))
    return _form_page(request, again, stored.regarding, decide)


def _done(activity: Activity, request: access.SignedRequest) -> HttpResponse:
    messages.success(request, _("Done.") if activity.state == ActivityState.DONE else _("Saved."))
    return redirect(activity.regarding) if activity.regarding else redirect("activity", activity.pk)
