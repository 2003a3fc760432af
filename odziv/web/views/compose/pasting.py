"""What somebody pastes into the editor out of a followed copy, before it stands there (C5, J5)."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from odziv.compose.limits import MAX_BODY
from odziv.compose.own_view import writable
from odziv.web import access
from odziv.web.views.compose.page import attachment_address


@access.signed_in
@require_POST
def pasted(request: access.SignedRequest) -> HttpResponse:
    """POST html: the same with originals instead of redirects, images from here, no beacon; 422 if too large."""
    html = request.POST.get("html", "")
    if len(html) > MAX_BODY:
        return HttpResponse(status=422)
    return JsonResponse({"html": writable(html, request.user.organisation_id, attachment_address)})
