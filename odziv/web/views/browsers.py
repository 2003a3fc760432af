"""The door of browser notifications: a browser is let in, taken out, and gets the script that shows them (A1)."""

from __future__ import annotations

import json
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from odziv.lib import clock
from odziv.models import PushSubscription
from odziv.notify import browsers
from odziv.web import access, notifications

_MOST_BYTES = 8192


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. At the root, because it speaks for all pages below its address (Service Workers, 3.1.2)."""
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@access.signed_in
@require_POST
def keep(request: access.SignedRequest) -> JsonResponse:
    """POST a subscription as JSON: this browser shows the user's cards from now on. 422 for what is none."""
    try:
        told = browsers.understood(_said(request))
    except browsers.BadSubscription as error:
        said = _("This browser's push service cannot be used (%(reason)s); nothing was changed.")
        return JsonResponse({"error": said % {"reason": error}}, status=422)
    kept = browsers.remember(request.user, told, request.headers.get("User-Agent", ""), clock.now())
    response = JsonResponse({"id": str(kept.pk)})
    notifications.mark(response, kept)
    return response


@access.signed_in
@require_POST
def leave(request: access.SignedRequest) -> HttpResponse:
    """POST: this browser shows nothing any more. It is known by its cookie, or by the endpoint that it names."""
    notifications.forget_all(request)
    said = _said(request)
    endpoint = said.get("endpoint") if isinstance(said, dict) else None
    if isinstance(endpoint, str):
        PushSubscription.objects.of_person(request.user).at(endpoint).delete()
    response = HttpResponse(status=204)
    response.delete_cookie(notifications.COOKIE)
    return response


@access.signed_in
@require_POST
def remove(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Take one of one's browsers out, from wherever one is."""
    access.browser(request.user, id).delete()
    messages.success(request, _("That browser shows no notifications any more."))
    return redirect("own-assistant")


def _said(request: HttpRequest) -> object:
    """What was sent as JSON; None when it is none, or too long to be a subscription."""
    try:
        body = request.body
        return json.loads(body) if len(body) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return None


@lru_cache(maxsize=1)
def _script() -> str:
    return (settings.PACKAGE / "web" / "static" / "odziv" / "push-worker.js").read_text(encoding="utf-8")
