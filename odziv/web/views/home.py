"""The start: where a visitor is led."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from odziv.models import Organisation, User


def home(request: HttpRequest) -> HttpResponse:
    """To the day's work; to the log-in page; on a fresh installation to the first visit (O7)."""
    if isinstance(request.user, User):
        return redirect("today")
    return redirect("account_login" if Organisation.objects.founded().exists() else "first-visit")


def forgotten(request: HttpRequest) -> HttpResponse:
    """Who gives a new password to somebody who forgot theirs: a person, since Odziv sends no e-mail of its own."""
    return render(request, "first_visit/forgotten.html")
