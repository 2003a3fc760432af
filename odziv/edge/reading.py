"""Requests out of bytes, within limits: httptools' parser, and what RFC 9112 leaves to the server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum, auto

import httptools

from odziv.edge import answers
from odziv.edge.answers import Answer
from odziv.edge.limits import Limits
from odziv.edge.request import Asker, Familiar, Fields, Request

log = logging.getLogger("odziv.edge")


_LINE_BYTES = len(b"GET  HTTP/1.1\r\n")
_NOT_FAMILIAR = frozenset(b"content-length transfer-encoding expect upgrade".split())


class Phase(Enum):
    """How far a connection's reading is: between requests, within one, or at an end for good."""

    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()
    OVER = auto()


BETWEEN, _HEAD, _BODY, OVER = Phase


class Reader:
    """Reads the requests of one connection, until one is refused or ends the connection."""

    def __init__(self, asker: Asker, limits: Limits, familiar: Familiar, keep_alive: Callable[[], bool]) -> None:
        self._asker = asker
        self._limits = limits
        self._familiar = familiar
        self._keep_alive = keep_alive
        self._parser = httptools.HttpRequestParser(self)
        self.phase = BETWEEN
        self._begun = 0
        self._whole: tuple[Request, bool] | None = None
        self._begin()

    @property
    def is_over(self) -> bool:
        """Whether no more requests are read."""
        return self.phase is OVER

    @property
    def is_between(self) -> bool:
        """Whether no request is half read."""
        return self.phase is BETWEEN

    def feed(self, data: bytes) -> None:
        """Parse; the asker is told of each request in turn."""
        fed, is_whole = data, self.phase is BETWEEN
        if self.phase is _HEAD:
            # The parser keeps an unfinished field to itself: what it holds is bounded by what it was given.
            self._fed += len(data)
            if self._fed > self._limits.head:
                self.refuse(self._too_large())
        self._forget_what_was_fed()
        try:
            while data and not self.is_over:
                data = self._parse(data)
        except httptools.HttpParserCallbackError:
            # A fault in what the parser calls, here; it must not look like one of the asker.
            log.exception("a request failed while it was read")
            self.refuse(answers.SERVER_ERROR)
        except httptools.HttpParserError:
            self.refuse(answers.BAD_REQUEST)
        if is_whole and self._whole and self._begun == 1:
            self._remember(fed, *self._whole)

    def refuse(self, answer: Answer) -> None:
        """Answer the present request, whole or not, by `answer`, and read no more."""
        if not self.is_over:
            self.phase = OVER
            self._asker.asked(self._request(last=True), answer)

    def stop(self) -> None:
        """Read no more requests."""
        self.phase = OVER

    # What the parser calls

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._begun += 1
        if self.phase is BETWEEN:
            self._begin()
            self.phase = _HEAD
            self._asker.began()

    def on_url(self, url: bytes) -> None:
        """A part of the request target."""
        self._target_size += len(url)
        if self._target_size <= self._limits.target:
            self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A whole header field. Those behind a body are counted, but nobody asked for them."""
        self._fields += 1
        self._head_size += len(name) + len(value) + 4
        if self._fields > self._limits.fields or self._head_size + self._target_size > self._limits.head:
            self.refuse(self._too_large())
        if self.phase is not _HEAD:
            return
        name = name.lower()
        before = self._headers.get(name)
        if before is None:
            self._headers[name] = value
        else:
            self._headers[name] = before + b", " + value
            self._doubled_host |= name == b"host"

    def on_headers_complete(self) -> None:
        """The header is whole. What can be refused by it alone is refused before a body comes."""
        if self.phase is not _HEAD:
            return
        self.phase = _BODY
        version = self._parser.get_http_version()
        length = self._headers.get(b"content-length", b"0")
        if version not in ("1.1", "1.0"):
            self.refuse(answers.VERSION_NOT_SUPPORTED)
        elif self._doubled_host or (version == "1.1" and b"host" not in self._headers):
            self.refuse(answers.BAD_REQUEST)
        elif len(length) > 15 or int(length) > self._limits.body:
            self.refuse(answers.CONTENT_TOO_LARGE)
        elif b"expect" in self._headers:
            # Nobody needs to send us a body: no 100, but the answer, and the end, so that none is taken for a request.
            self._complete(keep_alive=False)

    def on_body(self, body: bytes) -> None:
        """A part of the body, which nobody wants."""
        self._body_size += len(body)
        if self._body_size > self._limits.body:
            self.refuse(answers.CONTENT_TOO_LARGE)

    def on_message_complete(self) -> None:
        """The whole request is here."""
        if self.phase is _BODY:
            self._complete(keep_alive=self._parser.should_keep_alive())

    def _begin(self) -> None:
        self._target = b""
        self._target_size = 0
        self._headers: dict[bytes, bytes] = {}
        self._doubled_host = False
        self._fields = 0
        self._head_size = 0
        self._body_size = 0
        self._fed = 0

    def _forget_what_was_fed(self) -> None:
        """From here on count the requests that begin, and note the last whole one."""
        self._begun = 0
        self._whole = None

    def _remember(self, fed: bytes, request: Request, last: bool) -> None:
        """Make a header section familiar, if one whole request was all that was fed, and nothing is unusual in it."""
        section = fed.partition(b" HTTP/1.1\r\n")[2]
        whole = request.method == "GET" and not request.is_old and section.find(b"\r\n\r\n") == len(section) - 4
        is_plain = fed[:5] == b"GET /" and len(fed) - len(section) == len(request.target) + _LINE_BYTES
        if whole and is_plain and not last and _NOT_FAMILIAR.isdisjoint(request.fields.headers):
            self._familiar.add(section, request.fields)

    def _parse(self, data: bytes) -> bytes:
        """Parse; what is left is what stands behind a request for an upgrade, which we do not heed."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._parser = httptools.HttpRequestParser(self)
            return data[upgrade.args[0] :]
        return b""

    def _too_large(self) -> Answer:
        """An endless target is only a wrong address."""
        return answers.NOT_FOUND if self._target_size > self._limits.target else answers.HEADER_TOO_LARGE

    def _complete(self, *, keep_alive: bool) -> None:
        wanted = keep_alive
        # What follows CONNECT is not HTTP.
        keep_alive = keep_alive and self._keep_alive() and self._parser.get_method() != b"CONNECT"
        self.phase = BETWEEN if keep_alive else OVER
        request = self._request(last=not keep_alive)
        if self._target_size > self._limits.target:
            self._asker.asked(request, answers.NOT_FOUND)
            return
        self._whole = request, not wanted
        self._asker.asked(request)

    def _request(self, *, last: bool) -> Request:
        method, is_old = self._parser.get_method().decode("ascii"), self._parser.get_http_version() == "1.0"
        return Request(self._asker, method, self._target, Fields(self._headers), is_old, last)
