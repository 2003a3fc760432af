"""Two windows, or two devices, wrote the same draft: both versions side by side, for its writer to decide (C1)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from odziv.compose import differences, plaintext
from odziv.compose.differences import Sides
from odziv.models import Message
from odziv.web import access


@dataclass(frozen=True, slots=True)
class Field:
    """A field that differs."""

    label: str
    sides: Sides


@access.signed_in
@require_POST
@never_cache
def compare(request: access.SignedRequest, id: UUID) -> HttpResponse:
    """POST what stands in the window, all fields; answers what differs from the stored draft. Stores nothing."""
    draft = access.draft(request.user, id)
    fields = [Field(label, differences.compare(mine, theirs)) for label, mine, theirs in _head(request, draft)]
    stored = draft.text or plaintext.from_html(draft.html)
    context = {
        "version": draft.version,
        "saved_at": localtime(draft.updated_at),
        "fields": [field for field in fields if field.sides.differ],
        "body": differences.compare(plaintext.from_html(request.POST.get("html", "")), stored),
    }
    return render(request, "compose/versions.html", context)


def _head(request: access.SignedRequest, draft: Message) -> list[tuple[str, str, str]]:
    """Label, what stands in the window, and what is stored."""
    given = request.POST
    mailbox = access.own_mailbox(request.user, given["mailbox"]) if given.get("mailbox") else None
    regarding = access.record(request.user, given["regarding"]) if given.get("regarding") else None
    stored = draft.activity.regarding
    rows = [
        (_("From"), str(mailbox or ""), str(draft.mailbox or "")),
        (_("To"), given.get("to", ""), draft.to_line),
        (_("Cc"), given.get("cc", ""), draft.cc_line),
        (_("Bcc"), given.get("bcc", ""), draft.bcc_line),
        (_("Regarding"), regarding.name if regarding else "", stored.name if stored else ""),
        (_("Subject"), given.get("subject", ""), draft.subject),
    ]
    if request.user.organisation.engagement:
        wish = given.get("wants_following", "1") == "1"
        rows.append((_("Following"), _wish(wish), _wish(draft.wants_following)))
    return rows


def _wish(wanted: bool) -> str:
    return _("Follow") if wanted else _("Don't follow")
