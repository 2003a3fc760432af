"""Today: what a salesperson begins the day with (due, leaving, newest), and the first steps of a newcomer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from odziv.lib import clock
from odziv.measure.newest import Newest, newest_by_people
from odziv.measure.wording import sentence
from odziv.models import Activity, Message, Reminder
from odziv.organisations.first_steps import first_steps, put_away
from odziv.web import access
from odziv.web.message_page import marked
from odziv.web.tiles import tile_of
from odziv.web.views.assistant import context_of

SHOWN = 12  # of what is due, and of what is to leave
NEWEST = 8


@dataclass(frozen=True, slots=True)
class Step:
    """A first step in words; `url` is where it is taken, `more_url` another way to take it."""

    title: str | Promise
    text: str | Promise
    url: str
    icon: str
    done: bool
    more: str | Promise = ""
    more_url: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """The last thing that a person did with a message."""

    message: Message
    who: str
    text: SafeString
    icon: str
    at: datetime


@access.signed_in
@require_safe
def index(request: access.SignedRequest) -> HttpResponse:
    """What is due and what leaves until the end of the user's day, and what recipients did last."""
    user, now = request.user, clock.now()
    end = _end_of_day(now)
    due = list(Activity.objects.for_(user).to_do(user, end).with_tile()[: SHOWN + 1])
    leaving = list(Message.objects.for_(user).leaving_before(user, end).with_row()[: SHOWN + 1])
    reminders = list(Reminder.objects.until(user, end)[:SHOWN])
    steps = _steps(request)
    context = {
        "steps": steps,
        "steps_left": sum(not step.done for step in steps),
        "due": [tile_of(activity, now) for activity in due[:SHOWN]],
        "more_due": len(due) > SHOWN,
        "reminders": reminders,
        "leaving": leaving[:SHOWN],
        "more_leaving": len(leaving) > SHOWN,
        "news": [_news(one) for one in newest_by_people(user, NEWEST)] if user.organisation.engagement else [],
        "engagement": user.organisation.engagement,
        "today": timezone.localtime(now).date(),
    }
    return render(request, "today/index.html", context | context_of(request))


@access.signed_in
@require_POST
def steps(request: access.SignedRequest) -> HttpResponse:
    """POST show=0|1: put the first steps away, or take them out again."""
    if request.POST.get("show") == "1":
        put_away(request.user, None)
    else:
        put_away(request.user, clock.now())
        messages.info(request, _("The first steps are put away. A link below brings them back."))
    return redirect("today")


def _end_of_day(now: datetime) -> datetime:
    """Midnight of the active time zone; on a day of a clock change too."""
    here = timezone.localtime(now)
    tomorrow = here.date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=here.tzinfo)


_ICONS = {"open": "mail-open", "click": "mouse-pointer-click", "file": "paperclip"}


def _news(one: Newest) -> News:
    return News(one.message, one.entry.who, marked(*sentence(one.entry)), _ICONS[one.entry.kind], one.entry.at)


# Step -> name of the page, icon, words.
_STEPS: dict[str, tuple[str, str, str | Promise, str | Promise]] = {
    "engagement": (
        "settings",
        "eye",
        gettext_lazy("Turn on email engagement"),
        gettext_lazy("Until then no e-mail is followed."),
    ),
    "colleagues": (
        "users",
        "users",
        gettext_lazy("Bring in your colleagues"),
        gettext_lazy("Everybody sees the same customers, and sends from their own address."),
    ),
    "mailbox": (
        "mailboxes",
        "at-sign",
        gettext_lazy("Connect your mailbox"),
        gettext_lazy("Until then your e-mail goes to the test mailbox only, where you can try everything out."),
    ),
    "people": (
        "contacts",
        "user-round-plus",
        gettext_lazy("Add the people you write to"),
        gettext_lazy("By hand, or all at once:"),
    ),
    "send": (
        "compose",
        "send",
        gettext_lazy("Write your first followed e-mail"),
        gettext_lazy("Best from the page of a contact: then it stands there, with all that happens to it."),
    ),
    "opened": (
        "test-mailbox",
        "mail-open",
        gettext_lazy("See it being opened"),
        gettext_lazy(
            "In the test mailbox you are the recipient: load the pictures, click a link, and look here again."
        ),
    ),
    "template": (
        "templates",
        "layout-template",
        gettext_lazy("Write your first template"),
        gettext_lazy("What you write again and again; you will see which one is opened and answered most."),
    ),
}
_MORE = {"people": (gettext_lazy("Import a file"), "import-new")}


def _steps(request: access.SignedRequest) -> list[Step]:
    steps = first_steps(request.user)
    if steps and all(step.done for step in steps):
        return []
    return [_step(key, done) for key, done in steps]


def _step(key: str, done: bool) -> Step:
    name, icon, title, text = _STEPS[key]
    more, more_name = _MORE.get(key, ("", ""))
    return Step(title, text, reverse(name), icon, done, more, reverse(more_name) if more_name else "")
