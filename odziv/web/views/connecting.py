"""Permission instead of a password: to the provider and back, and the registrations that this needs (O6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from odziv.deliver.answers import what_happened, what_next
from odziv.deliver.trouble import readable
from odziv.environment import ENV
from odziv.lib import clock
from odziv.models import Mailbox, OAuthClient, SignIn, Trial
from odziv.oauth import consent
from odziv.oauth.trouble import OAuthTrouble
from odziv.web import access
from odziv.web.forms.mailbox import RegistrationForm

JOURNEY = "oauth"  # in the session: what consent.begin gave, for the one permission that is being asked for


@require_GET
@never_cache
@access.signed_in
def connect(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Lead the person to the mailbox's provider. A GET: a form must not lead to another site (form-action)."""
    mailbox = access.mailbox(request.user, id)
    registration = _registration(mailbox)
    if registration is None:
        messages.error(request, _("Your organisation is not registered with this provider. Ask an administrator."))
        return redirect("mailbox", id)
    try:
        journey, url = consent.begin(mailbox, registration, redirect_uri(), clock.now())
    except OAuthTrouble as trouble:
        messages.error(request, _said(trouble))
        return redirect("mailbox", id)
    request.session[JOURNEY] = list(journey)
    return HttpResponseRedirect(url)


@require_GET
@never_cache
@access.signed_in
def connected(request: access.SignedRequest) -> HttpResponse:
    """Where the provider sends the person back: GET state, and code or error. Only who set out may arrive, once."""
    kept = request.session.pop(JOURNEY, None)
    journey = consent.Journey(*kept) if kept else None
    now = clock.now()
    if (
        journey is None
        or not constant_time_compare(request.GET.get("state", ""), journey.state)
        or now.timestamp() - journey.at > consent.LASTS
    ):
        messages.error(request, _("This answer of a provider is not awaited here (any more). Nothing was changed."))
        return redirect("mailboxes")
    mailbox = access.mailbox(request.user, journey.mailbox)
    registration = _registration(mailbox)
    if request.GET.get("error") or registration is None:
        messages.error(request, _refusal(request.GET))
        return redirect("mailbox", mailbox.pk)
    try:
        code = request.GET.get("code", "")
        grant = consent.end(journey, code, mailbox, registration, redirect_uri(), by=request.user, now=now)
    except consent.MissingScope:
        messages.error(request, _("You left out the permission for mail. Connect again, and allow all that is asked."))
    except OAuthTrouble as trouble:
        messages.error(request, _said(trouble))
    else:
        Trial.objects.ask(mailbox, "both" if mailbox.reads else "smtp", request.user, now)
        messages.success(request, _("The permission was given."))
        if grant.account and grant.account.lower() != mailbox.address.lower():
            told = {"account": grant.account, "address": mailbox.address}
            sentence = _("You signed in as %(account)s; it must be allowed to use %(address)s. The test shows whether.")
            messages.warning(request, sentence % told)
    return redirect("mailbox", mailbox.pk)


@access.administrators
def registrations(request: access.SignedRequest) -> HttpResponse:
    """The organisation's registrations; POST provider with client_id, client_secret, tenant, or with remove=1."""
    me, provider = request.user, request.POST.get("provider", "")
    stored = {key: OAuthClient.objects.for_provider(me.organisation_id, key) for key in _names()}
    forms = {key: RegistrationForm(key, stored[key], request.POST if key == provider else None) for key in stored}
    if request.method == "POST" and provider in forms:
        form, row = forms[provider], stored[provider]
        if request.POST.get("remove") and row is not None:
            row.delete()
            messages.success(request, _("The registration was removed. Mailboxes that use it can no longer sign in."))
            return redirect("registrations")
        if not request.POST.get("remove") and form.is_valid():
            _store(request, provider, row, form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("registrations")
    rows = [{"key": key, "name": name, "form": forms[key], "stored": stored[key]} for key, name in _names().items()]
    failed = any(form.errors for form in forms.values())
    context = {"rows": rows, "redirect_uri": redirect_uri()}
    return render(request, "settings/registrations.html", context, status=422 if failed else 200)


def redirect_uri() -> str:
    """The address that is registered with providers."""
    return f"{ENV.web_url}{reverse('mailbox-connected')}"


def _store(request: access.SignedRequest, provider: str, row: OAuthClient | None, typed: dict[str, Any]) -> None:
    row = row or OAuthClient(organisation=request.user.organisation, provider=provider)
    row.client_id, row.tenant = typed["client_id"], typed.get("tenant", "")
    if typed["client_secret"]:
        row.client_secret = typed["client_secret"]
    row.changed_at, row.changed_by = clock.now(), request.user
    row.save()


def _names() -> dict[str, str]:
    return {SignIn.GOOGLE.value: "Google", SignIn.MICROSOFT.value: "Microsoft"}


def _registration(mailbox: Mailbox) -> OAuthClient | None:
    if not mailbox.uses_oauth:
        return None
    return OAuthClient.objects.for_provider(mailbox.organisation_id, mailbox.sign_in)


def _refusal(told: Any) -> str:
    """What the provider gave instead of a permission."""
    if told.get("error") == "access_denied":
        return _("You did not allow it, so nothing was changed. Without the permission this mailbox cannot be used.")
    words = readable(f"{told.get('error', '')} {told.get('error_description', '')}")
    return _("The provider gave no permission: “%(words)s”. Nothing was changed.") % {"words": words}


def _said(trouble: OAuthTrouble) -> str:
    words = f"“{trouble.words}”" if trouble.words else ""
    return " ".join(filter(None, (what_happened(trouble.reason), words, what_next(trouble.reason))))
