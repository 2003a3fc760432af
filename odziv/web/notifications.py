"""Which of the browsers that show notifications is the one that asks: a signed cookie of its own tells.

It outlives the session, so that whoever signs in next at the same screen is not shown the notifications of another.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from odziv.lib.plain import PlainError
from odziv.models import PushSubscription, User
from odziv.notify import vapid

log = logging.getLogger("odziv.web")

COOKIE = "odziv-browser"
_SALT = "odziv.browser"
_LASTS = 400 * 24 * 3600  # the longest that browsers keep a cookie


def push_key() -> str:
    """What pages give their browser to subscribe with; empty when the key cannot be read, which the log tells."""
    try:
        return vapid.public_key()
    except PlainError as error:
        log.error("%s", error)
        return ""


def this_browser(request: HttpRequest) -> UUID | None:
    """The subscription that this browser got from us, whosever it is now."""
    text = request.get_signed_cookie(COOKIE, default=None, salt=_SALT)
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def mark(response: HttpResponse, kept: PushSubscription) -> None:
    """Let the browser tell which one it is."""
    secure = settings.SESSION_COOKIE_SECURE
    response.set_signed_cookie(
        COOKIE, str(kept.pk), salt=_SALT, max_age=_LASTS, httponly=True, samesite="Lax", secure=secure
    )


def forget_all(request: HttpRequest) -> None:
    """Nobody's notifications are shown by this browser any more."""
    if (id := this_browser(request)) is not None:
        PushSubscription.objects.filter(pk=id).delete()


def forget_others(request: HttpRequest) -> None:
    """Only those of whoever is signed in now may be shown by it."""
    if (id := this_browser(request)) is not None and isinstance(request.user, User):
        PushSubscription.objects.filter(pk=id).exclude(user=request.user).delete()
