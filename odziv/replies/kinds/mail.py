"""A message's bytes as headers and parts; total, and linear in their size, whatever the bytes are (P1).

Not the standard library's parser: at a MIME depth of 1,000 that one recurses out of its stack, and it keeps every one
of 100,000 parts. This one goes over the delimiters once, with a stack of its own, and keeps the first `_MOST_PARTS`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses
from functools import cached_property

from odziv.lib.charset import decoded

LONGEST = 32 * 1024 * 1024
"""As many bytes of a message are read to judge it; what stands behind them is an attachment's."""

_MOST_PARTS = 1_000
_MOST_HEADERS = 2_000
_LONGEST_VALUE = 65_536
_LONGEST_TEXT = 400_000
_HEADER = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_MBOX = re.compile(rb"(?:\s*\n)*(?:>?From [^\n]*\n)?(?:[ \t]*\n)*")
_DELIMITER = re.compile(rb"^--([^\n]*)", re.MULTILINE)
_PARAMETER = re.compile(r";\s*([^\s=;\"*]+)\*?\s*=\s*(?:\"([^\"\\]*(?:\\.[^\"\\]*)*)\"?|([^\s;]*))")


class Headers:
    """Fields in the order in which they stand, under lower-case names; values unfolded, encoded words decoded."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self.fields = fields

    def all(self, name: str) -> list[str]:
        return [_words(value) for field_name, value in self.fields if field_name == name]

    def get(self, name: str) -> str:
        """The first value; empty when there is none."""
        return next((_words(value) for field_name, value in self.fields if field_name == name), "")

    def __contains__(self, name: str) -> bool:
        return any(field_name == name for field_name, _ in self.fields)

    def addresses(self, name: str) -> list[str]:
        """Addresses of a field, in lower case; none when it is no list of addresses."""
        found = getaddresses([value[:10_000] for value in self.all(name)])
        return [address.lower() for _, address in found if "@" in address]

    def own(self, name: str) -> list[str]:
        """Values that the writer's side gave the field: relays put theirs above the oldest Received (RFC 5321, 4.4)."""
        names = [field_name for field_name, _ in self.fields]
        oldest = max((at for at, field_name in enumerate(names) if field_name == "received"), default=-1)
        return [_words(value) for field_name, value in self.fields[oldest + 1 :] if field_name == name]


@dataclass
class Part:
    """A leaf: its headers, and the bytes of its body as they were sent."""

    headers: Headers
    body: bytes = b""

    @cached_property
    def content_type(self) -> str:
        """In lower case; `text/plain` where none can be read (RFC 2045, 5.2)."""
        named = self.headers.get("content-type").partition(";")[0].strip().lower()
        return named if named.count("/") == 1 else "text/plain"

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Those of Content-Type, by lower-case name."""
        value = self.headers.get("content-type")[:10_000]
        found = _PARAMETER.findall(";" + value.partition(";")[2])
        return {name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in found}

    @property
    def is_attachment(self) -> bool:
        return self.headers.get("content-disposition").strip().lower().startswith("attachment")

    @cached_property
    def content(self) -> bytes:
        return self._content(len(self.body))

    def _content(self, most: int) -> bytes:
        """Without transfer encoding, of the first `most` bytes of the body."""
        body = self.body[:most]
        encoding = self.headers.get("content-transfer-encoding").partition(";")[0].strip().lower()
        if encoding == "quoted-printable":
            return binascii.a2b_qp(body)
        if encoding == "base64":
            letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
            return base64.b64decode(letters[: len(letters) // 4 * 4] + _tail(letters))
        return body

    @cached_property
    def text(self) -> str:
        """As characters, with line feeds; at most `_LONGEST_TEXT`. Without NUL, which mail may not contain (RFC 5322,
        4) and no database takes."""
        raw = self._content(4 * _LONGEST_TEXT)[: 2 * _LONGEST_TEXT]
        text = decoded(raw, self.parameters.get("charset", "")).text.encode("utf-8", "replace").decode()
        return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")[:_LONGEST_TEXT]


@dataclass
class Mail:
    """A message: its own headers, and its leaves in order. A message inside of it is a leaf: it is not its writer's."""

    headers: Headers
    parts: list[Part] = field(default_factory=list)
    whole: bytes = b""

    @cached_property
    def content_type(self) -> str:
        return Part(self.headers).content_type

    def of_type(self, *types: str) -> list[Part]:
        return [part for part in self.parts if part.content_type in types]

    @cached_property
    def plain(self) -> str:
        """The first body in plain text; empty when there is none."""
        return self._body("text/plain")

    @cached_property
    def html(self) -> str:
        """The first body in HTML; empty when there is none."""
        return self._body("text/html")

    def _body(self, content_type: str) -> str:
        bodies = (part.text for part in self.of_type(content_type) if not part.is_attachment)
        return next((text for text in bodies if text.strip()), "")


