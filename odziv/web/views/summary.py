"""The summary by e-mail: as it would be now, and turned off from the e-mail itself, without signing in (A)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from odziv.deliver.answers import what_happened, what_next
from odziv.deliver.trouble import Reason
from odziv.lib import clock
from odziv.models import Digest, DigestState, User
from odziv.notify.digest.contents import gather
from odziv.notify.digest.days import today_of
from odziv.notify.digest.letter import letter
from odziv.notify.digest.run import sending_mailbox
from odziv.web import access

_FAILED = (DigestState.GIVEN_UP, DigestState.UNKNOWN)


@access.signed_in
@require_safe
def preview(request: access.SignedRequest) -> HttpResponse:
    """What the summary would say now, whether or not it is turned on."""
    user, now = request.user, clock.now()
    found = gather(user, today_of(user, now), now)
    context = {"letter": None if found.is_empty else letter(found), "mailbox": sending_mailbox(user)}
    return render(request, "settings/digest.html", context)


@csrf_exempt  # the address itself is the proof: mail programs post to it by themselves (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST turns the summary off. Nothing is told but the address to which it went."""
    person = User.objects.turning_digest_off(token)
    if person is None:
        raise Http404
    if request.method == "POST" and person.digest:
        person.digest = False
        person.save(update_fields=["digest"])
    with translation.override(person.language):
        return render(request, "settings/digest_off.html", {"person": person})


def last_of(user: User) -> dict[str, Any]:
    """How the last summary ended, in words, for the page on which it is turned on."""
    last = Digest.objects.of_person(user).first()
    failed = last is not None and last.state in _FAILED
    words = ""
    if last is not None and last.reason:
        reason = Reason(last.reason)
        said = f"“{last.answer}”" if last.answer else ""
        words = " ".join(filter(None, (what_happened(reason), said, what_next(reason))))
    return {"last_digest": last, "last_failed": failed, "last_words": words}
