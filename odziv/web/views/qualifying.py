"""Qualifying a lead, and opening it again (R1)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from odziv.lib import clock
from odziv.models import Qualification, Record, RecordKind, RecordStatus
from odziv.records import qualifying
from odziv.records.saving import StaleRecord
from odziv.web import access
from odziv.web.forms.qualify import QualifyForm
from odziv.web.sheets import left, sheet
from odziv.web.toasts import undoable

OFFERED = 5  # contacts, and accounts, that may be the same


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def qualify(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET: the choices, filled in as one would most likely decide. POST makes all of it, or nothing."""
    lead = access.record(request.user, id, RecordKind.LEAD)
    if lead.status != RecordStatus.OPEN:
        messages.info(request, _("Only an open lead can be qualified."))
        return redirect(lead)
    rows = Record.objects.for_(request.user)
    contacts, accounts = rows.maybe_same_person(lead, OFFERED), rows.maybe_same_company(lead, OFFERED)
    posted = request.POST if request.method == "POST" else None
    form = QualifyForm(request.user, lead, contacts, accounts, posted)
    kept = request.POST.get("more", "")  # what was typed before the session ended
    if posted is not None and not kept and form.is_valid():
        try:
            made = qualifying.qualify(
                lead, form.cleaned_data["version"], **form.chosen, user=request.user, now=clock.now()
            )
        except (qualifying.NotOpen, StaleRecord):
            return _again(request, id, contacts, accounts)
        return _done(request, lead, made)
    status = 422 if posted is not None and not kept else 200
    return render(request, "records/qualify.html", _context(lead, form, contacts, accounts), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def reopen(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET says what becomes of what was made. POST remove=1|0: the lead is open again."""
    lead = access.record(request.user, id, RecordKind.LEAD)
    kept = Qualification.objects.of_lead(lead)
    if request.method != "POST":
        if lead.status != RecordStatus.QUALIFIED:
            return left(request, lead.get_absolute_url())
        made = [one for one in (kept.contact, kept.account, kept.opportunity) if one is not None] if kept else []
        unused = list(qualifying.unused_of(kept)) if kept else []
        context = {
            "record": lead,
            "unused": unused,
            "staying": [one for one in made if one not in unused],
            "title": _("Open the lead again"),
        }
        return sheet(request, "records/reopen.html", context)
    try:
        gone = qualifying.reopen(lead, and_remove=request.POST.get("remove") == "1", user=request.user, now=clock.now())
    except qualifying.NotOpen:
        return left(request, lead.get_absolute_url())
    messages.success(request, _("%(name)s is open again.") % {"name": lead.name})
    if gone:
        names = ", ".join(record.name for record in gone)
        messages.info(request, _("Deleted again: %(names)s.") % {"names": names})
    return left(request, lead.get_absolute_url())


@require_POST
@access.signed_in
def undo(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST: 204 when the lead is open again and what was made of it is gone, as far as nobody has used it."""
    lead = access.record(request.user, id, RecordKind.LEAD)
    try:
        qualifying.reopen(lead, and_remove=True, user=request.user, now=clock.now())
    except qualifying.NotOpen:
        return HttpResponse(status=409)
    return HttpResponse(status=204)


def _context(lead: Record, form: QualifyForm, contacts: list[Record], accounts: list[Record]) -> dict[str, object]:
    return {"record": lead, "form": form, "contacts": contacts, "accounts": accounts}


def _again(request: access.SignedRequest, id: UUID, contacts: list[Record], accounts: list[Record]) -> HttpResponse:
    """The lead was changed meanwhile: what was chosen shows again, upon what is stored now."""
    lead = access.record(request.user, id, RecordKind.LEAD)
    if lead.status != RecordStatus.OPEN:
        messages.warning(request, _("Somebody else was faster: this lead is not open any more. Nothing was made."))
        return redirect(lead)
    data = request.POST.copy()
    data["version"] = str(lead.version)
    form = QualifyForm(request.user, lead, contacts, accounts, data)
    form.add_error(None, _("Somebody changed this lead since you opened it. Look at it once more, and send it again."))
    return render(request, "records/qualify.html", _context(lead, form, contacts, accounts), status=422)


def _done(request: access.SignedRequest, lead: Record, made: Qualification) -> HttpResponse:
    undoable(request, _("%(name)s is qualified.") % {"name": lead.name}, reverse("lead-undo", args=[lead.pk]))
    if made.account is not None and not made.account.allows_following:
        text = _("%(name)s does not allow following: that holds for this contact too.")
        messages.warning(request, text % {"name": made.account.name})
    return redirect(made.opportunity or made.contact or lead)
