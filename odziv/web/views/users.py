"""The people of the organisation, for its administrators (O2)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from odziv.models import Role, User
from odziv.organisations import AddressTaken, LastAdministrator, add_user, change_user
from odziv.web import access
from odziv.web.accounts import password_link
from odziv.web.forms.people import PersonForm

LINK = "password_link"  # in the session: the person whose link the next page shows, once


@access.administrators
def index(request: access.SignedRequest) -> HttpResponse:
    return render(request, "settings/users.html", {"people": User.objects.for_(request.user)})


@access.administrators
def new(request: access.SignedRequest) -> HttpResponse:
    """Add a person; the next page shows the link with which they set their password."""
    me = request.user
    form = PersonForm(request.POST or None, initial={"language": me.language, "time_zone": me.time_zone})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            person = add_user(
                me.organisation,
                name=given["name"],
                email=given["email"],
                role=Role(given["role"]),
                language=given["language"],
                time_zone=given["time_zone"],
            )
        except AddressTaken:
            form.add_error("email", _("This address cannot be used. Choose another one."))
        else:
            request.session[LINK] = str(person.pk)
            return redirect("user", person.pk)
    return render(request, "settings/user.html", {"form": form, "person": None}, status=422 if form.errors else 200)


@access.administrators
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Name, role, language, and whether they may sign in; the organisation always keeps an administrator."""
    person = access.person(request.user, id)
    form = PersonForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(person, name, value)
        try:
            change_user(person)
        except LastAdministrator:
            sentence = _("Somebody has to be administrator. Give the role to another person first.")
            form.add_error("role" if form.cleaned_data["is_active"] else "is_active", sentence)
            person = access.person(request.user, id)
        else:
            messages.success(request, _("Saved."))
            return redirect("users")
    link = password_link(person) if request.session.pop(LINK, "") == str(person.pk) else ""
    context = {"form": form, "person": person, "link": link}
    return render(request, "settings/user.html", context, status=422 if form.errors else 200)


@require_POST
@access.administrators
def link(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """A new link with which the person sets their password; the next page shows it."""
    person = access.person(request.user, id)
    request.session[LINK] = str(person.pk)
    return redirect("user", person.pk)
