"""/healthz and /readyz of the web process: for a balancer, asked by any host name and without a session."""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, connection

from odziv.web.sized import Application, Receive, Scope, Send

_REMEMBERED = 1.0  # second: whoever asks often asks the database no more often than that


class _Answer(NamedTuple):
    status: int
    body: bytes


_ALIVE = _Answer(200, b"alive\n")
_READY = _Answer(200, b"ready\n")
_NOT_READY = _Answer(503, b"the database does not answer\n")


class Probed:
    """An ASGI application around another. /healthz: 200 as long as the process answers; /readyz: 200 while its database
    does, else 503.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._known, self._until = _NOT_READY, 0.0
        self._asking: asyncio.Future[_Answer] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a probe; pass on everything else."""
        path = scope.get("path")
        if scope["type"] != "http" or path not in ("/healthz", "/readyz"):
            await self._application(scope, receive, send)
            return
        answer = _ALIVE if path == "/healthz" else await self._readiness()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(answer.body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    async def _readiness(self) -> _Answer:
        if time.monotonic() < self._until:
            return self._known
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> _Answer:
        try:
            self._known = await sync_to_async(_look, thread_sensitive=False)()
            self._until = time.monotonic() + _REMEMBERED
            return self._known
        finally:
            self._asking = None


def _look() -> _Answer:
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return _READY
    except DatabaseError:
        return _NOT_READY
    finally:
        connection.close()
