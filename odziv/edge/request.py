"""A request as it was read: its fields, what a hit keeps of them, and its place in the order of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from odziv.edge.answers import Answer

_KEPT_HEADERS = frozenset(
    b"sec-purpose purpose x-purpose x-moz accept accept-language referer via from if-none-match if-modified-since "
    b"range sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user".split()
)
_LONGEST_AGENT = 512
_LONGEST_HEADER = 256
_MOST_FAMILIAR = 1024
_LONGEST_FAMILIAR = 2048


class Fields:
    """The header fields of a request. Names are in lower case; repeated fields are joined by commas."""

    __slots__ = ("_seen", "headers")

    def __init__(self, headers: Mapping[bytes, bytes]) -> None:
        self.headers = headers
        self._seen: tuple[str, dict[str, str]] | None = None

    def seen(self) -> tuple[str, dict[str, str]]:
        """What a hit keeps: the asking program's name, and the few fields that tell people from machines."""
        if self._seen is None:
            kept = {
                name.decode("latin-1"): _shown(value, _LONGEST_HEADER)
                for name, value in self.headers.items()
                if name in _KEPT_HEADERS
            }
            self._seen = _shown(self.headers.get(b"user-agent", b""), _LONGEST_AGENT), kept
        return self._seen


class Asker(Protocol):
    """The connection on which a request came."""

    peer: str

    def began(self) -> None:
        """The first byte of a request came."""

    def asked(self, request: Request, refused: Answer | None = None) -> None:
        """A request is complete, or nothing more will be read. It is to be answered by `refused` when that is given."""

    def answered(self) -> None:
        """A request has its answer now."""


class Request(msgspec.Struct, eq=False):
    """A request whose header is complete. `reply` is called exactly once, at once or later, on the event loop."""

    asker: Asker
    method: str
    target: bytes
    fields: Fields
    is_old: bool
    """HTTP/1.0: the connection ends unless both sides say otherwise."""
    last: bool
    """Whether the connection ends with the answer."""
    answer: Answer | None = None

    def reply(self, answer: Answer) -> None:
        """Have an answer sent, when those before it are."""
        self.answer = answer
        self.asker.answered()


class Familiar:
    """Header sections of whole GET requests that were parsed before, as the bytes that they came in.

    An image proxy, a browser on a kept connection and a mail program that asks for ten images send the same bytes again
    and again. They mean what they meant: such a request needs no parser. What is kept is bounded; when it is full it
    is emptied, which costs nothing but time.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Fields] = {}
        self._ended = False
        self.get = self._known.get
        """The fields that these bytes are; None when they are new."""

    def add(self, section: bytes, fields: Fields) -> None:
        """Remember a section that the parser accepted after `GET … HTTP/1.1`, with no body behind it nor an end."""
        if len(section) <= _LONGEST_FAMILIAR and not self._ended:
            if len(self._known) >= _MOST_FAMILIAR:
                self._known.clear()
            self._known[section] = fields

    def end(self) -> None:
        """Know nothing any more: from now on each request is to be looked at whole, since its connection ends."""
        self._ended = True
        self._known.clear()


def _shown(value: bytes, longest: int) -> str:
    return value[: longest * 4].decode("utf-8", "replace")[:longest]
