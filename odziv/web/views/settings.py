"""Settings: the overview with each section's state, one's own profile and API tokens."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from odziv.environment import ENV
from odziv.lib import clock
from odziv.models import (
    ApiToken,
    EngagementPause,
    HookSecret,
    Import,
    Invitation,
    Mailbox,
    OAuthClient,
    Organisation,
    PushSubscription,
    SigningKey,
    User,
)
from odziv.organisations.people import renamed
from odziv.web import access, notifications
from odziv.web.forms.people import OwnAssistantForm, ProfileForm, TokenForm
from odziv.web.views import health, summary
from odziv.web.views.retention import kept_in_words
from odziv.web.views.switches import card_switches, week_in_words

PAUSES = 5  # the latest times in which engagement was off
SHOWN_ONCE = "shown_once"  # in the session: a secret text that the next page shows and forgets


@access.signed_in
def index(request: access.SignedRequest) -> HttpResponse:
    """Everybody sees what holds; administrators can change it."""
    user = request.user
    organisation = user.organisation
    context = {
        "cards": card_switches(organisation.muted_cards),
        "pauses": EngagementPause.objects.for_(user).newest_first()[:PAUSES],
        "week": week_in_words(organisation),
        "kept": kept_in_words(organisation),
        "people": User.objects.owners_for(user).count(),
        "invited": Invitation.objects.listed_for(user).count() if user.is_administrator else 0,
        "mailboxes": Mailbox.objects.of_people(user).count(),
        "failing": Mailbox.objects.of_people(user).failing().count(),
        "registered": [one.get_provider_display() for one in OAuthClient.objects.for_(user).order_by("provider")],
        "signed": SigningKey.objects.for_(user).switched_on().domains(),
        "imports": Import.objects.visible_to(user).count(),
        "tokens": ApiToken.objects.of_person(user).count(),
        "hook": HookSecret.objects.for_(user).good(clock.now()).exists(),
        "health": health.rows(request) if user.is_administrator else [],
        "may_found": organisation.sample and not Organisation.objects.founded().exists(),
    }
    return render(request, "settings/index.html", context)


@access.signed_in
def profile(request: access.SignedRequest) -> HttpResponse:
    """One's own name, language and time zone."""
    form = ProfileForm(request.POST or None, instance=access.person(request.user, request.user.pk))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            person = form.save()
            if "name" in form.changed_data:
                renamed(person)
        with translation.override(person.language):
            messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "settings/profile.html", {"form": form}, status=422 if form.errors else 200)


@access.signed_in
def own_assistant(request: access.SignedRequest) -> HttpResponse:
    """Which cards one wants, and one's quiet hours (A1)."""
    kinds = [(card.value, card.told) for card in card_switches([])]
    person = access.person(request.user, request.user.pk)
    form = OwnAssistantForm(request.POST or None, instance=person, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("own-assistant")
    context = {
        "form": form,
        "is_on": request.user.organisation.assistant,
        "browsers": PushSubscription.objects.of_person(request.user),
        "this_browser": notifications.this_browser(request),
        **summary.last_of(request.user),
    }
    return render(request, "settings/own_assistant.html", context, status=422 if form.errors else 200)


@require_POST
@access.signed_in
def letter_keys(request: access.SignedRequest) -> HttpResponse:
    """POST on=1|0: keys of a single letter, for whom they get in the way (WCAG 2.1.4)."""
    request.user.letter_keys = request.POST.get("on") == "1"
    request.user.save(update_fields=["letter_keys"])
    return HttpResponse(status=204)


@access.signed_in
def tokens(request: access.SignedRequest) -> HttpResponse:
    """One's own API tokens; POST name makes one, whose secret shows once."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _row, secret = ApiToken.objects.issue(request.user, form.cleaned_data["name"])
        request.session[SHOWN_ONCE] = secret
        return redirect("tokens")
    rows = ApiToken.objects.of_person(request.user)
    context = {"form": form, "tokens": rows, "secret": request.session.pop(SHOWN_ONCE, ""), "web_url": ENV.web_url}
    return render(request, "settings/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@access.signed_in
def revoke(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The token stops working at once."""
    access.token(request.user, id).delete()
    messages.success(request, _("The token was revoked. Programs that used it are refused from now on."))
    return redirect("tokens")
