"""What a browser may load on our pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from odziv.environment import ENV

IMAGE_PATHS = (settings.STATIC_URL, "/attachments/", "/templates/files/")


def content_security_policy() -> str:
    """Own scripts only. TinyMCE writes style attributes, hence 'unsafe-inline' for styles."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            f"img-src {_images()} data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def _images() -> str:
    """Never the edge's: what is loaded there counts as somebody's opening (J5). Where it has the address of the pages,
    apart from the path, images come from the paths that have any."""
    if urlsplit(ENV.edge_url)[:2] != urlsplit(ENV.web_url)[:2]:
        return "'self'"
    return " ".join(f"{ENV.web_url.rstrip('/')}{path}" for path in IMAGE_PATHS)


class ContentSecurityPolicyMiddleware:
    """Adds the policy unless the view has set its own (the frames in which foreign mail is shown do)."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.policy = content_security_policy()
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if self.is_async:
            return self._later(request)
        return self._secured(self.get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponse:
        return self._secured(await self.get_response(request))

    def _secured(self, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Content-Security-Policy", self.policy)
        if not settings.DEBUG:
            response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response
