"""Writing a template: the form, what two people changed at once, and the preview while one types (T1, T4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from odziv.compose.limits import MAX_ATTACHMENTS, MAX_FILE, MAX_SUBJECT
from odziv.compose.own_view import own_view, writable
from odziv.compose.templates import saving
from odziv.compose.templates.saving import Content
from odziv.compose.templating import Fault
from odziv.compose.templating.limits import LONGEST
from odziv.lib import clock
from odziv.lib.paper import PAPER
from odziv.models import Template
from odziv.web import access, template_files
from odziv.web.editor import editor_config
from odziv.web.forms import choices
from odziv.web.forms.differences import THEIRS, Difference, decided, differences, marks
from odziv.web.forms.templates import FIELDS, TemplateForm, values
from odziv.web.template_words import fault_words, value_words
from odziv.web.template_words import values as known_values
from odziv.web.views.compose import texts
from odziv.web.views.compose.page import attachment_address
from odziv.web.views.templates.page import asked_for, rendered

_NOTHING = Content("", "")


@access.signed_in
@never_cache
def new(request: access.SignedRequest) -> HttpResponse:
    """GET language, category prefill the form."""
    template = Template()
    if request.method == "POST":
        return _submitted(request, template, None)
    template.language = request.GET.get("language", "")[:10]
    template.category = request.GET.get("category", "")[:80]
    form = TemplateForm(request.user, _NOTHING, instance=template)
    return _form_page(request, form, _NOTHING, None)


@access.signed_in
@never_cache
def edit(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Change a template. When somebody else saved it meanwhile, both show and the user decides, part by part."""
    template = access.own_template(request.user, id)
    assert template.current is not None, "a template has a version from its first save on"
    if request.method == "POST":
        return _submitted(request, template, id)
    content = saving.content_of(template.current)
    return _form_page(request, TemplateForm(request.user, content, instance=template), content, id)


def _submitted(request: access.SignedRequest, template: Template, id: UUID | None) -> HttpResponse:
    form = TemplateForm(request.user, None, request.POST, instance=template)
    valid = form.is_valid()
    tokens, followed = request.POST.getlist("file"), request.POST.getlist("followed")
    html = request.POST.get("html", "").replace("\r\n", "\n")
    content = template_files.content_from(
        request.user, request.POST.get("subject", ""), html, tokens[: MAX_ATTACHMENTS + 1], followed
    )
    if not valid or request.POST.get("more"):
        return _form_page(request, form, content, id)
    changed = form.save(commit=False)
    try:
        if id is not None:
            content = _with_theirs(request, changed, content, id)
        saving.save(changed, content, user=request.user, now=clock.now())
    except saving.TemplateRefused as refused:
        form.refuse(refused)
        return _form_page(request, form, content, id)
    except saving.StaleTemplate:
        assert id is not None, "nobody else has a template that is not stored yet"
        return _collision(request, id, changed, content)
    messages.success(request, _("%(title)s is saved.") % {"title": changed.title})
    return redirect(changed)


def _with_theirs(request: access.SignedRequest, changed: Template, content: Content, id: UUID) -> Content:
    """Let the parts for which the user decided so be as they are stored; returns the content to write."""
    taken = decided(request.POST, FIELDS)
    theirs = {name for name, take in taken.items() if take == THEIRS}
    if not theirs:
        return content
    stored = access.own_template(request.user, id)
    assert stored.current is not None, "a template has a version from its first save on"
    kept = saving.content_of(stored.current)
    for name in theirs & {"title", "language", "category", "shared", "owner"}:
        setattr(changed, name, getattr(stored, name))
    if "subject" in theirs:
        content = replace(content, subject=kept.subject)
    if "html" in theirs:
        content = replace(content, html=kept.html, files=_mixed(content, kept))
    if "files" in theirs:
        content = replace(content, files=_mixed(kept, content))
    return content


