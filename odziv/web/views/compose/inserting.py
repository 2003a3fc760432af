"""The dialog *Insert template*: language first, then search; preview; into the draft and out again (T2, T3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from odziv.compose.own_view import own_view
from odziv.compose.problems import DraftRefused, StaleDraft
from odziv.compose.templates import insertion
from odziv.compose.templating import TemplateFaulty
from odziv.compose.templating import render as filled
from odziv.compose.templating.render import Rendered
from odziv.compose.templating.values import Subjects, of_line, values_of
from odziv.lib.paper import PAPER
from odziv.models import Mailbox, Template
from odziv.web import access
from odziv.web.forms.choices import language_name
from odziv.web.template_files import version_html
from odziv.web.template_words import fault_words, value_words
from odziv.web.views.compose.files import grid
from odziv.web.views.compose.page import attachment_address
from odziv.web.views.compose.saving import problems_answer, stale_answer

OFFERED = 40
LONGEST_QUERY = 200
ANY = "*"


@access.signed_in
@require_safe
def choose(request: access.SignedRequest) -> HttpResponse:
    """GET to, regarding, language (* for any), q: what can be inserted, the recommended ones first.

    Without a language it is the recipient's, else the user's own, as far as there are templates in it.
    With part=options only the list.
    """
    about = _about(request)
    rows = Template.objects.insertable_by(request.user)
    languages = rows.languages()
    wanted = request.GET.get("language", "")[:10]
    if not wanted:
        wanted = next((one for one in (about.language, request.user.language) if one in languages), ANY)
    found = rows if wanted == ANY else rows.in_language(wanted)
    found = found.matching(request.GET.get("q", "")[:LONGEST_QUERY])
    engagement = request.user.organisation.engagement
    ordered = found.recommended_first() if engagement else found.by_title()
    shown = list(ordered.in_list()[: OFFERED + 1])
    context: dict[str, Any] = {
        "templates": shown[:OFFERED],
        "more": len(shown) > OFFERED,
        "any": bool(languages),
        "language": wanted,
        "languages": [(one, language_name(one)) for one in languages],
        "recipient": about.name,
        "engagement": engagement,
    }
    part = request.GET.get("part") == "options"
    return render(request, "compose/templates_options.html" if part else "compose/templates_choice.html", context)


@access.signed_in
@require_safe
def shown(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """GET to, regarding, mailbox: the template as this message would have it."""
    template = access.insertable_template(request.user, id)
    assert template.current is not None, "a template has a version from its first save on"
    values = values_of(_about(request), template.language)
    try:
        subject = filled(template.current.subject, values, html=False)
        body = filled(version_html(template.current), values, html=True)
    except TemplateFaulty:
        subject, body = Rendered(template.current.subject), Rendered(version_html(template.current))
    missing = dict.fromkeys([*subject.missing, *body.missing])
    text = own_view(body.text, request.user.organisation_id, attachment_address)
    context = {
        "template": template,
        "subject": subject.text,
        "body": f'{text}{PAPER}<base target="_blank">',
        "missing": [value_words(name) for name in missing],
        "files": template.current.attachments.files().select_related("file"),
        "engagement": request.user.organisation.engagement,
    }
    return render(request, "compose/template_shown.html", context)


@access.signed_in
@require_POST
def insert(request: access.SignedRequest, id: UUID) -> JsonResponse:
    """POST template: its files are in the draft; subject and text come back for the editor, and what undoes it."""
    draft = access.draft(request.user, id)
    template = access.insertable_template(request.user, request.POST.get("template", ""))
    try:
        done = insertion.insert(draft, template, attachment_address)
    except DraftRefused as refused:
        return problems_answer(refused.problems)
    except StaleDraft as stale:
        return stale_answer(stale)
    except TemplateFaulty as faulty:
        return JsonResponse({"faults": [fault_words(fault) for fault in faulty.faults]}, status=422)
    return JsonResponse(
        {
            "title": template.title,
            "subject": done.subject,
            "html": done.html,
            "missing": [{"value": name, "words": value_words(name)} for name in done.missing],
            "attachments": grid(request, draft),
            "undo": {"files": [str(one) for one in done.attachments], "before": str(done.before or "")},
        }
    )


@access.signed_in
@require_POST
def undo(request: access.SignedRequest, id: UUID) -> JsonResponse:
    """POST file (several), before: what an insertion gave to be undone; answers the grid."""
    draft = access.draft(request.user, id)
    files = [key for one in request.POST.getlist("file") if (key := _uuid(one)) is not None]
    try:
        insertion.undo(draft, files, _uuid(request.POST.get("before", "")))
    except StaleDraft as stale:
        return stale_answer(stale)
    return JsonResponse({"attachments": grid(request, draft)})


def _about(request: access.SignedRequest) -> Subjects:
    """Whom and what the message that is being written is about."""
    about, box = request.GET.get("regarding", ""), request.GET.get("mailbox", "")
    record = access.record(request.user, about) if about else None
    mailbox = access.own_mailbox(request.user, box) if box else Mailbox.objects.usable_by(request.user).first()
    return of_line(request.user, mailbox, request.GET.get("to", "")[:2000], record)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
