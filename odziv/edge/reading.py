"""Requests out of bytes, within limits: httptools' parser, and what RFC 9112 leaves to the server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple, Protocol

import httptools

from odziv.edge import answers
from odziv.edge.answers import Answer
from odziv.edge.door import Request
from odziv.edge.limits import Limits

log = logging.getLogger("odziv.edge")


class Asked(NamedTuple):
    """A request and how its answer is to be written. `request` is None when `refused` is the answer already."""

    request: Request | None
    refused: Answer
    is_head: bool
    is_old: bool
    """HTTP/1.0: the connection ends unless both sides say otherwise."""
    keep_alive: bool


class Asker(Protocol):
    """Who is told of requests."""

    peer: str

    def began(self) -> None:
        """The first byte of a request came."""

    def asked(self, asked: Asked) -> None:
        """A request is complete, or nothing more will be read."""


class _Phase(Enum):
    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()
    OVER = auto()


class Reader:
    """Reads the requests of one connection, until one is refused or ends the connection."""

    def __init__(self, asker: Asker, limits: Limits, keep_alive: Callable[[], bool]) -> None:
        self._asker = asker
        self._limits = limits
        self._keep_alive = keep_alive
        self._parser = httptools.HttpRequestParser(self)
        self._phase = _Phase.BETWEEN
        self._begin()

    @property
    def is_over(self) -> bool:
        """Whether no more requests are read."""
        return self._phase is _Phase.OVER

    @property
    def is_between(self) -> bool:
        """Whether no request is half read."""
        return self._phase is _Phase.BETWEEN

    def feed(self, data: bytes) -> None:
        """Parse; the asker is told of each request in turn."""
        if self._phase is _Phase.HEAD:
            # The parser keeps an unfinished field to itself: what it holds is bounded by what it was given.
            self._fed += len(data)
            if self._fed > self._limits.head:
                self.refuse(self._too_large())
        try:
            while data and not self.is_over:
                data = self._parse(data)
        except httptools.HttpParserCallbackError:
            # A fault in what the parser calls, here; it must not look like one of the asker.
            log.exception("a request failed while it was read")
            self.refuse(answers.SERVER_ERROR)
        except httptools.HttpParserError:
            self.refuse(answers.BAD_REQUEST)

    def refuse(self, answer: Answer) -> None:
        """Answer the present request, whole or not, by `answer`, and read no more."""
        if not self.is_over:
            self._phase = _Phase.OVER
            self._tell(None, answer, keep_alive=False)

    def stop(self) -> None:
        """Read no more requests."""
        self._phase = _Phase.OVER

    # What the parser calls

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        if self._phase is _Phase.BETWEEN:
            self._begin()
            self._phase = _Phase.HEAD
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
        if self._phase is not _Phase.HEAD:
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
        if self._phase is not _Phase.HEAD:
            return
        self._phase = _Phase.BODY
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
        if self._phase is _Phase.BODY:
            self._complete(keep_alive=self._parser.should_keep_alive() and self._keep_alive())

    def _begin(self) -> None:
        self._target = b""
        self._target_size = 0
        self._headers: dict[bytes, bytes] = {}
        self._doubled_host = False
        self._fields = 0
        self._head_size = 0
        self._body_size = 0
        self._fed = 0

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
        method = self._parser.get_method().decode("ascii")
        # What follows CONNECT is not HTTP.
        keep_alive = keep_alive and method != "CONNECT"
        self._phase = _Phase.BETWEEN if keep_alive else _Phase.OVER
        fits = self._target_size <= self._limits.target
        request = Request(method, self._target, self._headers, self._asker.peer) if fits else None
        self._tell(request, answers.NOT_FOUND, keep_alive=keep_alive)

    def _tell(self, request: Request | None, refused: Answer, *, keep_alive: bool) -> None:
        self._asker.asked(
            Asked(
                request,
                refused,
                is_head=self._parser.get_method() == b"HEAD",
                is_old=self._parser.get_http_version() == "1.0",
                keep_alive=keep_alive,
            )
        )
