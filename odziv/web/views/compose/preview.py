"""The preview of a draft: HTML in a frame of its own, plain text, links and images with what happens to each (C1)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from odziv.compose import preview
from odziv.compose.own_view import own_view
from odziv.lib.paper import PAPER
from odziv.web import access
from odziv.web.views.compose.page import attachment_address

# Same origin, so that images of ours come with the session; no script can run in it, whatever the mail holds.
FRAME_POLICY = (
    "default-src 'none'; img-src 'self' data: https: http:; style-src 'unsafe-inline' https: http:; "
    "font-src data: https:; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-downloads allow-popups allow-popups-to-escape-sandbox"
)


@access.signed_in
@require_safe
@never_cache
def panel(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """What stands in the preview's dialog. GET for (an address in lower case): only what differs for that recipient."""
    draft = access.draft(request.user, id)
    found = preview.of(draft, attachment_address)
    asked = request.GET.get("for")
    reader = next((one for one in found.readers if one.key == asked), next(iter(found.readers), None))
    context = {"draft": draft, "preview": found, "reader": reader}
    if asked is not None:
        return render(request, "compose/preview_reader.html", context)
    files = list(draft.attachments.files().select_related("file"))
    context |= {"files": files, "found_count": len(found.links) + len(found.images)}
    return render(request, "compose/preview.html", context)


@access.signed_in
@require_safe
@never_cache
def body(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The HTML alone, for the frame. Links open beside the page."""
    draft = access.draft(request.user, id)
    found = preview.of(draft, attachment_address)
    html = own_view(found.html, draft.organisation_id, attachment_address)
    response = HttpResponse(f'{html}{PAPER}<base target="_blank">')
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    return response
