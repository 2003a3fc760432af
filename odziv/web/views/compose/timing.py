"""When a message leaves and when one is reminded of it: panels of the engagement area and their dialogs (D1, D2, M).

The same panels stand in the composer and on the page of a message that waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from odziv.advise.whereabouts import Evidence
from odziv.assist import away
from odziv.compose import chosen, drafts, reminders, schedule
from odziv.compose.advice import Advice, advise
from odziv.compose.chosen import Chosen
from odziv.compose.follow import evaluate
from odziv.compose.hold import AlreadyLeaving
from odziv.compose.problems import Refused, StaleDraft
from odziv.lib import clock
from odziv.models import Condition, FollowState, Message, MessageState, Reminder, ReminderState
from odziv.web import access, words

NONE = UUID(int=0)  # stands in addresses for a draft that is not stored yet


@dataclass(frozen=True, slots=True)
class Delay:
    """What the delivery panel shows: `at` when it is set, `there` on the recipient's clock, and the advice in words."""

    message: Message | None
    at: datetime | None
    there: str
    advice: Advice | None
    now_there: str
    suggested: Chosen | None
    suggested_there: str
    rests_on: str

    @property
    def is_over(self) -> bool:
        return self.at is not None and self.at <= clock.now()


@access.signed_in
@require_POST
def delivery(request: access.SignedRequest) -> HttpResponse:
    """POST to, cc, bcc, draft: the delivery panel, with advice for whom it goes to now.

    204 when the draft was sent in the meantime: the page is about to leave, and its panel may stay as it is.
    """
    lines = (request.POST.get("to", ""), request.POST.get("cc", ""), request.POST.get("bcc", ""))
    draft = access.own_message(request.user, request.POST["draft"]) if request.POST.get("draft") else None
    if draft is not None and draft.state != MessageState.DRAFT:
        return HttpResponse(status=204)
    return render(request, "compose/delivery.html", {"delay": delay_of(request, draft, lines)})


