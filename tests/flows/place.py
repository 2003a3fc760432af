"""A web server where a link of a mail leads to."""

from __future__ import annotations

import http.server
import threading
from types import TracebackType
from typing import Any, Self


class Place:
    """On a free port of 127.0.0.1; `asked` are the paths that it was asked for, without those for an icon."""

    def __enter__(self) -> Self:
        asked: list[str] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != "/favicon.ico":
                    asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"<!DOCTYPE html><title>The place</title><link rel=icon href=data:,><h1>Here</h1>")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.asked = asked
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
