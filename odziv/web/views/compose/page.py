"""The composer's page: an empty one, or a draft. Nothing is written to the database by looking at it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from odziv.compose import bodies, drafts
from odziv.compose.addresses import Mailbox as Address
from odziv.compose.addresses import parse_line
from odziv.compose.follow import FollowCheck, evaluate
from odziv.compose.limits import MAX_BODY, MAX_FILE, MAX_SUBJECT
from odziv.compose.own_view import writable
from odziv.measure.habits import Habit, habits
from odziv.models import Attachment, FollowState, Mailbox, Message, MessageState, Organisation, Record, RecordKind
from odziv.web import access
from odziv.web.editor import editor_config
from odziv.web.views.compose import texts
from odziv.web.views.compose.timing import NONE, timing_dialogs, timing_of

"""Stands for the identifier in the addresses that the page's script fills in."""


@access.signed_in
@require_safe
@never_cache
def new(request: access.SignedRequest) -> HttpResponse:
    """GET regarding (a record), to (an address line): an empty message, which becomes a draft by the first change."""
    about = request.GET.get("regarding")
    record = access.record(request.user, about) if about else None
    to = request.GET.get("to", "")[:2000] or (drafts.address_of(record) if record else "")
    message = Message(owner=request.user, organisation=request.user.organisation, to_line=to)
    message.html = drafts.signed_html(message, Mailbox.objects.usable_by(request.user).first())
    return _page(request, message, record, [])


@access.signed_in
@require_safe
@never_cache
def edit(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """A draft of the user; a message that has left meanwhile leads to its page (C3)."""
    try:
        draft = access.draft(request.user, id)
    except Http404:
        message = access.own_message(request.user, id)
        if message.state == MessageState.DRAFT:
            raise
        return redirect("message", message.pk)
    files = list(draft.attachments.select_related("file"))
    return _page(request, draft, draft.activity.regarding, files)


def _page(
    request: access.SignedRequest, draft: Message, record: Record | None, files: list[Attachment]
) -> HttpResponse:
    stored = not draft._state.adding
    mailboxes = list(Mailbox.objects.usable_by(request.user))
    document = bodies.document(draft.html)
    images = [file for file in files if file.inline]
    found = checked(request.user.organisation, (draft.to_line, draft.cc_line, draft.bcc_line), draft.wants_following)
    context = {
        "draft": draft,
        "stored": stored,
        "body": writable(
            bodies.shown(document.inner, images, attachment_address), draft.organisation_id, attachment_address
        ),
        "mailboxes": mailboxes,
        "chosen": draft.mailbox_id or (mailboxes[0].pk if mailboxes else None),
        "regarding": record,
        **files_shown([file for file in files if not file.inline]),
        "follow": found,
        "habits": habits_of(request.user.organisation, found),
        "max_subject": MAX_SUBJECT,
        "max_file_mb": MAX_FILE // 1024 // 1024,
        "saved_at": localtime(draft.updated_at) if stored else None,
        "config": _config(request, draft, document),
        "back": after(record),
        **timing_of(request, draft),
        **timing_dialogs(draft.pk if stored else None),
    }
    return render(request, "compose/page.html", context)


def checked(organisation: Organisation, lines: tuple[str, str, str], wants: bool) -> FollowCheck:
    """The follow state for what stands in To, Cc and Bcc; each address once."""
    people: dict[str, Address] = {}
    for line in lines:
        for one in parse_line(line).mailboxes:
            people.setdefault(one.key, one)
    return evaluate(organisation, people.values(), wants)


def habits_of(organisation: Organisation, found: FollowCheck) -> list[Habit]:
    """What is known of the domains of these recipients, when the e-mail is going to be followed."""
    if found.state != FollowState.ON:
        return []
    return habits(organisation.pk, (check.address for check in found.recipients))


def files_shown(files: list[Attachment]) -> dict[str, Any]:
    """What the attachment grid shows of these files: sizes in bytes, and of those how much leaves as links."""
    total = sum(one.file.size for one in files)
    as_links = sum(one.file.size for one in files if one.followed)
    return {"files": files, "total": total, "as_links": as_links}


def attachment_address(id: UUID) -> str:
    """The page address of an attachment."""
    return reverse("attachment", args=[id])


def after(record: Record | None) -> str:
    """Where one goes on when there is nothing more to write: to the record, else to the list."""
    return record.get_absolute_url() if record else reverse("activities")


def _config(request: HttpRequest, draft: Message, document: bodies.Document) -> dict[str, Any]:
    """What the page's scripts must know; `NONE` in an address gives way to the draft's identifier."""
    names = ("save", "send", "discard", "forget", "preview", "attach", "versions", "insert", "insert-undo")
    return {
        "id": None if draft._state.adding else str(draft.pk),
        "version": draft.version,
        "user": str(draft.owner_id),
        "none": str(NONE),
        "urls": {
            "create": reverse("compose-create"),
            "image": reverse("compose-image", args=[NONE]),
            "signature": reverse("compose-signature"),
            "login": reverse(settings.LOGIN_URL),
            "compose": reverse("compose", args=[NONE]),
            **{name: reverse(f"compose-{name}", args=[NONE]) for name in names},
        },
        "limits": {"body": MAX_BODY, "file": MAX_FILE},
        "engagement": draft.organisation.engagement,
        "texts": texts.texts(),
        "csrf": get_token(request) and settings.CSRF_COOKIE_NAME,
        "editor": editor_config(
            gettext("Text of the e-mail"), document.styles, document.body_style if draft.html else bodies.NEW_STYLE
        ),
    }


RECORD_ICONS = {
    RecordKind.ACCOUNT: "building-2",
    RecordKind.CONTACT: "user",
    RecordKind.LEAD: "sprout",
    RecordKind.OPPORTUNITY: "target",
}
