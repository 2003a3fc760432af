"""Settings: outgoing mail that is held because the data were restored from a backup (D3)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from odziv.lib import clock
from odziv.models import Decision, Delivery, Message, OutgoingHold
from odziv.models.deliveries import DeliveryQuerySet
from odziv.web import access

LISTED = 20  # messages of each group
PAST = 10


class Held(NamedTuple):
    """Copies that wait for the same reason: how many, of how many messages, and the first of these."""

    title: str
    text: str
    messages: int
    copies: int
    first: list[tuple[Message, int, datetime]]

    @property
    def more(self) -> int:
        return self.messages - len(self.first)


@access.administrators
@require_safe
def index(request: access.SignedRequest) -> HttpResponse:
    """What is held, what may have left already, and what was decided before."""
    holds = OutgoingHold.objects.for_(request.user)
    hold = holds.lasting().first()
    context = {"hold": hold, "past": holds.newest_first().exclude(ended_at=None)[:PAST]}
    if hold is None or hold.decision:
        return render(request, "settings/outgoing.html", context)
    groups = _groups(hold, clock.now())
    return render(request, "settings/outgoing.html", context | {"groups": groups, "doubtful": groups[0]})


@access.administrators
@require_safe
def now(request: access.SignedRequest) -> HttpResponse:
    """Whether the worker has let it go, for htmx; when it has, the page is to be loaded anew."""
    hold = OutgoingHold.objects.for_(request.user).lasting().first()
    response = render(request, "settings/outgoing_progress.html", {"hold": hold})
    if hold is None or not hold.decision:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@access.administrators
def release(request: access.SignedRequest) -> HttpResponse:
    """POST decision=sent|ask|leave: what becomes of what may have left; all else leaves at its time."""
    decision = request.POST.get("decision", "")
    if decision not in Decision:
        return HttpResponse(status=400)
    if not OutgoingHold.objects.decide(request.user, Decision(decision), clock.now()):
        messages.info(request, _("Somebody else has decided already."))
    return redirect("outgoing")


def _groups(hold: OutgoingHold, now: datetime) -> list[Held]:
    """What may have left is the first."""
    copies = Delivery.objects
    doubtful, fresh, later = copies.doubtful(hold), copies.held_since(hold, now), copies.held_till(hold, now)
    return [
        _group(
            doubtful,
            _("May have left already"),
            _("Due before the data were restored. The backup cannot know what became of them."),
        ),
        _group(fresh, _("Sent by your people since then"), _("They leave as soon as mail may leave again.")),
        _group(
            later,
            _("Scheduled"),
            _("They leave at their time. What was scheduled, changed or deleted after the backup is lost."),
        ),
    ]


def _group(copies: DeliveryQuerySet, title: str, text: str) -> Held:
    count = copies.number_of_messages()
    return Held(title, text, count, copies.count(), copies.by_message(LISTED) if count else [])
