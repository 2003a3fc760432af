"""Closing an opportunity, giving up a lead, and opening them again (R1)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from odziv.lib import clock
from odziv.models import Record, RecordStatus, StatusChange
from odziv.records import closing
from odziv.web import access
from odziv.web.forms.statuses import ENDINGS, ClosingForm
from odziv.web.sheets import left, sheet
from odziv.web.toasts import undoable

# Title of the form, its button, its tone, and what is said afterwards.
_WORDS: dict[str, tuple[str | Promise, str | Promise, str, str | Promise]] = {
    RecordStatus.WON: (
        gettext_lazy("Close as won"), gettext_lazy("Close as won"), "green", gettext_lazy("%(name)s is won."),
    ),
    RecordStatus.LOST: (
        gettext_lazy("Close as lost"), gettext_lazy("Close as lost"), "danger", gettext_lazy("%(name)s is lost."),
    ),
    RecordStatus.DISQUALIFIED: (
        gettext_lazy("Disqualify the lead"),
        gettext_lazy("Disqualify"),
        "danger",
        gettext_lazy("%(name)s is disqualified."),
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def close(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """GET status: the form. POST status, seen, day, reason, note: the record is closed, or its closing corrected.

    404 for a status with which a record of this kind does not end.
    """
    record = access.record(request.user, id, kind)
    asked = request.POST.get("status") or request.GET.get("status", "")
    if asked not in ENDINGS[kind]:
        raise Http404
    status, now = RecordStatus(asked), clock.now()
    form = ClosingForm(status, now, request.POST or None, initial=_known(record, status))
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data.get("day")
        at = closing.moment_of(day, now, timezone.get_current_timezone()) if day else None
        if day and record.closed_at and timezone.localtime(record.closed_at).date() == day:
            at = record.closed_at  # the day stays as it was, and with it the hour
        try:
            kept = closing.change(
                record, status, seen=form.cleaned_data["seen"], closed_at=at, user=request.user, now=now, **form.chosen
            )
        except closing.StatusMoved as moved:
            return _moved(request, moved.record)
        said = _WORDS[status][3] % {"name": record.name}
        undoable(request, said, reverse("status-undo", args=[kept.pk]))
        return left(request, record.get_absolute_url())
    title, verb, tone, _said = _WORDS[status]
    context = {"record": record, "form": form, "status": status, "title": title, "verb": verb, "tone": tone}
    return sheet(request, "records/close.html", context, 422 if form.is_bound else 200)


@require_POST
@access.signed_in
def reopen(request: access.SignedRequest, id: UUID, kind: str) -> HttpResponse:
    """POST seen: it is open again. A qualified lead is opened by `qualifying`, on a page of its own."""
    record = access.record(request.user, id, kind)
    try:
        kept = closing.change(
            record, RecordStatus.OPEN, seen=request.POST.get("seen", ""), user=request.user, now=clock.now()
        )
    except closing.StatusMoved as moved:
        return _moved(request, moved.record)
    undoable(request, _("%(name)s is open again.") % {"name": record.name}, reverse("status-undo", args=[kept.pk]))
    return left(request, record.get_absolute_url())


@require_POST
@access.signed_in
def undo(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST: 204 when the user's own change is taken back, 409 when something has come after it."""
    try:
        closing.take_back(access.status_change(request.user, id), clock.now())
    except closing.StatusMoved:
        return HttpResponse(status=409)
    return HttpResponse(status=204)


def _known(record: Record, status: RecordStatus) -> dict[str, object]:
    """What the form begins with: today, or what was said when the record was closed this way."""
    known: dict[str, object] = {"seen": record.status, "day": timezone.localdate()}
    latest = StatusChange.objects.told(record).first()
    if record.status == status:
        known["day"] = timezone.localtime(record.closed_at).date() if record.closed_at else known["day"]
        if latest is not None:
            known |= {"reason": latest.reason, "note": latest.note}
    return known


def _moved(request: access.SignedRequest, record: Record) -> HttpResponse:
    text = _("Somebody else was faster: the status is now “%(status)s”. Nothing of yours was written.")
    messages.warning(request, text % {"status": record.get_status_display()})
    return left(request, record.get_absolute_url())
