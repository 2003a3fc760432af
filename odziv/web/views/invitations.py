"""Invitations, for administrators: made, sent, sent again, taken back (O2)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from odziv.environment import ENV
from odziv.lib import clock
from odziv.models import Invitation, Role
from odziv.organisations import invitation_mail, inviting
from odziv.web import access
from odziv.web.forms.people import InviteForm, language

TOKEN = "invitation"  # in the session: (invitation, secret text of its link) that the next page shows, once


@access.administrators
def new(request: access.SignedRequest) -> HttpResponse:
    """POST email, role, language. The link leaves by e-mail from the inviter's mailbox, else the next page shows it."""
    form = InviteForm(request.POST or None, initial={"language": language()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            invitation, token = inviting.invite(
                request.user, given["email"], role=Role(given["role"]), language=given["language"], now=clock.now()
            )
        except inviting.AlreadyHere as error:
            form.add_error("email", _here(error))
        except inviting.AlreadyInvited as error:
            url = reverse("invitation", args=[error.invitation.pk])
            said = _("This address is invited already.")
            form.add_error("email", format_html('{} <a href="{}">{}</a>', said, url, _("Look at the invitation")))
        else:
            _send(request, invitation, token)
            return redirect("invitation", invitation.pk)
    context = {"form": form, "mailbox": invitation_mail.sending_mailbox(request.user)}
    return render(request, "settings/invite.html", context, status=422 if form.errors else 200)


@access.administrators
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Whether it left, how long it is valid, and, right after it was made and not sent, its link."""
    invitation = access.invitation(request.user, id)
    kept, token = request.session.pop(TOKEN, ("", ""))
    context = {
        "invitation": invitation,
        "open": invitation.is_open(clock.now()),
        "link": _link(token) if kept == str(invitation.pk) else "",
        "mailbox": invitation_mail.sending_mailbox(request.user),
    }
    return render(request, "settings/invitation.html", context)


@require_POST
@access.administrators
def renew(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST by=mail|link: a new link, sent or shown; the former one ends."""
    invitation = access.invitation(request.user, id)
    try:
        token = inviting.renew(invitation, clock.now())
    except inviting.NotValid:
        messages.error(request, _("Meanwhile somebody accepted or revoked this invitation."))
        return redirect("users")
    _send(request, access.invitation(request.user, id), token, by_mail=request.POST.get("by") != "link")
    return redirect("invitation", invitation.pk)


@require_POST
@access.administrators
def revoke(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Its link ends at once."""
    invitation = access.invitation(request.user, id)
    try:
        inviting.revoke(invitation, request.user, clock.now())
    except inviting.NotValid:
        messages.error(request, _("Meanwhile somebody accepted or revoked this invitation."))
    else:
        messages.success(request, _("The invitation of %(address)s was revoked.") % {"address": invitation.email})
    return redirect("users")


def _send(request: access.SignedRequest, invitation: Invitation, token: str, *, by_mail: bool = True) -> None:
    me = request.user
    if by_mail and invitation_mail.send(invitation, _link(token), by=me, now=clock.now()):
        messages.success(request, _("The invitation was sent to %(address)s.") % {"address": invitation.email})
        return
    request.session[TOKEN] = (str(invitation.pk), token)


def _link(token: str) -> str:
    return f"{ENV.web_url}{reverse('join', args=[token])}"


def _here(error: inviting.AlreadyHere) -> str:
    url, name = reverse("user", args=[error.person.pk]), error.person.name
    if error.person.is_active:
        said = _("%(name)s has this address already.") % {"name": name}
    else:
        said = _("%(name)s has this address and left. Let them back instead.") % {"name": name}
    return format_html('{} <a href="{}">{}</a>', said, url, name)
