"""The webhook for mail that other systems hand in: signed, idempotent, durable before it is acknowledged (P1)."""

from __future__ import annotations

import io
import logging
from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from odziv.lib import clock
from odziv.lib.signature import SIGNATURE, TIMESTAMP, WINDOW, Flaw, flaw_in
from odziv.models import HandedDoor, HookSecret, SecretUnreadable
from odziv.replies.handing import LARGEST, FileStoreError, take

log = logging.getLogger("odziv.api")

ROOM = 64 * 1024  # for what multipart puts around a mail
FIELDS = ("email", "message", "body-mime", "mail", "file")
"""Under which of these names a mail stands in multipart/form-data; some services have chosen one for their users."""

_SAID = {
    Flaw.NO_TIMESTAMP: f"The header {TIMESTAMP} has to hold the present Unix time in seconds.",
    Flaw.OLD_TIMESTAMP: f"The time in {TIMESTAMP} is more than {WINDOW} seconds from ours. Sign the request anew.",
    Flaw.NO_SIGNATURE: f"The header {SIGNATURE} has to hold v1= and the HMAC-SHA-256 of time, full stop and body.",
    Flaw.WRONG_SIGNATURE: "No secret of this webhook made that signature: mind that it is over the bytes as they are "
    "sent, and that a former secret ends a day after a new one was made.",
}


@csrf_exempt
def hand_in(request: HttpRequest, id: UUID) -> JsonResponse:
    """POST a mail (RFC 5322) as the body, or as a file in multipart/form-data.

    202: taken, and durable; 200: it was taken before. What becomes of it is decided afterwards, and told nobody here.
    401: not signed by this organisation; 413: too large; 422: no mail in it; 503: try again.
    """
    if request.method != "POST":
        answer = _refused(405, "method", "Mail is handed in by POST.")
        answer["Allow"] = "POST"
        return answer
    body = request.read(LARGEST + ROOM + 1)
    try:
        return too_large() if len(body) > LARGEST + ROOM else _taken(request, id, body)
    except (FileStoreError, DatabaseError, SecretUnreadable):
        log.exception("a mail could not be kept")
        answer = _refused(503, "not-kept", "The mail could not be stored. Nothing was taken: send it again later.")
        answer["Retry-After"] = "60"
        return answer


def _taken(request: HttpRequest, organisation_id: UUID, body: bytes) -> JsonResponse:
    flaw = _flaw(request, organisation_id, body)
    if flaw is not None:
        return _refused(401, flaw, _SAID[flaw])
    raw = _mail_in(request, body)
    if raw is None:
        said = f"The request holds no mail: send it as the body, or as a file named {FIELDS[0]} in a form."
        return _refused(422, "no-mail", said)
    if len(raw) > LARGEST:
        return too_large()
    row, is_new = take(organisation_id, raw, door=HandedDoor.WEBHOOK, now=clock.now())
    return JsonResponse({"id": str(row.pk), "state": "taken" if is_new else "known"}, status=202 if is_new else 200)


def too_large() -> JsonResponse:
    """The answer to what is larger than any mail that is taken."""
    said = f"A mail may have {LARGEST // (1024 * 1024)} MiB. Nothing was taken."
    return _refused(413, "too-large", said)


def _flaw(request: HttpRequest, organisation_id: UUID, body: bytes) -> Flaw | None:
    now = clock.now()
    secrets = [row.text for row in HookSecret.objects.of(organisation_id).good(now)[:5]]
    given = (request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, ""))
    return flaw_in(secrets, *given, body, now.timestamp())


def _mail_in(request: HttpRequest, body: bytes) -> bytes | None:
    """The mail of a request; None when there is none."""
    if request.content_type != "multipart/form-data":
        return body if body.strip() else None
    meta = {"CONTENT_TYPE": request.META.get("CONTENT_TYPE", ""), "CONTENT_LENGTH": str(len(body))}
    try:
        handler = _InMemory(request)
        fields, files = MultiPartParser(meta, io.BytesIO(body), [handler]).parse()
    except (MultiPartParserError, SuspiciousOperation, ValueError):
        return None
    for name in FIELDS:
        if file := files.get(name):
            return bytes(file.read()) or None
        if name in fields:
            return str(fields[name]).encode("utf-8", "surrogateescape") or None
    return next((bytes(file.read()) or None for _name, some in files.lists() for file in some), None)


class _InMemory(MemoryFileUploadHandler):
    """The whole body is in memory already, and bounded."""

    def handle_raw_input(self, *_arguments: object, **_options: object) -> None:
        self.activated = True


def _refused(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"error": code, "message": message}, status=status)
