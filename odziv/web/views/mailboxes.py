"""Mailboxes: from where one sends (C1). Each has their own; administrators see and mend all of the organisation."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from odziv.deliver.connection import check_mailbox
from odziv.models import Mailbox, MailboxKind
from odziv.web import access
from odziv.web.forms.mailbox import MailboxForm


@access.signed_in
def index(request: access.SignedRequest) -> HttpResponse:
    rows = Mailbox.objects.of_people(request.user)
    return render(request, "settings/mailboxes.html", {"mailboxes": rows})


@access.signed_in
def new(request: access.SignedRequest) -> HttpResponse:
    """An own mailbox. Its server is tried at once; it is kept even when that fails: nothing is typed twice."""
    mailbox = Mailbox(organisation=request.user.organisation, user=request.user, kind=MailboxKind.SMTP)
    return _form(request, mailbox)


@access.signed_in
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    return _form(request, access.mailbox(request.user, id))


@require_POST
@access.signed_in
def check(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Connect, encrypt and sign in with what is stored; nothing is sent."""
    _tell(request, access.mailbox(request.user, id))
    return redirect("mailbox", id)


@require_POST
@access.signed_in
def delete(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Sent e-mails keep their sender's name and address."""
    mailbox = access.mailbox(request.user, id)
    mailbox.delete()
    messages.success(request, _("%(name)s was deleted.") % {"name": mailbox.address})
    return redirect("mailboxes")


def _form(request: access.SignedRequest, mailbox: Mailbox) -> HttpResponse:
    form = MailboxForm(request.user, request.POST or None, instance=mailbox)
    if request.method == "POST" and form.is_valid():
        written = form.written()
        written.save()
        _tell(request, written)
        return redirect("mailbox", written.pk)
    stored = None if mailbox._state.adding else access.mailbox(request.user, mailbox.pk)
    return render(
        request, "settings/mailbox.html", {"form": form, "mailbox": stored}, status=422 if form.errors else 200
    )


def _tell(request: access.SignedRequest, mailbox: Mailbox) -> None:
    """Say in a toast whether the mailbox's server takes mail."""
    report = check_mailbox(mailbox)
    if report.works:
        messages.success(request, report.text)
    else:
        messages.error(request, _("Stored, but nothing can be sent yet: %(reason)s") % {"reason": report.text})
