"""The assistant: its cards, as a sheet beside every page and as a page of its own (A1 to A4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from odziv.advise.working_time import instant
from odziv.assist import cards
from odziv.assist.away import Away, accept, offers, refuse
from odziv.assist.calls import phone_call_about
from odziv.assist.listing import PAGE, Shown, cards_of, counted
from odziv.assist.wording import title_of, told
from odziv.compose import reminders
from odziv.deliver import uncertain
from odziv.lib import clock
from odziv.models import Card, CardKind, CardState
from odziv.web import access, live, words
from odziv.web.message_page import marked

MORNING = time(8)

_ICONS = {
    CardKind.OPENED: "mail-open",
    CardKind.REPLIED: "reply",
    CardKind.REMINDER: "alarm-clock",
    CardKind.FAILED: "circle-alert",
    CardKind.BOUNCED: "undo-2",
    CardKind.UNCERTAIN: "circle-question-mark",
    CardKind.UNFOLLOWED: "eye-off",
    CardKind.MAILBOX: "key-round",
}
_TONES = {
    CardKind.FAILED: "bad",
    CardKind.BOUNCED: "bad",
    CardKind.MAILBOX: "bad",
    CardKind.UNCERTAIN: "warn",
    CardKind.REMINDER: "blue",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card as a page shows it.

    `calls`: a phone call can be made from it; `decides`: the sender has to choose; `away`: its reminder may wait for
    somebody's return.
    """

    card: Card
    icon: str
    tone: str
    title: str
    text: SafeString
    at: datetime
    calls: bool
    decides: bool
    away: Away | None = None


@access.signed_in
@require_safe
def index(request: access.SignedRequest) -> HttpResponse:
    """The cards: for htmx the sheet's content, else the page."""
    page = "assistant/list.html" if request.htmx else "assistant/index.html"
    return render(request, page, context_of(request))


@access.signed_in
@require_safe
def bell(request: access.SignedRequest) -> HttpResponse:
    """The bell with its counter."""
    return render(request, "assistant/bell.html", {"card_count": counted(request.user, clock.now())})


@access.signed_in
@require_safe
def newest(request: access.SignedRequest) -> JsonResponse:
    """GET after: what a browser notification says of the cards that appeared since then, at most three.

    `{"cards": [{"id", "title", "text", "url"}], "now"}`; without `after` only the time, which is then given back. In
    the user's quiet hours nothing is said, and what came meanwhile is said behind them.
    """
    now = clock.now()
    since = _moment(request.GET.get("after", ""))
    if request.user.is_quiet(now):
        return JsonResponse({"cards": [], "now": (since or now).isoformat()})
    shown = cards_of(request.user, now, 20) if since else []
    fresh = [one for one in shown if since and since < one.card.shown_at <= now][:3]
    return JsonResponse({"cards": [_notice(one) for one in fresh], "now": now.isoformat()})


