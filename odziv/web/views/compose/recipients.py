"""Recipients while one writes: completion, preferences, the follow state, and who says no (C1, F1, F2)."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from odziv.compose.addresses import Mailbox
from odziv.compose.completion import suggest
from odziv.compose.follow import FollowCheck, RecipientCheck, evaluate
from odziv.models import Dead, FollowState, HardBounce, Organisation, RecordKind, address_key
from odziv.web import access
from odziv.web.views.compose.page import RECORD_ICONS, checked, habits_of

MOST_ASKED = 500
LONGEST_QUERY = 100


@access.signed_in
@require_GET
def options(request: access.SignedRequest) -> JsonResponse:
    """GET q: at most ten addresses of contacts, leads and accounts, as recipients.js reads them."""
    engagement = request.user.organisation.engagement
    found = []
    for one in suggest(request.user, request.GET.get("q", "")[:LONGEST_QUERY]):
        record = one.record
        said = _said("allow" if record.allows_following else "deny") if engagement else {}
        company = record.account.name if record.account else record.company
        found.append(
            {
                "value": str(one.mailbox),
                "label": record.name,
                "detail": one.mailbox.address,
                "note": company or RecordKind(record.kind).label,
                "icon": "eye-off" if said and not record.allows_following else RECORD_ICONS[RecordKind(record.kind)],
                **said,
                **({"mark": _("Allow") if record.allows_following else _("Do not allow")} if said else {}),
                **({"mark": _("Comes back"), "icon": "mail-x", "dead": came_back(one.dead)} if one.dead else {}),
            }
        )
    return JsonResponse({"options": found})


@access.signed_in
@require_POST
def preferences(request: access.SignedRequest) -> HttpResponse:
    """POST {"addresses": […]} (at most 500): what is known of each, by the address in lower case."""
    try:
        asked = json.loads(request.body)["addresses"]
        addresses = [str(address)[:320] for address in asked[:MOST_ASKED]]
    except (ValueError, KeyError, TypeError):
        return HttpResponseBadRequest()
    organisation = request.user.organisation
    found = evaluate(organisation, [Mailbox("", address) for address in addresses])
    dead = HardBounce.objects.for_(request.user).dead(addresses)
    known = {check.address: _preference(check, organisation) for check in found.recipients}
    for address, said in known.items():
        if one := dead.get(address_key(address)):
            said["dead"] = came_back(one)
    return JsonResponse(known)


def _preference(check: RecipientCheck, organisation: Organisation) -> dict[str, str]:
    name = check.record.name if check.record else ""
    if not organisation.engagement:
        return {"preference": "unknown", "name": name}
    if not check.allowed:
        return {"name": name, **_said("deny", check)}
    return {"name": name, **_said("allow" if check.record else "unknown")}


def came_back(dead: Dead) -> str:
    """In words, why an address is marked."""
    said = ngettext("%(n)d e-mail came back from it for good", "%(n)d e-mails came back from it for good", dead.returns)
    return said % {"n": dead.returns}


def _said(preference: str, check: RecipientCheck | None = None) -> dict[str, str]:
    if preference == "unknown":
        return {"preference": preference, "title": _("In no record; may be followed")}
    if preference == "allow":
        return {"preference": preference, "title": _("Follow email: Allow")}
    return {"preference": preference, "title": why(check) if check else _("Follow email: Do not allow")}


def why(check: RecipientCheck) -> str:
    """In words, why this recipient may not be followed."""
    if check.why == "account" and check.refused_by is not None:
        return _("Follow email: Do not allow, at the account %(name)s") % {"name": check.refused_by.name}
    if check.why == "refused":
        return _("Said no by themselves; in no record")
    if check.why == "unknown":
        return _("In no record; your organisation follows only people who are in one")
    return _("Follow email: Do not allow")


@access.signed_in
@require_POST
def follow(request: access.SignedRequest) -> HttpResponse:
    """POST to, cc, bcc, wants_following: the panel with the state of F1. `retry` says so when it is still blocked."""
    found = _checked(request)
    context = {"follow": found, "wants": _wants(request), "habits": habits_of(request.user.organisation, found)}
    response = render(request, "compose/follow.html", context)
    if request.POST.get("retry"):
        blocked = found.state == FollowState.BLOCKED
        said = _("Still blocked: not everybody allows it.") if blocked else _("It will be followed.")
        trigger_client_event(response, "toast", {"text": said, "tone": "warning" if blocked else "success"})
    return response


@access.signed_in
@require_POST
def settings(request: access.SignedRequest) -> HttpResponse:
    """POST to, cc, bcc, wants_following: every recipient with name and preference, refusing ones first (F2)."""
    found = _checked(request)
    rows = [
        {"check": check, "open": check.refused_by or check.record, "why": "" if check.allowed else why(check)}
        for check in sorted(found.recipients, key=lambda check: check.allowed)
    ]
    context: dict[str, Any] = {"follow": found, "rows": rows, "wants": _wants(request)}
    return render(request, "compose/recipient_settings.html", context)


def _checked(request: access.SignedRequest) -> FollowCheck:
    lines = (request.POST.get("to", ""), request.POST.get("cc", ""), request.POST.get("bcc", ""))
    return checked(request.user.organisation, lines, _wants(request))


def _wants(request: access.SignedRequest) -> bool:
    return request.POST.get("wants_following", "1") == "1"
