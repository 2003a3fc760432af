"""Send, take back what was sent a moment ago, discard: JSON for the page's script."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from odziv.compose import check, drafts, hold, send
from odziv.compose.problems import NotSendable, StaleDraft
from odziv.compose.ready import Ready
from odziv.lib import clock
from odziv.web import access, held
from odziv.web.toasts import undoable
from odziv.web.views.compose import page
from odziv.web.views.compose.saving import problems_answer, stale_answer


@access.signed_in
@require_POST
def submit(request: access.SignedRequest, id: UUID) -> JsonResponse:
    """POST version: send the draft as it is stored, if that is what the sender sees; 409 when it is not.

    422 with problems, when there is something to mend or to ask; confirmed=1 passes what is only asked.
    """
    draft = access.draft(request.user, id)
    try:
        ready = Ready.of(draft)
        version = request.POST.get("version", "")
        if version.isdecimal() and int(version) != ready.draft.version:
            raise StaleDraft(ready.draft.version)
        problems = [] if request.POST.get("confirmed") else check.of_ready(ready, clock.now())
        if any(not problem.note for problem in problems):
            return problems_answer(problems)
        wait = timedelta(seconds=request.user.undo_seconds)
        sent = send.submit(draft, request.user, clock.now(), hold=wait, ready=ready)
    except NotSendable as refused:
        return problems_answer(refused.problems)
    except StaleDraft as stale:
        return stale_answer(stale)
    held.remember(request, sent)
    if not wait:
        messages.success(request, _("The e-mail is on its way."))
    return JsonResponse({"url": reverse("message", args=[sent.pk])})


@access.signed_in
@require_POST
def undo(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Make a draft again of what was sent a moment ago, and open it; or say that it has begun to leave (C3)."""
    message = access.own_message(request.user, id)
    held.forget(request, message.pk)
    try:
        hold.take_back(message, clock.now())
    except hold.AlreadyLeaving:
        messages.error(request, _("It could not be taken back any more: it has begun to leave."))
        return redirect("message", message.pk)
    messages.success(request, _("Taken back: nothing was sent, and the e-mail is a draft again."))
    return redirect("compose", message.pk)


@access.signed_in
@require_POST
def forget(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST version: the page is left, and the draft that it made for a dialog goes, if nobody has written in it."""
    version = request.POST.get("version", "")
    draft = access.draft(request.user, id)
    if version.isdecimal():
        with suppress(StaleDraft):
            drafts.forget(draft, int(version))
    return HttpResponse(status=204)


@access.signed_in
@require_POST
def discard(request: access.SignedRequest, id: UUID) -> JsonResponse:
    """Delete the draft with its attachments, so that it can be brought back for a day; answers where to go on."""
    draft = access.draft(request.user, id)
    record = draft.activity.regarding
    try:
        kept = drafts.discard(draft)
    except StaleDraft as stale:
        return stale_answer(stale)
    undoable(request, _("The draft is discarded."), reverse("restore", args=[kept.pk]))
    return JsonResponse({"url": page.after(record)})
