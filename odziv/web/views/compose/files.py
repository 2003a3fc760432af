"""Attachments of a draft, one or several at once; and every attachment as its readers get it (C2, I5)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from odziv.compose import attachments, marked
from odziv.compose.limits import MAX_ATTACHMENTS
from odziv.compose.marked import Removed
from odziv.compose.problems import DraftRefused, StaleDraft
from odziv.lib.files import FileMissing
from odziv.models import Message, StoredFile
from odziv.web import access
from odziv.web.views.compose import page

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif", "image/svg+xml"})
_NOTHING_RUNS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
_PLAIN = "text/plain; charset=utf-8"


@access.signed_in
@require_POST
def upload(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST file: one attachment more; answers the whole grid, or 422 with a sentence."""
    draft = access.draft(request.user, id)
    return _added(request, draft, inline=False)


@access.signed_in
@require_POST
def image(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST file: an image for the text; answers {"location"}, or 422 with a sentence."""
    draft = access.draft(request.user, id)
    return _added(request, draft, inline=True)


def _added(request: access.SignedRequest, draft: Message, *, inline: bool) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None or file.name is None:
        return HttpResponse(_("There was no file."), status=422, content_type=_PLAIN)
    try:
        row = attachments.attach(draft, file.name, file.content_type or "", file.chunks(), inline=inline)
    except DraftRefused as refused:
        return HttpResponse(str(refused), status=422, content_type=_PLAIN)
    except StaleDraft:
        return HttpResponse(_("This e-mail is no draft any more."), status=409, content_type=_PLAIN)
    if inline:
        return JsonResponse({"location": page.attachment_address(row.pk)})
    return HttpResponse(grid(request, draft))


@access.signed_in
@require_POST
def follow(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST followed=1 or nothing: how this file leaves; answers the grid."""
    row = access.draft_attachment(request.user, id)
    try:
        attachments.set_followed(row, request.POST.get("followed") == "1")
    except (DraftRefused, StaleDraft) as error:
        return _conflict(error)
    return HttpResponse(grid(request, row.message))


@access.signed_in
@require_POST
def remove(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """Take the file off the draft; answers the grid, which offers to bring it back."""
    row = access.draft_attachment(request.user, id)
    try:
        if row.inline:
            attachments.remove(row)
            return HttpResponse(grid(request, row.message))
        gone = marked.remove(row.message, [row.pk])
    except StaleDraft as error:
        return _conflict(error)
    return HttpResponse(grid(request, row.message, gone))


@access.signed_in
@require_POST
def act(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST file (identifiers), act (follow, unfollow, remove): done to all of them; answers the grid."""
    draft = access.draft(request.user, id)
    ids = _identifiers(request.POST.getlist("file"))
    wanted = request.POST.get("act")
    gone: list[Removed] = []
    try:
        if wanted == "remove":
            gone = marked.remove(draft, ids)
        elif wanted in ("follow", "unfollow"):
            marked.follow(draft, ids, wanted == "follow")
        else:
            return HttpResponse(status=400)
    except (DraftRefused, StaleDraft) as error:
        return _conflict(error)
    return HttpResponse(grid(request, draft, gone))


@access.signed_in
@require_POST
def bring_back(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST removed (as the grid gave it out): the files are attached again; answers the grid."""
    draft = access.draft(request.user, id)
    try:
        said = signing.loads(request.POST.get("removed", ""), salt=_salt(draft), max_age=timedelta(days=1))
        marked.bring_back(draft, [Removed(**one) for one in said])
    except signing.BadSignature:
        return HttpResponse(_("It could not be undone any more."), status=409, content_type=_PLAIN)
    except (DraftRefused, StaleDraft) as error:
        return _conflict(error)
    return HttpResponse(grid(request, draft))


def grid(request: HttpRequest, draft: Message, removed: list[Removed] | None = None) -> str:
    """The attachment grid, and the list of *Manage attachments*, as HTML; `removed` can be brought back from there."""
    lines = (draft.to_line, draft.cc_line, draft.bcc_line)
    found = page.checked(draft.organisation, lines, draft.wants_following)
    files = list(draft.attachments.files().select_related("file"))
    context = {"draft": draft, "follow": found, **page.files_shown(files), "swapped": True}
    if removed:
        context |= {
            "removed": [one.name for one in removed],
            "removed_token": signing.dumps([asdict(one) for one in removed], salt=_salt(draft), compress=True),
        }
    return render_to_string("compose/attachments.html", context, request) + render_to_string(
        "compose/managed.html", context, request
    )


def _conflict(error: Exception) -> HttpResponse:
    said = _("This e-mail is no draft any more.") if isinstance(error, StaleDraft) else str(error)
    return HttpResponse(said, status=409, content_type=_PLAIN)


def _identifiers(given: list[str]) -> list[UUID]:
    found = []
    for one in given[:MAX_ATTACHMENTS]:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found


def _salt(draft: Message) -> str:
    return f"compose.removed.{draft.pk}"


@access.signed_in
@require_safe
def attachment(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """The file itself, of any message that the user may read. Nothing in it runs; only images are shown in place."""
    row = access.attachment(request.user, id)
    return served(row.file, row.name, row.content_type)


def served(file: StoredFile, name: str, content_type: str) -> HttpResponse:
    """A stored file as a response in which nothing runs. 404 when its content is gone."""
    try:
        with attachments.file_store().open(file.key) as stream:
            content = stream.read()
    except FileMissing:
        raise Http404 from None
    shown = content_type in _SHOWN
    response = HttpResponse(content, content_type=content_type if shown else "application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(not shown, name) or "attachment"
    response.headers["Content-Security-Policy"] = _NOTHING_RUNS
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response
