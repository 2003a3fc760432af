"""The people of the organisation, for its administrators: who is here, who is invited, who left (O2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from odziv.lib import clock
from odziv.models import Invitation, PersonChange, PersonChangeKind, Role, User
from odziv.models.keyset import Order, page_of
from odziv.organisations import LastAdministrator, change_user, leaving
from odziv.web import access
from odziv.web.accounts import password_link
from odziv.web.forms.people import LeaveForm, PersonForm

LINK = "password_link"  # in the session: the person whose link the next page shows, once
CHANGES = 30  # of the newest that a person's page shows
_STATES = ("active", "invited", "left")
_BY_NAME, _BY_ADDRESS = Order("name"), Order("email")


@access.administrators
def index(request: access.SignedRequest) -> HttpResponse:
    """GET state=active|invited|left, q: a part of name or address, cursor."""
    me, words = request.user, " ".join(request.GET.get("q", "").replace("\0", "").split())[:200]
    state = request.GET.get("state", "")
    state = state if state in _STATES else "active"
    cursor = request.GET.get("cursor", "")
    invited = Invitation.objects.listed_for(me).matching(words)
    people = {active: User.objects.listed_for(me, words, active=active) for active in (True, False)}
    context: dict[str, Any] = {"words": words, "state": state, "now": clock.now()}
    if state == "invited":
        context["page"] = page_of(invited, _BY_ADDRESS, cursor)
    else:
        context["page"] = page_of(people[state == "active"], _BY_NAME, cursor)
    counts = {"active": people[True].count(), "invited": invited.count(), "left": people[False].count()}
    context["tabs"] = _tabs(state, words, counts)
    return render(request, "settings/users.html", context)


def _tabs(state: str, words: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    names = {"active": _("Active"), "invited": _("Invited"), "left": _("Left")}
    return [
        {
            "url": f"{reverse('users')}?{urlencode({'state': key, 'q': words})}",
            "label": names[key],
            "count": counts[key],
            "current": key == state,
        }
        for key in _STATES
    ]


@access.administrators
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Name, role and language of a person, and who changed what; the organisation always keeps an administrator."""
    person = access.person(request.user, id)
    form = PersonForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_user(person, form.cleaned_data, by=request.user, now=clock.now())
        except LastAdministrator:
            form.add_error("role", _("Somebody has to be administrator. Give the role to another person first."))
        else:
            messages.success(request, _("Saved."))
            return redirect("user", person.pk)
    link = password_link(person) if request.session.pop(LINK, "") == str(person.pk) else ""
    changes = PersonChange.objects.about(person)[:CHANGES]
    context = {"form": form, "person": person, "link": link, "changes": [(one, said(one)) for one in changes]}
    return render(request, "settings/user.html", context, status=422 if form.errors else 200)


@require_POST
@access.administrators
def link(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """A new link with which the person sets their password; the next page shows it."""
    person = access.person(request.user, id)
    if not person.is_active:
        messages.error(request, _("%(name)s has left. Let them back first.") % {"name": person.name})
        return redirect("user", person.pk)
    PersonChange.objects.note(person, request.user, PersonChangeKind.LINK, clock.now())
    request.session[LINK] = str(person.pk)
    return redirect("user", person.pk)


@access.administrators
def leave(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET asks what becomes of what the person has; POST heir, mail=leave|stop signs them out for good."""
    me, person = request.user, access.person(request.user, id)
    if not person.is_active or person.pk == me.pk:
        return redirect("user", person.pk)
    hangs = leaving.estate(person)
    form = LeaveForm(me, person, request.POST if request.method == "POST" else None, mail=bool(hangs.scheduled))
    if request.method == "POST" and form.is_valid():
        heir = form.cleaned_data["heir"]
        stop = form.cleaned_data.get("mail") == "stop"
        try:
            done = leaving.leave(person, by=me, now=clock.now(), heir=heir, stop_mail=stop)
        except LastAdministrator:
            form.add_error(None, _("Somebody has to be administrator. Give the role to another person first."))
        else:
            told = _("%(name)s has left, and is signed out everywhere.") % {"name": person.name}
            messages.success(request, " ".join(filter(None, (told, leaving.in_words(done, heir)))))
            return redirect("user", person.pk)
    context = {"form": form, "person": person, "hangs": hangs, "more": hangs.scheduled - len(hangs.next_mail)}
    return render(request, "settings/user_leave.html", context, status=422 if form.errors else 200)


@require_POST
@access.administrators
def come_back(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The person may sign in again, with the password that they had."""
    person = leaving.come_back(access.person(request.user, id), by=request.user, now=clock.now())
    messages.success(request, _("%(name)s may sign in again.") % {"name": person.name})
    return redirect("user", person.pk)


def said(change: PersonChange) -> str:
    """One line of who changed what."""
    told = {"by": change.by.name if change.by else _("Somebody who is gone"), "before": change.before}
    told["after"] = change.after
    if change.kind in (PersonChangeKind.ROLE, PersonChangeKind.JOINED):
        told |= {name: _role(told[name]) for name in ("before", "after")}
    if change.kind == PersonChangeKind.MAIL_STOPPED:
        n = int(change.after)
        one_or_more = ngettext("%(by)s stopped %(n)d scheduled e-mail", "%(by)s stopped %(n)d scheduled e-mails", n)
        return one_or_more % {**told, "n": n}
    if change.kind == PersonChangeKind.HANDED_OVER:
        n = int(change.before)
        one_or_more = ngettext("%(by)s handed %(n)d thing to %(after)s", "%(by)s handed %(n)d things to %(after)s", n)
        return one_or_more % {**told, "n": n}
    sentences = {
        PersonChangeKind.JOINED: _("Joined as %(after)s, invited by %(by)s"),
        PersonChangeKind.RENAMED: _("%(by)s changed the name from %(before)s to %(after)s"),
        PersonChangeKind.ROLE: _("%(by)s changed the role from %(before)s to %(after)s"),
        PersonChangeKind.LINK: _("%(by)s made an address for a new password"),
        PersonChangeKind.LEFT: _("%(by)s let the person sign in no more"),
        PersonChangeKind.RETURNED: _("%(by)s let the person sign in again"),
    }
    return sentences[PersonChangeKind(change.kind)] % told


def _role(value: str) -> str:
    return str(Role(value).label).lower() if value in Role.values else value
