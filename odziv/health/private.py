"""A private listener of a process that serves no pages: /metrics, /healthz, /readyz, for whoever runs it."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import DatabaseError, close_old_connections, connection, connections

from odziv.lib import clock
from odziv.lib.prometheus import CONTENT_TYPE, Figure, text

log = logging.getLogger("odziv.health")

_PLAIN = "text/plain; charset=utf-8"
_ENDS_WITHIN = 0.1  # seconds


class Private:
    """Answers in threads of its own until `close`. `figures` gives what /metrics tells, at a moment."""

    def __init__(self, listener: socket.socket, figures: Callable[[Any], list[Figure]]) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = 10
            server_version = "odziv"
            sys_version = ""

            def do_GET(self) -> None:
                status, kind, body = _answer(self.path.partition("?")[0], figures)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(listener.getsockname()[:2], Handler, bind_and_activate=False)
        self._server.daemon_threads = True
        self._server.socket.close()
        self._server.socket = listener
        threading.Thread(
            target=self._server.serve_forever, args=(_ENDS_WITHIN,), name="private listener", daemon=True
        ).start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


def _answer(path: str, figures: Callable[[Any], list[Figure]]) -> tuple[int, str, bytes]:
    if path == "/healthz":
        return 200, _PLAIN, b"alive\n"
    if path not in ("/metrics", "/readyz"):
        return 404, _PLAIN, b"not found\n"
    close_old_connections()
    try:
        if path == "/metrics":
            return 200, CONTENT_TYPE, text(figures(clock.now())).encode()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return 200, _PLAIN, b"ready\n"
    except DatabaseError:
        return 503, _PLAIN, b"the database does not answer\n"
    except Exception:
        # Whatever it is, whoever watches should see that this does not work, and the jobs should go on.
        log.exception("could not answer what a private listener was asked for")
        return 500, _PLAIN, b"see the log\n"
    finally:
        connections.close_all()
