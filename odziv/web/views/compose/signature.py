"""The signature changes with the mailbox, also in what stands in the editor and is not saved yet (C6)."""

from __future__ import annotations

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from odziv.compose import signatures
from odziv.web import access


@access.signed_in
@require_POST
def exchange(request: access.SignedRequest) -> JsonResponse:
    """POST html (what stands in the editor), mailbox: the same with the signature of that mailbox. Stores nothing."""
    chosen = request.POST.get("mailbox", "")
    mailbox = access.own_mailbox(request.user, chosen) if chosen else None
    html = request.POST.get("html", "").replace("\r\n", "\n")
    return JsonResponse({"html": signatures.placed(html, signatures.of(mailbox, request.user))})
