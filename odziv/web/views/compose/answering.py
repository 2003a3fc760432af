"""Reply, reply to all, forward, from the page of an e-mail (C5)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from odziv.compose.answering import Answer, NotAnswerable, answer
from odziv.compose.problems import DraftRefused
from odziv.lib import clock
from odziv.web import access


@access.signed_in
@require_POST
def begin(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST kind (reply, all, forward): a draft of the user that answers the e-mail, opened in the composer."""
    message = access.message(request.user, id)
    try:
        kind = Answer(request.POST.get("kind", ""))
    except ValueError as error:
        raise Http404 from error
    try:
        draft = answer(message, request.user, kind, clock.now())
    except NotAnswerable:
        messages.error(request, _("This e-mail has not left yet; it can be answered once it has."))
        return redirect("message", message.pk)
    except DraftRefused as refused:
        messages.error(request, " ".join(problem.text for problem in refused.problems))
        return redirect("message", message.pk)
    return redirect("compose", draft.pk)
