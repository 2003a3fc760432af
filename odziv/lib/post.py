"""One HTTP POST whose sender has to know whether the other side may have acted on it."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Timer
from urllib.parse import urlsplit

from odziv.lib import dial
from odziv.lib.fetch import Fetched

_MOST_BYTES = 4096


class NotSent(Exception):
    """Nothing was said to the server; the text is what the system says. `forbidden`: it may not be asked at all."""

    def __init__(self, words: str, *, forbidden: bool = False) -> None:
        super().__init__(words)
        self.forbidden = forbidden


class Unanswered(Exception):
    """It was said, at least in part, and no answer came."""


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    patience: float,
    public: bool,
    before: Callable[[], None],
) -> Fetched:
    """POST to an http(s) address; redirects are not followed. Raises NotSent and Unanswered.

    `patience` is the time in seconds for the connection, and once more for everything behind it, however slowly the
    other side speaks. With `public`, only addresses of the open internet are connected to. `before` is called when the
    connection stands and nothing was said; what it raises ends it.
    """
    parts = urlsplit(address)
    secure, host = parts.scheme == "https", parts.hostname or ""
    try:
        plain = dial.dial(host, parts.port or (443 if secure else 80), patience, public=public)
    except (OSError, ValueError) as error:
        raise NotSent(_words(error), forbidden=isinstance(error, dial.Forbidden)) from error
    with _cut_off(plain, patience):
        try:
            line = dial.encrypt(plain, host, patience) if secure else plain
        except OSError as error:
            raise NotSent(_words(error)) from error
        before()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPConnection(host, timeout=patience)
        connection.sock = line
        try:
            connection.request("POST", target, body, {"Host": parts.netloc, **headers})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Fetched(answer.status, told, answer.read(_MOST_BYTES))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unanswered(_words(error)) from error
        finally:
            connection.close()


@contextmanager
def _cut_off(line: socket.socket, seconds: float) -> Iterator[None]:
    """Whoever speaks a byte now and then must not hold us longer than this."""
    # A duplicate: TLS takes the socket over, and closing it does not wake whoever waits for it.
    twin = line.dup()

    def cut() -> None:
        try:
            twin.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        twin.close()
        line.close()


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
