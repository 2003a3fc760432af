"""The page of a message: the mail as it was sent, and what happened to it (V3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from odziv.compose import bodies
from odziv.compose.own_view import own_view
from odziv.lib import clock
from odziv.lib.paper import PAPER
from odziv.mailboxes.advice import explained
from odziv.models import Direction, Filing, FilingState, FollowState, Message, MessageState, Party, PartyRole
from odziv.web import access, live
from odziv.web.message_page import MOST_SHOWN, SHOWN, figures_of
from odziv.web.views.compose.page import attachment_address
from odziv.web.views.compose.preview import FRAME_POLICY
from odziv.web.views.compose.timing import timing_dialogs, timing_of

MOST_IN_CONVERSATION = 20


@access.signed_in
@require_safe
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET before: the message with its figures and timeline. A draft opens in the composer."""
    message = access.message(request.user, id)
    if message.state == MessageState.DRAFT:
        return redirect("compose", message.pk)
    before = request.GET.get("before", "")
    context = figures_of(message, clock.now(), before=before) | _letter(message) | _timing(request, message)
    context |= _filing(request, message)
    context["conversation"] = Message.objects.conversation(request.user, message)[:MOST_IN_CONVERSATION]
    return render(request, "messages/message.html", context)


@access.signed_in
@require_safe
def now(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET shown: the parts of the page that change, for live pages. `shown` is how long the timeline is."""
    message = access.message(request.user, id)
    if message.state == MessageState.DRAFT:
        return HttpResponseClientRedirect(reverse("compose", args=[message.pk]))  # it was taken back in another tab
    text = request.GET.get("shown", "")
    shown = min(int(text), MOST_SHOWN) if text.isascii() and text.isdigit() and len(text) < 5 else SHOWN
    context = figures_of(message, clock.now(), shown=shown) | _timing(request, message)
    return render(request, "messages/now.html", context)


def _filing(request: access.SignedRequest, message: Message) -> dict[str, Any]:
    """For its sender: whether the plain original is in their own folder yet (D6)."""
    filing = Filing.objects.filter(message=message).first() if message.owner_id == request.user.pk else None
    if filing is None:
        return {}
    told = ""
    if filing.reason and message.mailbox:
        what, advice = explained(message.mailbox, "imap", filing.reason)
        rest = "" if filing.state == FilingState.GIVEN_UP else _("It is tried again by itself.")
        told = " ".join(filter(None, (_("No copy could be put there."), what, rest or advice)))
    return {"filing": filing, "filing_told": told}


def _timing(request: access.SignedRequest, message: Message) -> dict[str, Any]:
    """For its sender: when it leaves, and the reminder."""
    if message.owner_id != request.user.pk or message.direction != Direction.OUT:
        return {}
    return {"may_time": True, **timing_of(request, message), **timing_dialogs(message.pk)}


async def live_events(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """Server-sent events: `changed` whenever figures, states or the timeline have."""
    return await live.messages(request, [id])


@access.signed_in
@require_safe
def body(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The HTML as it was written, for the frame: its images from here, nothing that runs, nothing from the edge."""
    message = access.message(request.user, id)
    shown = bodies.shown(message.html, message.attachments.images(), attachment_address)
    html = own_view(shown, message.organisation_id, attachment_address)
    # At the end: before the doctype it would change how the mail is drawn. A base counts wherever it stands.
    response = HttpResponse(f'{html}\n{PAPER}<base target="_blank">')
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _letter(message: Message) -> dict[str, Any]:
    parties = list(Party.objects.in_letter(message))
    return {
        "to": [party for party in parties if party.role == "to"],
        "cc": [party for party in parties if party.role == "cc"],
        "bcc": [party for party in parties if party.role == "bcc"],
        "files": list(message.attachments.files().select_related("file")),
        "live_url": reverse("message-live", args=[message.pk]),
        "may_answer": message.direction == Direction.IN or message.sent_at is not None,
        "many": len([party for party in parties if party.role in (PartyRole.TO, PartyRole.CC)]) > 1,
        "said": _said(message),
        "is_blocked": message.follow_state == FollowState.BLOCKED,
    }


def _said(message: Message) -> str:
    """What a reply says this time, when that is less than all of it."""
    arrival = getattr(message, "arrival", None) if message.direction == Direction.IN else None
    said: str = arrival.visible_text.strip() if arrival is not None else ""
    return said if said != message.text.strip() else ""