async def live_events(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events: something in the user's assistant changed."""
    return await live.cards(request)


@access.signed_in
@require_POST
def dismiss(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Put a card away; the toast offers to undo it."""
    card = access.card(request.user, id)
    card.dismiss(clock.now())
    return _again(request, _("Dismissed."), reverse("card-restore", args=[card.pk]))


@access.signed_in
@require_POST
def dismiss_all(request: access.SignedRequest) -> HttpResponse:
    """Put away what stands there, but for cards that wait for a decision."""
    now = clock.now()
    rows = Card.objects.of_user(request.user).shown(now).exclude(kind=CardKind.UNCERTAIN)
    rows.update(state=CardState.DISMISSED, changed_at=now)
    return _again(request, _("All dismissed."))


@access.signed_in
@require_POST
def restore(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Undo a dismissal or a snooze."""
    cards.bring_back(access.card(request.user, id), clock.now())
    return HttpResponse(status=204)


@access.signed_in
@require_POST
def snooze(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST until=hour|tomorrow|week or at (a local time): put a card away until then. 422 for a time that is over."""
    card = access.card(request.user, id)
    now = clock.now()
    until = _until(request.POST.get("until", ""), request.POST.get("at", ""), now)
    try:
        if until is None:
            raise ValueError
        cards.snooze(card, until, now)
    except ValueError:
        return _again(request, _("Choose a time that lies ahead, within a year."), status=422)
    return _again(request, _("Snoozed."), reverse("card-restore", args=[card.pk]))


@access.signed_in
@require_POST
def call(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Make a phone call of the card, due today, and go there (A4)."""
    card = access.card(request.user, id)
    made = phone_call_about(card.message, request.user, clock.now()) if card.message else None
    url = reverse("activity", args=[made.pk]) if made else reverse("cards")
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)


@access.signed_in
@require_POST
def decide(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST choice=again|sent: what the sender says of uncertain copies of their own message (D3)."""
    message = access.own_message(request.user, id)
    now = clock.now()
    if request.POST.get("choice") == "again":
        done, said = uncertain.send_again(message, now), _("It leaves once more.")
    else:
        done, said = uncertain.consider_sent(message, now), _("It counts as sent.")
    return _again(request, said if done else _("Nothing is uncertain any more."))


@access.signed_in
@require_POST
def wait_for_return(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST choice=accept|refuse, day: whether the message's reminder waits for the recipient who is away until then."""
    message, now = access.own_message(request.user, id), clock.now()
    reminder = reminders.of(message)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return HttpResponse(status=400)
    said = _("There is nothing to decide any more.")
    if reminder is not None and request.POST.get("choice") == "accept":
        if (moved := accept(reminder, day, now)) is not None:
            said = _("You will be reminded %(time)s.") % {"time": words.day_and_time(moved.at, now, always_time=True)}
    elif reminder is not None and refuse(reminder, day, now):
        said = _("The reminder stays as it is.")
    if request.htmx:
        return _again(request, said)
    messages.success(request, said)
    return redirect("message", id)


def context_of(request: access.SignedRequest) -> dict[str, Any]:
    """What the list of cards needs."""
    now = clock.now()
    shown = cards_of(request.user, now)
    absences = offers([one.card.reminder for one in shown if one.card.reminder], now)
    organisation = request.user.organisation
    count = len(shown) if len(shown) < PAGE else counted(request.user, now)
    return {
        "cards": [drawn(one, absences) for one in shown],
        "card_count": count,
        "more_cards": count - len(shown),
        "assistant_on": organisation.assistant,
        "snoozes": _snoozes(),
    }


def drawn(one: Shown, absences: Mapping[UUID, Away] | None = None) -> Drawn:
    """A card with its words and marks; `absences` are what is offered for reminders."""
    kind = CardKind(one.card.kind)
    return Drawn(
        one.card,
        _ICONS[kind],
        _TONES.get(kind, ""),
        title_of(one.card),
        marked(*told(one.card, one.who)),
        _happened_at(one.card),
        calls=kind in (CardKind.OPENED, CardKind.REPLIED, CardKind.REMINDER) and one.card.message is not None,
        decides=kind == CardKind.UNCERTAIN,
        away=(absences or {}).get(one.card.reminder_id) if one.card.reminder_id else None,
    )


def _happened_at(card: Card) -> datetime:
    opened = card.message.first_opened_at if card.kind == CardKind.OPENED and card.message else None
    return opened or card.shown_at


def _notice(one: Shown) -> dict[str, str]:
    card = one.card
    url = card.get_absolute_url()
    return {"id": str(card.pk), "title": title_of(card), "text": str(told(card, one.who)), "url": url}


def _snoozes() -> tuple[tuple[str, str | Promise], ...]:
    return (
        ("hour", gettext_lazy("For an hour")),
        ("tomorrow", gettext_lazy("Until tomorrow, 8:00")),
        ("week", gettext_lazy("Until Monday, 8:00")),
    )


def _until(choice: str, at: str, now: datetime) -> datetime | None:
    if choice == "hour":
        return now + timedelta(hours=1)
    zone = timezone.get_current_timezone()
    today = timezone.localtime(now).date()
    days = {"tomorrow": 1, "week": 7 - today.weekday()}.get(choice)
    if days is not None:
        return instant(today + timedelta(days=days), MORNING, zone)
    try:
        wall = datetime.fromisoformat(at)
    except ValueError:
        return None
    return instant(wall.date(), wall.time(), zone) if wall.tzinfo is None else None


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _again(request: access.SignedRequest, said: str, undo: str = "", status: int = 200) -> HttpResponse:
    """The list as it is now, with a toast; without htmx back to the page."""
    if not request.htmx:
        return redirect("cards")
    answer = render(request, "assistant/list.html", context_of(request), status=status)
    toast = {"text": said, "undo": undo, "tone": "success" if status == 200 else "error"}
    answer.headers["HX-Trigger"] = json.dumps({"toast": toast, "cards-changed": {}})
    return answer
