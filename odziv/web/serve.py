"""The process of the pages and the API: the ASGI application on granian, in one process."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Sequence

import uvloop
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from odziv.commands import no_options
from odziv.environment import ENV
from odziv.lib import memory
from odziv.lib.sqlite_pages import keep_pages_apart
from odziv.supervise.preflight import bind

# A page that listens for live figures holds its request open as long as it is shown, so these are many.
_REQUESTS_AT_ONCE = 4096
_SECONDS_TO_END = 3.0


def run(argv: Sequence[str]) -> int:
    """Serve on ODZIV_WEB_LISTEN until SIGTERM or SIGINT. Raises PlainError."""
    no_options("web", "Serve the pages and the API.", argv)
    memory.few_arenas()
    if not ENV.database_url.startswith("postgresql"):
        keep_pages_apart(memory.WEB_HOLDS)
    memory.keep_giving_back()
    uvloop.run(_serve())
    return 0


async def _serve() -> None:
    from odziv.web.asgi import application
    from odziv.web.live import stop as end_streams

    # granian takes numbers only, and says less clearly what is wrong with a port.
    with bind("ODZIV_WEB_LISTEN", ENV.web_listen) as free:
        host, port = free.getsockname()[:2]
    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        backlog=1024,
        backpressure=_REQUESTS_AT_ONCE,
        # Its warning at each start, that embedding is new, helps nobody here.
        log_level=LogLevels.error,
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},
    )

    stop: Callable[[], None] = server.stop

    def end() -> None:
        # Open requests get their time; those that do not end, such as a download over a slow line, are cut off.
        timer = threading.Timer(_SECONDS_TO_END, os._exit, (0,))
        timer.daemon = True
        timer.start()
        end_streams()
        # The streams of live pages end now; the server would cut them off in the middle of it.
        loop.call_later(0.1, stop)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    await server.serve()
