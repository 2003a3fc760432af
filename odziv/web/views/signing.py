"""Signatures (DKIM): the keys of the organisation, their DNS records, and what is signed with them (D5)."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from odziv.lib import clock
from odziv.lib.dkim import Finding
from odziv.models import SigningKey
from odziv.signing import keys, words
from odziv.signing.records import look_up
from odziv.signing.signers import unsigned_because
from odziv.web import access
from odziv.web.forms.signing import SigningKeyForm

_PIECE = 255  # characters of one string in a TXT record (RFC 1035, 3.3.14)


@access.administrators
def index(request: access.SignedRequest) -> HttpResponse:
    """Each domain from which the organisation sends, with its keys; why mail from it is not signed."""
    rows = list(SigningKey.objects.for_(request.user).listed())
    of_domain = {domain: list(some) for domain, some in groupby(rows, key=lambda row: row.domain)}
    sending = keys.sending_domains(request.user)
    domains = [
        {
            "name": name,
            "sends": name in sending,
            "why": unsigned_because(of_domain.get(name, [])),
            "keys": of_domain.get(name, []),
        }
        for name in sorted({*sending, *of_domain})
    ]
    return render(request, "settings/signing.html", {"domains": domains})


@sensitive_post_parameters("text")
@access.administrators
def new(request: access.SignedRequest) -> HttpResponse:
    """GET domain: its form; POST: a key, made or pasted, switched off until its record is published."""
    domain = request.GET.get("domain", "")[:253]
    initial = {"domain": domain, "selector": keys.free_selector(request.user, domain)}
    form = SigningKeyForm(request.user, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            row = keys.add(request.user, typed["domain"], typed["selector"], form.key, clock.now())
        except keys.SelectorTaken:
            form.add_error("selector", _("There is a key with this selector already. Choose another one."))
        else:
            messages.success(request, _("The key is stored. Publish its record, then turn it on."))
            return redirect("signing-key", row.pk)
    context = {"form": form, "domains": keys.sending_domains(request.user), "domain": domain}
    return render(request, "settings/signing_new.html", context, status=422 if form.errors else 200)


@access.administrators
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The key: the record to publish, how the last look at it ended, and its switch."""
    return _page(request, access.signing_key(request.user, id))


@require_POST
@access.administrators
def check(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Look the record up now."""
    key = access.signing_key(request.user, id)
    look_up(key, clock.now())
    return render(request, "settings/signing_record.html", _shown(key)) if request.htmx else redirect("signing-key", id)


@require_POST
@access.administrators
def switch(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST on=1|0. On only when the record is good, or with anyway=1."""
    key, now = access.signing_key(request.user, id), clock.now()
    if request.POST.get("on") != "1":
        SigningKey.objects.turn(key, False, now)
        messages.success(request, _("Nothing is signed with this key any more."))
        return redirect("signing-key", id)
    if look_up(key, now).finding != Finding.GOOD and request.POST.get("anyway") != "1":
        return _page(request, key, refused=True)
    SigningKey.objects.turn(key, True, now)
    told = _("What leaves from %(domain)s is signed with this key from now on.") % {"domain": key.domain}
    messages.success(request, told)
    return redirect("signing-key", id)


@access.administrators
def delete(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET says what follows; POST forgets the key."""
    key = access.signing_key(request.user, id)
    if request.method == "POST":
        key.delete()
        messages.success(request, _("The key %(name)s was removed.") % {"name": key.selector})
        return redirect("signing")
    return render(request, "settings/signing_delete.html", {"key": key})


def _page(request: access.SignedRequest, key: SigningKey, *, refused: bool = False) -> HttpResponse:
    former = SigningKey.objects.for_(request.user).signing(key.organisation_id, key.domain).filter(kind=key.kind)
    context = {**_shown(key), "refused": refused, "former": former.exclude(pk=key.pk).first()}
    return render(request, "settings/signing_key.html", context, status=409 if refused else 200)


def _shown(key: SigningKey) -> dict[str, object]:
    text = key.record_text
    pieces = " ".join(f'"{text[at : at + _PIECE]}"' for at in range(0, len(text), _PIECE))
    return {
        "key": key,
        "short": f"{key.selector}._domainkey",
        "zone_line": f"{key.record_name}. 3600 IN TXT ( {pieces} )",
        "said": words.said(key),
        "good": key.finding == Finding.GOOD,
        "fault": words.unusable(key) if key.fault else "",
    }