@access.signed_in
@require_http_methods(["GET", "POST"])
def delay(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET: the dialog. POST wall (a local time): let it leave then; without wall: at once, a draft on Send."""
    message = access.own_message(request.user, id)
    if request.method == "GET":
        return render(request, "compose/delay_dialog.html", _dialog(request, message))
    now, wall = clock.now(), request.POST.get("wall", "")
    try:
        if wall:
            schedule.delay(message, chosen.read(wall, request.user.zone), now)
        else:
            schedule.leave_now(message, now)
    except ValueError:
        return _refused_delay(request, message, _("This is not a date with a time."))
    except Refused as refused:
        return _refused_delay(request, message, str(refused))
    except (AlreadyLeaving, StaleDraft):
        return _too_late(request, message)
    return _panel(request, message, "compose/delivery.html", _("It leaves now.") if not wall else "")


@access.signed_in
@require_POST
def delay_check(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST wall: what the recipient's clock shows then, and what a clock change does to that time."""
    message = access.own_message(request.user, id)
    try:
        time = chosen.read(request.POST.get("wall", ""), request.user.zone)
    except ValueError:
        return render(request, "compose/delay_note.html", {"note": ""})
    advice = advise(request.user.organisation, _lines(message), clock.now())
    return render(
        request, "compose/delay_note.html", {"time": time, "there": _there(advice, time.at), "advice": advice}
    )


@access.signed_in
@require_POST
def delete(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Delete a message that waits: it never leaves (C3)."""
    message = access.own_message(request.user, id)
    regarding = message.activity.regarding
    try:
        schedule.delete(message)
    except AlreadyLeaving:
        return _too_late(request, message)
    messages.success(request, _("The e-mail is deleted; nothing was sent."))
    return redirect(regarding.get_absolute_url() if regarding else f"{reverse('activities')}?view=scheduled")


@access.signed_in
@require_http_methods(["GET", "POST"])
def reminder(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET: the dialog. POST condition, wall, title: set or change it; remove=1 removes it."""
    message = access.own_message(request.user, id)
    if request.method == "GET":
        return render(request, "compose/reminder_dialog.html", _reminder_dialog(request, message))
    if request.POST.get("remove"):
        reminders.forget(message)
        return _panel(request, message, "compose/reminder.html")
    try:
        condition = Condition(request.POST.get("condition", ""))
        time = chosen.read(request.POST.get("wall", ""), request.user.zone)
        reminders.remind(message, request.user, condition, time, request.POST.get("title", ""), clock.now())
    except ValueError:
        return _refused_reminder(request, message, _("Choose a condition, and a date with a time."))
    except Refused as refused:
        return _refused_reminder(request, message, str(refused))
    return _panel(request, message, "compose/reminder.html")


def delay_of(request: access.SignedRequest, message: Message | None, lines: tuple[str, str, str]) -> Delay:
    """The delivery panel of a message, or of one that is not stored yet."""
    now = clock.now()
    at = message.send_at if message is not None and message.send_zone else None
    advice = advise(request.user.organisation, lines, now)
    suggestion = advice.suggestion if advice else None
    return Delay(
        message=message,
        at=at,
        there=_there(advice, at) if at else "",
        advice=advice,
        now_there=_there(advice, now),
        suggested=chosen.at_instant(suggestion.at, request.user.zone) if suggestion else None,
        suggested_there=_there(advice, suggestion.at) if suggestion else "",
        rests_on=_rests_on(advice) if advice else "",
    )


def timing_of(request: access.SignedRequest, message: Message | None) -> dict[str, Any]:
    """Both panels of a message; None for one that is not stored yet."""
    stored = message if message is not None and not message._state.adding else None
    lines = _lines(message) if message is not None else ("", "", "")
    return {"delay": delay_of(request, stored, lines), **_reminder(stored)}


def timing_dialogs(id: UUID | None) -> dict[str, Any]:
    """What the dialogs' script must know: the message, and the addresses in which `NONE` gives way to it."""
    urls = {name: reverse(f"message-{name}", args=[id or NONE]) for name in ("delay", "reminder")}
    return {"timing_of": id, "none": NONE, "delay_url": urls["delay"], "reminder_url": urls["reminder"]}


def _reminder(message: Message | None) -> dict[str, Any]:
    found = reminders.of(message) if message is not None else None
    now = clock.now()
    offer = away.offer_of(found, now) if found is not None and message is not None and message.sent_at else None
    return {
        "message": message,
        "reminder": found,
        "reminder_summary": summary(found, now) if found else "",
        "away": offer,
    }


def summary(reminder: Reminder, now: datetime) -> str:
    """The reminder in a few words, which are others once its time has passed (M2)."""
    at = words.day_and_time(reminder.at, now, always_time=True)
    if reminder.state == ReminderState.SATISFIED:
        opened = reminder.condition == Condition.NOT_OPENED
        return _("Not needed: it was opened in time") if opened else _("Not needed: a reply came in time")
    if reminder.state == ReminderState.FIRED:
        return _("You were reminded %(time)s") % {"time": at}
    said = {
        Condition.NOT_OPENED: _("If not opened by %(time)s"),
        Condition.NO_REPLY: _("If no reply by %(time)s"),
        Condition.ANYWAY: _("Reminds you %(time)s"),
    }
    return said[Condition(reminder.condition)] % {"time": at}


def _dialog(request: access.SignedRequest, message: Message) -> dict[str, Any]:
    now = clock.now()
    shown = delay_of(request, message, _lines(message))
    wall = message.send_wall if shown.at and not shown.is_over else shown.suggested.wall if shown.suggested else ""
    least = chosen.at_instant(now, request.user.zone).wall
    return {"delay": shown, "message": message, "wall": wall, "least": least, "zone": request.user.zone.key}


def _refused_delay(request: access.SignedRequest, message: Message, error: str) -> HttpResponse:
    context = _dialog(request, message) | {"error": error, "wall": request.POST.get("wall", "")}
    return render(request, "compose/delay_dialog.html", context, status=422)


def _reminder_dialog(request: access.SignedRequest, message: Message) -> dict[str, Any]:
    now, zone = clock.now(), request.user.zone
    followed = _is_followed(message)
    condition, time = reminders.offered(message, followed, now, zone)
    found = reminders.of(message)
    over = found is None or found.at <= now
    return {
        "message": message,
        "reminder": found,
        "title": found.title if found else "",
        "condition": Condition(found.condition) if found else condition,
        "wall": time.wall if over else found.wall,  # type: ignore[union-attr]  # over covers None
        "conditions": Condition,
        "followed": followed,
        "zone": zone.key,
        "least": chosen.at_instant(now, zone).wall,
    }


def _refused_reminder(request: access.SignedRequest, message: Message, error: str) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in ("title", "condition", "wall")}
    context = _reminder_dialog(request, message) | given | {"error": error}
    return render(request, "compose/reminder_dialog.html", context, status=422)


def _is_followed(message: Message) -> bool:
    if message.state != MessageState.DRAFT:
        return message.is_followed
    return evaluate(message.organisation, drafts.parties(message), message.wants_following).state == FollowState.ON


def _panel(request: access.SignedRequest, message: Message, page: str, said: str = "") -> HttpResponse:
    """The panel as it is now; where a whole page shows the message, that page anew."""
    if not request.htmx or message.state != MessageState.DRAFT:
        if said:
            messages.success(request, said)
        url = reverse("message", args=[message.pk])
        return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)
    fresh = access.own_message(request.user, message.pk)
    answer = render(request, page, timing_of(request, fresh))
    answer.headers["HX-Trigger"] = "timing-saved"
    return answer


def _too_late(request: access.SignedRequest, message: Message) -> HttpResponse:
    messages.error(request, _("It has begun to leave; its time cannot be changed any more."))
    url = reverse("message", args=[message.pk])
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)


def _lines(message: Message) -> tuple[str, str, str]:
    return message.to_line, message.cc_line, message.bcc_line


def _there(advice: Advice | None, at: datetime) -> str:
    return words.clock_in(at, advice.where.zone) if advice else ""


def _rests_on(advice: Advice) -> str:
    patterns = {
        Evidence.SET: _("by the time zone on the record"),
        Evidence.ADDRESS: _("by the address in %(detail)s"),
        Evidence.PHONE: _("by the telephone number %(detail)s"),
        Evidence.ACCOUNT: _("by the address of %(detail)s"),
    }
    return patterns[advice.where.evidence] % {"detail": advice.where.detail}