def _mixed(files: Content, images: Content) -> tuple[saving.TemplateFile, ...]:
    """The files of one content with the images of another."""
    grid = [one for one in files.files if not one.inline]
    return (*grid, *(one for one in images.files if one.inline))


def _collision(request: access.SignedRequest, id: UUID, typed: Template, content: Content) -> HttpResponse:
    """Show the form again with what was typed, ready to be saved over the stored state, and what is to be decided."""
    stored = access.own_template(request.user, id)
    assert stored.current is not None, "a template has a version from its first save on"
    theirs = values(stored, saving.content_of(stored.current))
    decide = differences(theirs, values(typed, content), request.POST.get("was", ""), decided(request.POST, FIELDS))
    if not decide:
        messages.success(request, _("Saved. Somebody else had changed it to the same meanwhile."))
        return redirect(stored)
    data = request.POST.copy()
    data["revision"] = str(stored.revision)
    form = TemplateForm(request.user, None, data, instance=access.own_template(request.user, id))
    return _form_page(request, form, content, id, decide)


def _form_page(
    request: access.SignedRequest,
    form: TemplateForm,
    content: Content,
    id: UUID | None,
    decide: Sequence[Difference] = (),
) -> HttpResponse:
    # As it is stored, whatever was typed: its title stands in the heading, its address in the links.
    template = access.own_template(request.user, id) if id else None
    was = request.POST.get("was", "")
    if template is not None and request.method != "POST":
        was = marks(values(template, content))
    context: dict[str, Any] = {
        "form": form,
        "template": template,
        "body": writable(template_files.html_of(content), request.user.organisation_id, attachment_address),
        "files": template_files.shown(content.files),
        "decide": decide,
        "undecided": {one.name for one in decide},
        "was": was,
        "more": request.POST.get("more", ""),
        "categories": Template.objects.visible_to(request.user).categories(),
        "known_values": known_values(),
        "record": asked_for(request.user, ""),
        "engagement": request.user.organisation.engagement,
        "config": _config(request),
    }
    wrong = request.method == "POST" and not context["more"]
    return render(request, "templates/form.html", context, status=422 if wrong else 200)


def _config(request: access.SignedRequest) -> dict[str, Any]:
    """What the page's scripts must know; as the composer's."""
    upload = reverse("template-upload")
    return {
        "urls": {"attach": upload, "image": f"{upload}?image=1", "preview": reverse("template-preview")},
        "limits": {"body": LONGEST, "file": MAX_FILE, "subject": MAX_SUBJECT},
        "engagement": request.user.organisation.engagement,
        "texts": texts.texts(),
        "csrf": get_token(request),
        "editor": editor_config(_("Text of the template")),
    }


@access.signed_in
@require_POST
def preview(request: access.SignedRequest) -> HttpResponse:
    """POST subject, html, language, record: what a template that is being written says, or what is wrong with it."""
    record = asked_for(request.user, request.POST.get("record", ""))
    subject, html = request.POST.get("subject", ""), request.POST.get("html", "").replace("\r\n", "\n")
    language = request.POST.get("language", "")
    language = language if language in dict(choices.languages()) else "en"
    faults = saving.faults_of(subject[: MAX_SUBJECT + 1], html)
    context: dict[str, Any] = {"record": record, "faults": [_wrong(field, fault) for field, fault in faults]}
    if not faults:
        shown = rendered(subject, request.user, record, language, html=False)
        body = rendered(html, request.user, record, language, html=True)
        text = own_view(body.text, request.user.organisation_id, attachment_address)
        missing = dict.fromkeys([*shown.missing, *body.missing])
        context |= {
            "subject": shown.text,
            "body": f'{text}{PAPER}<base target="_blank">',
            "missing": [value_words(name) for name in missing],
        }
    return render(request, "templates/preview.html", context)


def _wrong(field: str, fault: Fault) -> dict[str, str]:
    return {
        "field": _("Subject") if field == "subject" else _("Text"),
        "says": fault_words(fault),
        "excerpt": fault.excerpt,
    }
