"""Save: JSON for the page's script, which keeps what was typed whatever the answer is."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, JsonResponse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from odziv.compose import attachments, bodies, drafts
from odziv.compose.drafts import DraftFields
from odziv.compose.problems import DraftRefused, Problem, StaleDraft
from odziv.models import Attachment, Message
from odziv.web import access
from odziv.web.views.compose import page
from odziv.web.views.compose.files import grid


@access.signed_in
@require_POST
@transaction.atomic
def create(request: access.SignedRequest) -> JsonResponse:
    """The first save: makes the draft. 422 with problems when something cannot be stored; then there is no draft.

    POST copy_of (an e-mail of the user's own): the new draft has its files, and what stands around its text.
    """
    original = access.own_message(request.user, request.POST["copy_of"]) if request.POST.get("copy_of") else None
    if original is None:
        draft = drafts.new_draft(request.user, signed=True, now=timezone.now())
    else:
        draft = drafts.beside(original, request.user, now=timezone.now())
    answer = _save(request, draft, None)
    if answer.status_code != 200:
        transaction.set_rollback(True)
    return answer


@access.signed_in
@require_POST
@transaction.atomic
def save(request: access.SignedRequest, id: UUID) -> JsonResponse:
    """POST the fields that changed, and the version that their writer saw. 422 with problems.

    409 when there is another version meanwhile; who names none has seen none, and is not asked.
    """
    draft = access.draft(request.user, id)
    version = request.POST.get("version", "")
    return _save(request, draft, int(version) if version.isdecimal() else None)


def _save(request: access.SignedRequest, draft: Message, version: int | None) -> JsonResponse:
    followed_before = attachments.followed_in(draft)
    try:
        with transaction.atomic():
            saved = drafts.save(draft, _fields(request, draft), version, now=timezone.now())
    except StaleDraft as stale:
        return stale_answer(stale)
    except DraftRefused as refused:
        return problems_answer(refused.problems)
    turned = followed_before - attachments.followed_in(saved)
    answer: dict[str, Any] = {
        "id": str(saved.pk),
        "version": saved.version,
        "saved": _("Saved %(time)s") % {"time": time_format(timezone.localtime(saved.updated_at))},
    }
    if turned:
        answer["attachments"] = grid(request, saved)
        answer["notice"] = _said_of_files(turned)
    return JsonResponse(answer)


def _said_of_files(turned: int) -> str:
    """`turned` attachments became files, or, below zero, are followed again."""
    if turned < 0:
        return ngettext("%(n)d attachment is followed again.", "%(n)d attachments are followed again.", -turned) % {
            "n": -turned
        }
    return ngettext(
        "%(n)d followed attachment is an ordinary file now.",
        "%(n)d followed attachments are ordinary files now.",
        turned,
    ) % {"n": turned}


def _fields(request: access.SignedRequest, draft: Message) -> DraftFields:
    given = request.POST
    changes: dict[str, Any] = {name: given[name] for name in ("to", "cc", "bcc", "subject") if name in given}
    if "html" in given:
        # A form field comes with CRLF line ends, whatever the editor wrote.
        inner = given["html"].replace("\r\n", "\n")
        changes["html"] = bodies.edited(draft, inner, page.attachment_address, _finder(request))
    if "mailbox" in given:
        changes["mailbox"] = access.own_mailbox(request.user, given["mailbox"]) if given["mailbox"] else None
    if "regarding" in given:
        changes["regarding"] = access.record(request.user, given["regarding"]) if given["regarding"] else None
    if "wants_following" in given:
        changes["wants_following"] = given["wants_following"] == "1"
    return DraftFields(**changes)


def _finder(request: access.SignedRequest) -> bodies.Find:
    def find(id: str) -> Attachment | None:
        try:
            image = access.attachment(request.user, id)
        except Http404:
            return None
        return image if image.content_type.startswith("image/") else None

    return find


def problems_answer(problems: tuple[Problem, ...] | list[Problem]) -> JsonResponse:
    """422: what is wrong, field by field."""
    return JsonResponse({"problems": [asdict(one) for one in problems]}, status=422)


def stale_answer(stale: StaleDraft) -> JsonResponse:
    """409: somebody else wrote; `version` None means that there is no draft any more."""
    return JsonResponse({"version": stale.version}, status=409)
