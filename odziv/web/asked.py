"""A line in the log for each request, where the operator wants it: which page, what came of it, how long it took."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

log = logging.getLogger("odziv.web.requests")


class AskedMiddleware:
    """Outermost. A page is called by its name in `odziv/urls.py`: an address may hold what was searched."""

    def __init__(self, next: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = next

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer of the next; a stream's time ends where it begins."""
        begun = time.perf_counter()
        response = self._next(request)
        milliseconds = round((time.perf_counter() - begun) * 1000, 1)
        more = {"status_code": response.status_code, "request": request, "milliseconds": milliseconds}
        log.info("answered", extra=more)
        return response
