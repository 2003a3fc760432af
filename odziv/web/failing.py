"""What a request that failed is answered: when the database is full or away, that, and what to do about it."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.defaults import server_error

_FULL = ("database or disk is full", "no space left", "disk i/o error")
_AGAIN_AFTER = "10"  # seconds


def failed(request: HttpRequest) -> HttpResponse:
    """The handler of what no view has caught: 503 with a sentence for whoever asked, else the page of a fault of ours.

    Programs and parts of pages get it as JSON: `error`, a code, and `message`.
    """
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError):
        return server_error(request)
    code, said = _told(error)
    if request.path.startswith("/api/") or "HX-Request" in request.headers:
        answer: HttpResponse = JsonResponse({"error": code, "message": said}, status=503)
    else:
        answer = render(None, "503.html", {"said": said}, status=503)  # without the request: no query
    answer.headers["Retry-After"] = _AGAIN_AFTER
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _told(error: Exception) -> tuple[str, str]:
    # PostgreSQL: SQLSTATE 53100, disk_full. SQLite: SQLITE_FULL, of which Django keeps only the words.
    state, words = getattr(error.__cause__, "sqlstate", None), str(error).lower()
    if state == "53100" or any(known in words for known in _FULL):
        return "database-full", _(
            "Nothing can be saved now: the disk of the database is full. What was saved is safe, and what you typed is "
            "still in this page. Tell whoever runs Odziv to make room, then try again."
        )
    return "database-away", _(
        "The database does not answer now. What was saved is safe, and what you typed is still in this page. Try again "
        "in a moment; if it stays so, tell whoever runs Odziv."
    )
