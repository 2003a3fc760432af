"""The switches of the organisation, and what stands beside them (O3, O4, O5, F5)."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from odziv.lib import clock
from odziv.models import OWN_HOLIDAYS, CardKind, Organisation
from odziv.organisations import switches
from odziv.web import access, words
from odziv.web.forms.choices import country_name
from odziv.web.forms.switches import CardsForm, WorkingWeekForm


def _on(request: access.SignedRequest) -> bool:
    return request.POST.get("on") == "1"


@require_POST
@access.administrators
def engagement(request: access.SignedRequest) -> HttpResponse:
    """POST on=1|0|both: Email engagement; `both` turns the assistant on with it (O3, O4)."""
    both = request.POST.get("on") == "both"
    organisation = switches.switch_engagement(request.user, both or _on(request), now=clock.now(), assistant=both)
    if organisation.engagement and both:
        messages.success(request, _("Email engagement and the assistant are on."))
    elif organisation.engagement:
        messages.success(request, _("Email engagement is on. New e-mails are followed when every recipient allows it."))
    else:
        messages.success(request, _("Email engagement is off. Nothing is followed and nothing is collected any more."))
    return redirect("settings")


@require_POST
@access.administrators
def unknown(request: access.SignedRequest) -> HttpResponse:
    """POST on=1|0: may people who are in no record be followed (F5)?"""
    switches.switch_unknown(request.user, _on(request))
    messages.success(request, _("Saved."))
    return redirect("settings")


@require_POST
@access.administrators
def honeypot(request: access.SignedRequest) -> HttpResponse:
    """POST on=1|0: the hidden link in followed copies (J5)."""
    if switches.switch_honeypot(request.user, _on(request)).honeypot:
        messages.success(request, _("Followed e-mails carry a hidden link from now on."))
    else:
        messages.success(request, _("Followed e-mails carry no hidden link any more."))
    return redirect("settings")


@require_POST
@access.administrators
def preference_line(request: access.SignedRequest) -> HttpResponse:
    """POST on=1|0: do followed e-mails say that they are followed, and how to stop it (L2)?"""
    if switches.switch_preference_line(request.user, _on(request)).preference_line:
        messages.success(request, _("Followed e-mails that leave from now on say so, and offer to stop it."))
    else:
        messages.success(request, _("The line is off. Addresses in e-mails that were sent before go on working."))
    return redirect("settings")


@require_POST
@access.administrators
def assistant(request: access.SignedRequest) -> HttpResponse:
    """POST on=1|0: the assistant and all of its cards (O4)."""
    if switches.switch_assistant(request.user, _on(request)).assistant:
        messages.success(request, _("The assistant is on."))
    else:
        messages.success(request, _("The assistant is off. Nobody is alerted any more; figures go on."))
    return redirect("settings")


@require_POST
@access.administrators
def cards(request: access.SignedRequest) -> HttpResponse:
    """POST kinds (may repeat): the cards that the assistant makes. For htmx the switches as they are now."""
    form = CardsForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    organisation = switches.choose_cards(request.user, form.cleaned_data["kinds"])
    if request.htmx:
        return render(request, "settings/cards.html", {"cards": card_switches(organisation.muted_cards), "saved": True})
    messages.success(request, _("Saved."))
    return redirect("settings")


@require_POST
@access.administrators
def location(request: access.SignedRequest) -> HttpResponse:
    """POST on=1|0: the location service, and with it suggestions of a time (O5)."""
    if switches.switch_location(request.user, _on(request)).location_service:
        messages.success(request, _("The location service is on. Times of delivery are suggested."))
    else:
        messages.success(request, _("The location service is off. No time of delivery is suggested."))
    return redirect("settings")


@access.administrators
def working_week(request: access.SignedRequest) -> HttpResponse:
    """Days, hours and public holidays for the suggestion (D2)."""
    form = WorkingWeekForm(request.user.organisation, request.POST or None)
    if request.method == "POST" and form.is_valid():
        switches.set_working_week(request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("settings")
    return render(request, "settings/working_week.html", {"form": form}, status=422 if form.errors else 200)


class CardSwitch(NamedTuple):
    """The switch of one kind of card: when such a card is made, and whether it is."""

    value: str
    told: str
    on: bool


def card_switches(muted: Collection[str]) -> list[CardSwitch]:
    told = {
        CardKind.OPENED: _("a followed e-mail is opened for the first time"),
        CardKind.REPLIED: _("a reply arrives"),
        CardKind.REMINDER: _("a reminder is due"),
        CardKind.FAILED: _("an e-mail could not be delivered"),
        CardKind.BOUNCED: _("an e-mail comes back"),
        CardKind.UNCERTAIN: _("it is not certain whether an e-mail was delivered"),
        CardKind.MAILBOX: _("the server of a mailbox no longer accepts its sign-in"),
        CardKind.UNFOLLOWED: _("an e-mail left without following, since a recipient no longer allows it"),
    }
    return [CardSwitch(kind.value, told[kind], kind.value not in muted) for kind in CardKind]


def week_in_words(organisation: Organisation) -> str:
    """Working days, hours and holidays in one line."""
    week = organisation.working_week
    told = {"days": words.days_of_week(week.days), "from": words.hour(week.starts), "to": words.hour(week.ends)}
    if week.holidays == OWN_HOLIDAYS:
        return _("%(days)s, %(from)s to %(to)s on the recipient's clock, without the holidays of their country") % told
    if week.holidays:
        told["country"] = country_name(week.holidays)
        return _("%(days)s, %(from)s to %(to)s on the recipient's clock, without the holidays of %(country)s") % told
    return _("%(days)s, %(from)s to %(to)s on the recipient's clock") % told