def read(data: bytes) -> Mail:
    """A message from bytes with line ends of any kind; a blank line or an mbox line before it, no end: all is read."""
    data = _line_feeds(data[:LONGEST])
    found = _MBOX.match(data)
    headers, body = head(data, found.end() if found else 0)
    return Mail(headers, list(_leaves(data, headers, body)), data)


def head(data: bytes, start: int = 0) -> tuple[Headers, int]:
    """The header fields at `start`, and where the body begins."""
    fields: list[tuple[str, str]] = []
    while len(fields) < _MOST_HEADERS and (match := _HEADER.match(data, start)):
        value = _characters(match[2][:_LONGEST_VALUE])
        fields.append((match[1].decode("ascii").lower(), re.sub(r"\n[ \t]", " ", value).strip()))
        start = match.end()
    return Headers(fields), start + 1 if data[start : start + 1] == b"\n" else start


def _leaves(data: bytes, headers: Headers, start: int) -> Iterator[Part]:
    """Goes once over the lines that begin with two hyphens; `open_` holds the boundaries that may come."""
    leaf, open_, levels = Part(headers), [], dict[bytes, int]()
    if (boundary := _boundary(leaf)) is not None:
        open_.append(boundary)
        levels[boundary] = 0
    leaf_at: tuple[Part, int] | None = None if open_ else (leaf, start)
    count = 0
    for match in _DELIMITER.finditer(data, start) if open_ else ():
        name = match[1].rstrip()
        ends = name not in levels and name.endswith(b"--") and name[:-2] in levels
        if name not in levels and not ends:
            continue
        if leaf_at is not None:
            yield _ended(data, *leaf_at, max(leaf_at[1], match.start() - 1))
            leaf_at, count = None, count + 1
            if count == _MOST_PARTS:
                return
        level = levels[name[:-2] if ends else name]
        for gone in open_[level + (not ends) :]:
            del levels[gone]
        del open_[level + (not ends) :]
        if ends:
            continue
        begun, body = head(data, match.end() + 1)
        part = Part(begun)
        boundary = _boundary(part)
        if boundary is None or boundary in levels:
            leaf_at = (part, body)
        else:
            levels[boundary] = len(open_)
            open_.append(boundary)
    if leaf_at is not None:
        yield _ended(data, *leaf_at, len(data))
    elif open_ and not count:  # a multipart without any delimiter: what there is, is its text
        yield Part(Headers([]), data[start:])


def _ended(data: bytes, part: Part, start: int, end: int) -> Part:
    part.body = data[start:end]
    return part


def _boundary(part: Part) -> bytes | None:
    if not part.content_type.startswith("multipart/"):
        return None
    boundary = part.parameters.get("boundary", "").rstrip()
    return boundary.encode("utf-8", "surrogateescape") if boundary else None


def _line_feeds(data: bytes) -> bytes:
    """With LF for every line end: CRLF, the CR of old Macintoshes, and the CR CR LF of programs that convert twice."""
    for end in (b"\r\n", b"\r\n", b"\r"):
        if end in data:
            data = data.replace(end, b"\n")
    return data


def _characters(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _words(value: str) -> str:
    """Encoded words as what they say (RFC 2047); those that cannot be read stay. Without NUL: see `Part.text`."""
    if "=?" not in value:
        return value.replace("\0", "")
    try:
        pieces = decode_header(value[:10_000])
    except (HeaderParseError, ValueError, IndexError):
        return value.replace("\0", "")
    words = (raw if isinstance(raw, str) else decoded(raw, label or "").text for raw, label in pieces)
    return "".join(words).replace("\0", "")


def _tail(letters: bytes) -> bytes:
    """The last, unfinished group of base64, with its padding; a single letter is none."""
    rest = letters[len(letters) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
