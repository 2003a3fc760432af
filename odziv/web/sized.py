"""Requests that announce or send more than their door takes are refused before anything of them is kept.

Django reads a body to its end, onto the disk, before it asks who sent it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_ANSWER = json.dumps({"error": "too-large", "message": "The request is larger than this address takes."}).encode()


class Sized:
    """An ASGI application around another. `most`: bytes of a body, by the beginning of the path; others are free."""

    def __init__(self, application: Application, most: Mapping[str, int]) -> None:
        self._application = application
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is small enough."""
        path = scope.get("path", "")
        limit = next((most for prefix, most in self._most.items() if path.startswith(prefix)), None)
        if scope["type"] != "http" or limit is None:
            await self._application(scope, receive, send)
        elif _announced(scope) > limit:
            await _refuse(send)
        else:
            await self._counting(scope, receive, send, limit)

    async def _counting(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Bodies without a length, too: when they grow too large, the application sees the other side hang up."""
        seen = 0
        answered = False

        async def counted() -> Event:
            nonlocal seen
            event = await receive()
            seen += len(event.get("body", b""))
            return {"type": "http.disconnect"} if seen > limit else event

        async def noting(event: Event) -> None:
            nonlocal answered
            answered = True
            await send(event)

        await self._application(scope, counted, noting)
        if seen > limit and not answered:
            await _refuse(send)


def _announced(scope: Scope) -> int:
    for name, value in scope.get("headers", ()):
        if name.lower() == b"content-length":
            return int(value) if value.isdigit() and len(value) < 20 else 10**20
    return 0


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _ANSWER})
