"""Mailboxes: from where one sends, where answers arrive (C1). Each has their own; administrators mend all of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from odziv import mailboxes as verbs
from odziv.compose import signatures
from odziv.health import last_beat
from odziv.lib import clock
from odziv.mailboxes import advice
from odziv.mailboxes.presets import PRESETS, Preset, preset, preset_of
from odziv.models import Grant, Mailbox, MailboxKind, OAuthClient, SignIn, Trial, User
from odziv.models.keyset import Order, page_of
from odziv.web import access
from odziv.web.forms.mailbox import MailboxForm, SignatureForm

_BY_ADDRESS = Order("address")
_ALIVE = 60  # seconds after which a worker that was not seen is thought to be away


@access.signed_in
def index(request: access.SignedRequest) -> HttpResponse:
    """The user's own; for administrators all of the organisation."""
    page = page_of(Mailbox.objects.of_people(request.user), _BY_ADDRESS, request.GET.get("cursor", ""))
    return render(
        request, "settings/mailboxes.html", {"page": page, "mailboxes": [(one, _state(one)) for one in page.rows]}
    )


@access.signed_in
def new(request: access.SignedRequest) -> HttpResponse:
    """GET: which provider; with preset=KEY, and by POST: the form. It is tried at once, and kept even if that fails."""
    chosen = preset(request.GET.get("preset", ""))
    if request.method != "POST" and chosen is None:
        return render(request, "settings/mailbox_new.html", {"presets": PRESETS})
    mailbox = Mailbox(organisation=request.user.organisation, user=request.user, kind=MailboxKind.SMTP)
    provider = _offered(request.user, chosen)
    form = MailboxForm(request.user, request.POST or None, instance=mailbox, preset=chosen, provider=provider)
    return _form(request, form, None, {"preset": chosen})


@access.signed_in
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The mailbox, how the last test went, and its form."""
    mailbox = access.mailbox(request.user, id)
    chosen = preset_of(mailbox)
    form = MailboxForm(request.user, request.POST or None, instance=mailbox, provider=_offered(request.user, chosen))
    stored = access.mailbox(request.user, id)
    return _form(
        request, form, stored, {"preset": chosen, "grant": Grant.objects.of_mailbox(stored), **_trial(mailbox)}
    )


def _offered(user: User, chosen: Preset | None) -> str:
    """The provider whose permission can be asked for: one at which the organisation is registered."""
    provider = chosen.sign_in if chosen else SignIn.PASSWORD
    known = provider != SignIn.PASSWORD and OAuthClient.objects.for_provider(user.organisation_id, provider)
    return str(provider) if known else ""


def _form(
    request: access.SignedRequest, form: MailboxForm, stored: Mailbox | None, context: dict[str, Any]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        written = form.written()
        written.save()
        if form.ends_permission:
            Grant.objects.end(written)
        if written.uses_oauth and Grant.objects.of_mailbox(written) is None:
            messages.success(request, _("Saved. One step is left: sign in at your provider."))
        elif written.kind == MailboxKind.SMTP:
            _ask(written, request.user)
        else:
            messages.success(request, _("Saved."))
        return redirect("mailbox", written.pk)
    context |= {"form": form, "mailbox": stored}
    return render(request, "settings/mailbox.html", context, status=422 if form.errors else 200)


@require_POST
@access.signed_in
def check(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Have the worker try what is stored, step by step; nothing is sent. For htmx the part that shows it."""
    mailbox = access.mailbox(request.user, id)
    if mailbox.kind == MailboxKind.SMTP:
        _ask(mailbox, request.user)
    if request.htmx:
        return render(request, "settings/trial.html", {"mailbox": mailbox, **_trial(mailbox)})
    return redirect("mailbox", id)


@access.signed_in
def trial(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """How far the test is: a part of the page, fetched again until it is over."""
    mailbox = access.mailbox(request.user, id)
    return render(request, "settings/trial.html", {"mailbox": mailbox, **_trial(mailbox)})


@access.signed_in
def delete(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET names what still waits to leave from it; POST disconnects it: those become drafts again."""
    mailbox = access.mailbox(request.user, id)
    if request.method == "POST":
        stopped = verbs.disconnect(mailbox, clock.now())
        told = _("%(name)s was disconnected.") % {"name": mailbox.address}
        if stopped:
            words = ngettext(
                "%(n)d scheduled e-mail is a draft again.", "%(n)d scheduled e-mails are drafts again.", stopped
            )
            told = f"{told} {words % {'n': stopped}}"
        messages.success(request, told)
        return redirect("mailboxes")
    waiting = verbs.waiting_in(mailbox)
    context = {"mailbox": mailbox, "waiting": waiting[:5], "count": len(waiting), "more": len(waiting) - 5}
    return render(request, "settings/mailbox_delete.html", context)


@require_POST
@access.signed_in
def prefer(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """New e-mails of its user leave from this mailbox."""
    mailbox = access.mailbox(request.user, id)
    Mailbox.objects.make_default(mailbox)
    messages.success(request, _("New e-mails leave from %(address)s from now on.") % {"address": mailbox.address})
    return redirect("mailbox", id)


@access.signed_in
def signature(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The signature of a mailbox; POST signature, and preview=1 to only look at it as it will stand in an e-mail."""
    mailbox = access.mailbox(request.user, id)
    form = SignatureForm(request.POST or None, initial={"signature": mailbox.signature})
    shown = mailbox.signature
    if request.method == "POST" and form.is_valid():
        shown = form.cleaned_data["signature"]
        if not request.POST.get("preview"):
            mailbox.signature = shown
            mailbox.save(update_fields=["signature"])
            messages.success(request, _("Saved. New e-mails from this mailbox end with it."))
            return redirect("mailbox-signature", id)
    values = signatures.values_of(mailbox, request.user)
    context = {
        "mailbox": mailbox,
        "form": form,
        "values": [(f"{{{{ {name} }}}}", values[name]) for name in signatures.VALUES],
        "preview": signatures.render(shown, values),
    }
    return render(request, "settings/signature.html", context, status=422 if form.errors else 200)


def _ask(mailbox: Mailbox, by: User) -> None:
    Trial.objects.ask(mailbox, "both" if mailbox.reads else "smtp", by, clock.now())


def _trial(mailbox: Mailbox) -> dict[str, Any]:
    """The latest test: its steps in words, by part; whether somebody is there to do it."""
    latest = Trial.objects.of(mailbox.organisation_id).newest_of(mailbox)
    if latest is None:
        return {"trial": None}
    steps = {
        part: [advice.said(mailbox, row) for row in latest.steps if row["part"] == part] for part in ("smtp", "imap")
    }
    failed = any(row["state"] == "failed" for row in latest.steps)
    seen = last_beat()
    idle = seen is None or (clock.now() - seen).total_seconds() > _ALIVE
    return {"trial": latest, "steps": steps, "failed": failed, "folders": latest.folders, "no_worker": idle}


def _state(mailbox: Mailbox) -> str:
    """works, fails, test or untried: what its line in the list says."""
    if mailbox.kind == MailboxKind.TEST:
        return "test"
    if mailbox.smtp_reason or (mailbox.reads and mailbox.imap_reason):
        return "fails"
    return "works" if mailbox.smtp_tried_at else "untried"
