"""Undo of a deletion."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from odziv import discarding
from odziv.records.saving import restore_all
from odziv.web import access


@require_POST
@access.signed_in
def restore(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST: what was deleted is back (204); 409 when that is no longer possible."""
    try:
        restore_all(access.discarded(request.user, id))
    except discarding.NotRestorable:
        return HttpResponse(status=409)
    return HttpResponse(status=204)
