"""Making, changing and deleting records (R1, R2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from odziv.lib import clock
from odziv.models import (
    Cleared,
    ConsentSource,
    FollowEmail,
    HardBounce,
    Record,
    RecordKind,
    RecordStatus,
    address_key,
)
from odziv.privacy import consent
from odziv.records import saving
from odziv.records.saving import Reach, StaleRecord, reach_of, save
from odziv.web import access
from odziv.web.forms.differences import THEIRS, Difference, decided, differences, marks
from odziv.web.forms.reach import ReachForms
from odziv.web.forms.records import FIELDS, RecordForm
from odziv.web.kinds import kind_of
from odziv.web.toasts import undoable

LISTS = ("emails", "phones", "addresses")


@access.signed_in
def new(request: access.SignedRequest, kind: str) -> HttpResponse:
    """GET account, contact, name, email prefill the form. 404 for a foreign account or contact."""
    form_kind = RecordKind(kind)
    if request.method == "POST":
        more = request.POST.get("more", "")
        form = RecordForm(request.user, form_kind, request.POST)
        reach = ReachForms(request.POST, more=more)
        if not more and form.is_valid() & reach.is_valid():
            record = save(form.save(commit=False), reach.reach, user=request.user, now=clock.now())
            return _saved(request, record, _("%(name)s was created.") % {"name": record.name})
    else:
        form = RecordForm(request.user, form_kind, initial=_prefilled(request))
        reach = ReachForms()
    return _form_page(request, form, reach, None)


@access.signed_in
def edit(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """Change a record. When somebody else saved it meanwhile, both states show and the user decides, field by field.

    A qualified lead is kept as it was: its contact is changed instead.
    """
    record = access.record(request.user, id, kind)
    if record.status == RecordStatus.QUALIFIED:
        messages.info(request, _("A qualified lead is kept as it was. Change its contact, or open the lead again."))
        return redirect(record)
    if request.method != "POST":
        form = RecordForm(request.user, RecordKind(kind), instance=record)
        return _form_page(request, form, ReachForms(None, record), id)
    more = request.POST.get("more", "")
    form = RecordForm(request.user, RecordKind(kind), request.POST, instance=record)
    reach = ReachForms(request.POST, more=more)
    if more or not form.is_valid() & reach.is_valid():
        return _form_page(request, form, reach, id)
    changed = form.save(commit=False)
    changed.version = form.cleaned_data["version"] or 0
    stored = access.record(request.user, id, kind)
    try:
        written = _with_theirs(request, changed, reach.reach, stored)
        save(changed, written, user=request.user, now=clock.now())
    except StaleRecord:
        return _collision(request, id, form, reach)
    return _saved(request, changed, _("Saved."))


@access.signed_in
def delete(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """GET says what goes with the record and what stays; POST deletes it, so that it can be brought back for a day."""
    record = access.record(request.user, id, kind)
    if request.method == "POST":
        said = _("%(name)s was deleted.") % {"name": record.name}
        kept = saving.delete(record, request.user, clock.now())
        if kept is not None:
            undoable(request, said, reverse("restore", args=[kept.pk]))
        else:
            messages.success(request, said)
        return redirect(kind_of(kind).list_name)
    lasting = bool(saving.overloaded([record], saving.MOST_HANGING))
    context = {"record": record, "kind": kind_of(kind), "hangs": record.what_hangs_on_it(), "lasting": lasting}
    return render(request, "records/delete.html", context)


@require_POST
@access.signed_in
def follow(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """POST follow_email=allow|deny: the preference, on the tab Details (R2)."""
    record = access.record(request.user, id, kind)
    wanted = request.POST.get("follow_email", "")
    if wanted in FollowEmail.values and record.has_preference:
        consent.change(record, FollowEmail(wanted), source=ConsentSource.RECORD, user=request.user, now=clock.now())
        messages.success(request, _("Follow email: %(choice)s") % {"choice": FollowEmail(wanted).label})
    return redirect(f"{kind}-details", record.pk)


@require_POST
@access.signed_in
def working(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """POST address: mail to this address of the record arrives again, whatever came back from it (P2)."""
    record = access.record(request.user, id, kind)
    address = request.POST.get("address", "")
    if record.emails.filter(key=address_key(address)).exists():
        bounces = HardBounce.objects.for_(request.user)
        bounces.clear([address], Cleared.HAND, by=request.user, now=clock.now())
        messages.success(request, _("%(address)s counts as working again.") % {"address": address})
    return redirect(f"{kind}-details", record.pk)


@access.signed_in
def duplicates(request: access.SignedRequest) -> HttpResponse:
    """GET address, record: a hint below the field when another record has the address; empty when none has."""
    known = request.GET.get("record", "")
    mine = access.record(request.user, known).pk if known else None
    typed = next((str(value) for name, value in request.GET.items() if name.endswith("address")), "")
    rows = Record.objects.for_(request.user).with_address(typed, but=mine)
    return render(request, "records/duplicates.html", {"records": rows[:3]})


def _prefilled(request: access.SignedRequest) -> dict[str, Any]:
    initial: dict[str, Any] = {"name": request.GET.get("name", "")[:200]}
    for parameter, field, kind in (
        ("account", "account", RecordKind.ACCOUNT),
        ("contact", "primary_contact", RecordKind.CONTACT),
    ):
        if request.GET.get(parameter):
            initial[field] = access.record(request.user, request.GET[parameter], kind)
    contact = initial.get("primary_contact")
    if contact is not None and contact.account is not None:
        initial["account"] = contact.account
    return initial


def _saved(request: access.SignedRequest, record: Record, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    others = Record.objects.for_(request.user).sharing_address_with(record)[:3]
    if others:
        names = ", ".join(other.name for other in others)
        messages.warning(request, _("An address of this record is also on: %(names)s.") % {"names": names})
    return redirect(record)


def _with_theirs(request: access.SignedRequest, changed: Record, typed: Reach, stored: Record) -> Reach:
    """Let the fields for which the user decided so be as they are stored; returns the addresses to write."""
    taken = decided(request.POST, [*FIELDS[RecordKind(stored.kind)], *LISTS])
    theirs = {name for name, take in taken.items() if take == THEIRS}
    for name in theirs - set(LISTS):
        setattr(changed, name, getattr(stored, name))
    kept = reach_of(stored)
    return replace(typed, **{name: getattr(kept, name) for name in theirs & set(LISTS)})


def _form_page(
    request: access.SignedRequest,
    form: RecordForm,
    reach: ReachForms,
    id: UUID | None,
    decide: Sequence[Difference] = (),
) -> HttpResponse:
    # As it is stored, whatever was typed: its name stands in the heading, its address in the links.
    record = access.record(request.user, id, form.kind) if id else None
    seen = request.POST.get("was", "")
    if record is not None and request.method != "POST":
        seen = marks(form.values(partial(getattr, record), reach_of(record)))
    context = {
        "form": form,
        "reach": reach,
        "kind": kind_of(form.kind),
        "record": record,
        "decide": decide,
        "undecided": {one.name for one in decide},
        "was": seen,
        "more": request.POST.get("more", ""),
    }
    wrong = request.method == "POST" and not context["more"]
    return render(request, "records/form.html", context, status=422 if wrong else 200)


def _collision(request: access.SignedRequest, id: UUID, form: RecordForm, reach: ReachForms) -> HttpResponse:
    """Show the form again with what was typed, ready to be saved over the stored state, and what is to be decided."""
    stored = access.record(request.user, id, form.kind)
    theirs = form.values(partial(getattr, stored), reach_of(stored))
    mine = form.values(form.cleaned_data.__getitem__, reach.reach)
    decide = differences(theirs, mine, request.POST.get("was", ""), decided(request.POST, theirs))
    if not decide:
        return _saved(request, stored, _("Saved. Somebody else had changed it to the same meanwhile."))
    data: QueryDict = request.POST.copy()
    data["version"] = str(stored.version)
    again = RecordForm(request.user, form.kind, data, instance=access.record(request.user, id, form.kind))
    return _form_page(request, again, reach, id, decide)
