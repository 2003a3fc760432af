"""Settings: mail that is handed in, by LMTP and through the signed webhook (P1)."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from odziv.environment import ENV
from odziv.lib import clock
from odziv.lib.signature import SIGNATURE, TIMESTAMP
from odziv.models import HandedIn, HookSecret
from odziv.web import access

SHOWN_ONCE = "hook_secret"
ASIDE = 20  # mails that could not be read


@access.administrators
def index(request: access.SignedRequest) -> HttpResponse:
    """The address of the webhook, its secrets, and what could not be read."""
    organisation = request.user.organisation
    aside = HandedIn.objects.for_(request.user).aside().order_by("-came_at")
    context = {
        "hook_url": ENV.web_url + reverse("hand-in", args=[organisation.pk]),
        "good": list(HookSecret.objects.for_(request.user).good(clock.now()).select_related("by")),
        "secret": request.session.pop(SHOWN_ONCE, ""),
        "lmtp": ENV.lmtp_listen,
        "aside": list(aside[:ASIDE]),
        "timestamp_header": TIMESTAMP,
        "signature_header": SIGNATURE,
    }
    return render(request, "settings/handed.html", context)


@require_POST
@access.administrators
def renew(request: access.SignedRequest) -> HttpResponse:
    """A new secret, shown once on the next page; the former one is good for a day more."""
    text = secrets.token_urlsafe(32)
    HookSecret.objects.replace(request.user.organisation_id, text, request.user, clock.now())
    request.session[SHOWN_ONCE] = text
    return redirect("handed")


@require_POST
@access.administrators
def close(request: access.SignedRequest) -> HttpResponse:
    """No secret is good any more."""
    HookSecret.objects.end_all(request.user.organisation_id)
    messages.success(request, _("The webhook is closed: requests to it are refused from now on."))
    return redirect("handed")
