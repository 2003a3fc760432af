"""How long events are kept, and what goes by another limit before it does (L4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from odziv.lib import clock
from odziv.models import JournalLimit, JournalMonths, Organisation
from odziv.privacy.retention import ahead, keep_for
from odziv.web import access
from odziv.web.forms.retention import FOR_EVER, RetentionForm


@access.administrators
def index(request: access.SignedRequest) -> HttpResponse:
    """The limit. POST months, sure: set it; where events would go at once, the page first says which."""
    user, now = request.user, clock.now()
    limit = JournalLimit.objects.of_organisation(user.organisation_id)
    form = RetentionForm(request.POST or None, initial={"months": (limit and limit.months) or 0})
    context = {"form": form, "since": limit.since.date() if limit and limit.since else None}
    if request.method != "POST":
        return render(request, "settings/retention.html", context)
    if not form.is_valid():
        return render(request, "settings/retention.html", context, status=422)
    months = form.cleaned_data["months"]
    if months is not None and not form.cleaned_data["sure"]:
        loss = ahead(user, months, now)
        if loss.events:
            told = {"loss": loss, "before": loss.before.date(), "months": months, "kept": months.label}
            return render(request, "settings/retention_sure.html", told)
    keep_for(user, months, now)
    messages.success(request, _("Saved."))
    return redirect("settings")


def kept_in_words(organisation: Organisation) -> str:
    """For how long, in a word or two."""
    limit = JournalLimit.objects.of_organisation(organisation.pk)
    return str(JournalMonths(limit.months).label if limit and limit.months else FOR_EVER)
