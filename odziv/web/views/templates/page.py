"""One template: what it says to a chosen record, how it does, its versions; put away, copied, deleted (T1, T3, V4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from odziv.compose.own_view import own_view
from odziv.compose.templates import saving
from odziv.compose.templating import TemplateFaulty
from odziv.compose.templating import render as filled
from odziv.compose.templating.render import Rendered
from odziv.compose.templating.values import of_record, values_of
from odziv.lib import clock
from odziv.lib.paper import PAPER
from odziv.models import RecentRecord, Record, RecordKind, Template, TemplateVersion, User
from odziv.web import access
from odziv.web.template_files import version_html
from odziv.web.template_words import certainty
from odziv.web.toasts import undoable
from odziv.web.views.compose.page import attachment_address
from odziv.web.views.compose.preview import FRAME_POLICY

VERSIONS = 50  # the newest ones; more than that nobody looks through
_PEOPLE = (RecordKind.CONTACT, RecordKind.LEAD)


@access.signed_in
@require_safe
def page(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET record: for whom it is shown, else somebody whom the user saw last."""
    template = access.template(request.user, id)
    return _page(request, template, template.current)


@access.signed_in
@require_safe
def version(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The template as it once was."""
    shown = access.template_version(request.user, id)
    return _page(request, shown.template, shown)


def _page(request: access.SignedRequest, template: Template, shown: TemplateVersion | None) -> HttpResponse:
    assert shown is not None, "a template has a version from its first save on"
    record = asked_for(request.user, request.GET.get("record", ""))
    newest = list(
        template.versions.for_(request.user).newest_first().select_related("made_by").defer("html")[:VERSIONS]
    )
    context: dict[str, Any] = {
        "template": template,
        "shown": shown,
        "is_current": shown.pk == template.current_id,
        "may_edit": request.user.is_administrator or template.owner_id == request.user.pk,
        "record": record,
        "chosen": bool(request.GET.get("record")),
        "subject": rendered(shown.subject, request.user, record, template.language, html=False),
        "body": rendered(shown.html, request.user, record, template.language, html=True),
        "files": shown.attachments.files().select_related("file"),
        "versions": newest,
        "engagement": request.user.organisation.engagement,
        "certainty": certainty(),
    }
    return render(request, "templates/page.html", context)


@access.signed_in
@require_safe
def body(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET record: the text of a version alone, for its frame, filled for the record."""
    shown = access.template_version(request.user, id)
    record = asked_for(request.user, request.GET.get("record", ""))
    html = rendered(version_html(shown), request.user, record, shown.template.language, html=True).text
    html = own_view(html, request.user.organisation_id, attachment_address)
    response = HttpResponse(f'{html}{PAPER}<base target="_blank">')
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    return response


def asked_for(user: User, id: str) -> Record | None:
    """The record that a preview is for: the one asked for, else whom the user saw last, else anybody."""
    if id:
        return access.record(user, id)
    seen = next((one for one in RecentRecord.objects.of_person(user) if one.kind in _PEOPLE), None)
    return seen or Record.objects.for_(user).of_kinds([RecordKind.CONTACT]).order_by("-pk").first()


def rendered(source: str, user: User, record: Record | None, language: str, *, html: bool) -> Rendered:
    """A part of a template as that record would get it; one that cannot be rendered is shown as it is written."""
    try:
        return filled(source, values_of(of_record(user, record), language), html=html)
    except TemplateFaulty:
        return Rendered(source)


@access.signed_in
@require_POST
def restore(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """What an older version says becomes the newest version."""
    older = access.own_template_version(request.user, id)
    template, before = older.template, older.template.current_id
    try:
        saving.restore(template, older, user=request.user, now=clock.now())
    except saving.StaleTemplate:
        messages.error(request, _("Somebody else has just saved this template. Look at it, then try again."))
    else:
        said = _("What version %(n)d says is the current version now.") % {"n": older.number}
        undoable(request, said, reverse("template-restore", args=[before]))
    return redirect(template)


@access.signed_in
@require_POST
def copy(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """A personal copy of one's own."""
    made = saving.copy(access.template(request.user, id), user=request.user, now=clock.now())
    messages.success(request, _("This copy is yours: change it as you like."))
    return redirect("template-edit", made.pk)


@access.signed_in
@require_POST
def archive(request: access.SignedRequest, id: UUID, away: bool) -> HttpResponse:
    """Put the template away, or take it out again; both can be undone."""
    template = access.own_template(request.user, id)
    saving.archive(template, clock.now() if away else None)
    said = _("%(title)s is archived.") if away else _("%(title)s is in use again.")
    other = "template-unarchive" if away else "template-archive"
    undoable(request, said % {"title": template.title}, reverse(other, args=[template.pk]))
    return redirect(template)


@access.signed_in
@require_POST
def delete(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Delete the template with its versions and figures; it can be brought back for a day."""
    template = access.own_template(request.user, id)
    said = _("%(title)s was deleted. E-mails that were made from it stay.") % {"title": template.title}
    kept = saving.delete(template, user=request.user, now=clock.now())
    if kept is not None:
        undoable(request, said, reverse("restore", args=[kept.pk]))
    else:
        messages.success(request, said)
    return redirect("templates")
