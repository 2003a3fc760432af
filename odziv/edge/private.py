"""The private listener: what whoever runs the edge asks, and nobody else: /metrics, /healthz, /readyz."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

from odziv.edge import answers
from odziv.edge.request import Request


class PrivateDoor:
    """Answers on the private listener. `metrics` is called in a thread of the pool, `trouble` on the event loop."""

    def __init__(self, *, metrics: Callable[[], str], trouble: Callable[[], str], pool: Executor) -> None:
        self._metrics = metrics
        self._trouble = trouble
        self._pool = pool
        self._loop = asyncio.get_running_loop()

    def handle(self, request: Request) -> None:
        """Answer a request."""
        path = request.target.partition(b"?")[0]
        if request.method not in ("GET", "HEAD"):
            request.reply(answers.METHOD_NOT_ALLOWED)
        elif path == b"/metrics":
            # It reads the spool folder, which on a bad disk can take long.
            future = self._loop.run_in_executor(self._pool, self._metrics)
            future.add_done_callback(partial(_tell, request))
        elif path == b"/healthz":
            request.reply(answers.ALIVE)
        elif path == b"/readyz":
            trouble = self._trouble()
            request.reply(answers.not_ready(trouble) if trouble else answers.READY)
        else:
            request.reply(answers.NOT_FOUND)


def _tell(request: Request, future: asyncio.Future[str]) -> None:
    if future.cancelled():
        request.reply(answers.not_ready("ending"))
    elif future.exception():
        request.reply(answers.SERVER_ERROR)
    else:
        request.reply(answers.health(future.result()))
