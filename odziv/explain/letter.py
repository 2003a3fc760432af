"""Where the parts of a message (RFC 5322, RFC 2046) stand in its bytes; total, whatever the bytes are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from odziv.explain import transfer

_DEEPEST = 20
_MOST_PARTS = 1000
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_HEADER = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*)$", re.MULTILINE)
_ENCODING = re.compile(
    rb"^content-transfer-encoding[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.MULTILINE | re.IGNORECASE
)
_PARAMETER = re.compile(r";\s*([^\s=;\"]+)\s*=\s*(?:\"([^\"\\]*(?:\\.[^\"\\]*)*)\"|([^\s;]*))")


@dataclass(frozen=True)
class Part:
    """One part: its headers stand in `data[start:body]`, its body in `data[body:end]`."""

    data: bytes
    start: int
    body: int
    end: int

    @cached_property
    def headers(self) -> dict[str, str]:
        """Each header's first value by its lower-case name, unfolded."""
        lines = _FOLD.sub(b"", self.data[self.start : self.body])
        found: dict[str, str] = {}
        for name, value in _HEADER.findall(lines):
            found.setdefault(name.decode("ascii").lower(), value.decode("latin-1").strip())
        return found

    @cached_property
    def content_type(self) -> str:
        """In lower case; `text/plain` where none can be read (RFC 2045, 5.2)."""
        named = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return named if named.count("/") == 1 else "text/plain"

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Those of Content-Type, by lower-case name."""
        found = _PARAMETER.findall(";" + self.headers.get("content-type", "").partition(";")[2])
        return {name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in found}

    @property
    def encoding(self) -> str:
        """The transfer encoding in lower case."""
        return self.headers.get("content-transfer-encoding", "").partition(";")[0].strip().lower()

    @property
    def is_attachment(self) -> bool:
        return self.headers.get("content-disposition", "").strip().lower().startswith("attachment")

    @property
    def content(self) -> bytes:
        return transfer.decode(self.data[self.body : self.end], self.encoding)


def parts_of(data: bytes) -> list[Part]:
    """The leaves of the message in order. A message inside of it (message/rfc822) is one: it is not the sender's."""
    found: list[Part] = []
    for part in _leaves(data, 0, len(data), _DEEPEST):
        found.append(part)
        if len(found) == _MOST_PARTS:
            break
    return found


def head_of(data: bytes) -> Part:
    """The message itself, for its headers."""
    return Part(data, 0, _body_at(data, 0, len(data)), len(data))


def encoding_header(part: Part, encoding: str) -> list[tuple[int, int, bytes]]:
    """The change that declares another transfer encoding for a part."""
    found = _ENCODING.search(part.data, part.start, part.body)
    if found:
        return [(*found.span(1), encoding.encode())]
    line_end = b"\r\n" if part.data[: part.body].endswith(b"\r\n") else b"\n"
    return [(part.start, part.start, b"Content-Transfer-Encoding: " + encoding.encode() + line_end)]


def _leaves(data: bytes, start: int, end: int, depth: int) -> Iterator[Part]:
    part = Part(data, start, _body_at(data, start, end), end)
    boundary = part.parameters.get("boundary", "")
    if not part.content_type.startswith("multipart/") or not boundary or not depth:
        yield part
        return
    delimiter = re.compile(rb"^--" + re.escape(boundary.encode("latin-1")) + rb"(--)?[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
    begin = -1
    for found in delimiter.finditer(data, part.body, end):
        if begin >= 0:
            yield from _leaves(data, begin, max(begin, _without_line_end(data, found.start())), depth - 1)
        begin = found.end()
        if found[1]:
            return
    if begin >= 0:  # the closing delimiter is missing
        yield from _leaves(data, begin, end, depth - 1)


def _body_at(data: bytes, start: int, end: int) -> int:
    """Behind the empty line; a part may begin with it, when it has no headers (RFC 2046, 5.1)."""
    for line_end in (b"\r\n", b"\n"):
        if data.startswith(line_end, start, end):
            return start + len(line_end)
    found = _HEADERS_END.search(data, start, end)
    return found.end() if found else end


def _without_line_end(data: bytes, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    if data[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1 if data[at - 1 : at] == b"\n" else at
