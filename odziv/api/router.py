"""The API as a whole: version, authentication, and how refusals look."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from odziv import __version__
from odziv.api.auth import TokenAuth
from odziv.api.messages import router as messages
from odziv.compose.problems import Refused, StaleDraft

api = NinjaAPI(
    title="Odziv",
    version=__version__,
    description="E-mail engagement: write and send followed e-mail, and read what happened to it.",
    auth=TokenAuth(),
    urls_namespace="api",
)
api.add_router("/messages", messages, tags=["Messages"])


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """Missing and foreign are the same (O1)."""
    return api.create_response(request, {"detail": "Not found"}, status=404)


@api.exception_handler(PermissionDenied)
def forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return api.create_response(request, {"detail": "The user of this token may not do that."}, status=403)


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """A body beyond what is taken, which is read nowhere."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
    return api.create_response(request, {"detail": f"The request is larger than {limit} MB."}, status=413)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Each fault with the place where it stands; the values themselves are not repeated."""
    problems = [
        {
            "code": fault["type"],
            "field": ".".join(str(step) for step in fault["loc"] if step not in ("body", "payload")),
            "text": fault["msg"],
            "blocking": True,
        }
        for fault in error.errors
    ]
    return api.create_response(request, {"detail": "The request cannot be read.", "problems": problems}, status=422)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    problems = [
        {"code": one.code, "field": one.field, "text": one.text, "blocking": one.blocking} for one in error.problems
    ]
    return api.create_response(request, {"detail": "Nothing was stored or sent.", "problems": problems}, status=422)


@api.exception_handler(StaleDraft)
def stale(request: HttpRequest, error: StaleDraft) -> HttpResponse:
    return api.create_response(request, {"detail": "This message is no draft any more."}, status=409)
