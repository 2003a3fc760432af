"""Replacing bytes inside of a part's transfer encoding (RFC 2045, section 6) so that the rest stays as written."""

from __future__ import annotations

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

Changes = Sequence[tuple[int, int, bytes]]

_LINE = 75  # of 76 that quoted-printable allows, one is for the "=" of a soft line break
_LONGEST_LINE = 998
_PLAIN = frozenset(range(0x20, 0x7F)) - {0x3D} | {0x09}


def known(encoding: str) -> bool:
    """Whether bodies in this transfer encoding can be read and changed."""
    return encoding in ("", "7bit", "8bit", "binary", "quoted-printable", "base64")


def decode(body: bytes, encoding: str) -> bytes:
    """The content of a body. Total: what is damaged is read as far as it can be."""
    if encoding == "quoted-printable":
        return QuotedPrintable(body).content
    if encoding == "base64":
        return _from_base64(body)
    return body


def replace(body: bytes, encoding: str, changes: Changes) -> bytes:
    """The body with parts of its content replaced; offsets are those of `decode(body, encoding)`."""
    if encoding == "quoted-printable":
        return QuotedPrintable(body).replace(changes)
    if encoding == "base64":
        lines = body.split()
        width = len(lines[0]) if lines else 76
        content = base64.b64encode(splice(_from_base64(body), changes))
        line_end = b"\r\n" if b"\r\n" in body else b"\n"
        whole = line_end.join(content[at : at + width] for at in range(0, len(content), width))
        return whole + (body[len(body.rstrip()) :])
    return splice(body, changes)


def splice(content: bytes, changes: Changes) -> bytes:
    """The content with each change put in its place."""
    pieces, read = [], 0
    for start, end, new in changes:
        pieces += [content[read:start], new]
        read = end
    return b"".join([*pieces, content[read:]])


def has_long_line(body: bytes) -> bool:
    """Whether a line is longer than mail allows without an encoding (RFC 5322, 2.1.1)."""
    return any(len(line) > _LONGEST_LINE for line in body.splitlines())


def as_quoted_printable(content: bytes) -> bytes:
    """The content anew in quoted-printable; line ends stay as they are."""
    line_end = b"\r\n" if b"\r\n" in content else b"\n"
    lines = []
    for line in content.split(line_end):
        chunks = _chunks(line)
        last = chunks[-1]
        if last.endswith((b" ", b"\t")):
            chunks[-1] = last[:-1] + b"=%02X" % last[-1]
        lines.append((b"=" + line_end).join(chunks))
    return line_end.join(lines)


def _from_base64(body: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    try:
        return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")
    except binascii.Error:
        return b""


_TOKEN = re.compile(rb"=([0-9A-Fa-f]{2})|=[ \t]*(?:\r?\n|\Z)|(?<![ \t])[ \t]+(?=\r?\n|\Z)")


_LINE_ENDS = re.compile(rb"=?\r?\n|\Z")


class _Stretch(NamedTuple):
    """Content that stands together in the body: bytes as they are, or one byte written as `=XX`."""

    content_at: int
    body_at: int
    width: int  # of one byte in the body: 1 or 3


class QuotedPrintable:
    """A body in quoted-printable: its content, and where each byte of the content stands in the body."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self._stretches: list[_Stretch] = []
        pieces: list[bytes] = []
        length = read = 0
        for token in [*_TOKEN.finditer(body), None]:
            literal = body[read : token.start() if token else len(body)]
            escaped = bytes.fromhex(token[1].decode()) if token and token[1] else b""
            for content, at, width in ((literal, read, 1), (escaped, read + len(literal), 3)):
                if content:
                    pieces.append(content)
                    self._stretches.append(_Stretch(length, at, width))
                    length += len(content)
            read = token.end() if token else read
        self.content = b"".join(pieces)

    def replace(self, changes: Changes) -> bytes:
        """The body with soft line breaks around what is new."""
        soft = b"=\r\n" if b"\r\n" in self.body else b"=\n"
        pieces, read = [], 0
        for start, end, new in changes:
            begin, _ = self._place(start)
            finish = self._place(end - 1)[1] if end > start else begin
            at_line_start = begin == 0 or self.body[begin - 1 : begin] == b"\n"
            at_line_end = _LINE_ENDS.match(self.body, finish) is not None
            pieces += [self.body[read:begin], b"" if at_line_start else soft, soft.join(_chunks(new))]
            pieces.append(b"" if at_line_end else soft)
            read = finish
        return b"".join([*pieces, self.body[read:]])

    def _place(self, offset: int) -> tuple[int, int]:
        """Where in the body the byte of the content at `offset` begins and ends; behind the last one, the end."""
        if offset >= len(self.content):
            return len(self.body), len(self.body)
        stretch = self._stretches[bisect_right(self._stretches, offset, key=lambda one: one.content_at) - 1]
        begin = stretch.body_at + offset - stretch.content_at
        return begin, begin + stretch.width


def _chunks(content: bytes) -> list[bytes]:
    """The content in quoted-printable, cut into pieces that fit on a line; one empty piece for no content."""
    units = [bytes((byte,)) if byte in _PLAIN else b"=%02X" % byte for byte in content]
    chunks, chunk = [], b""
    for unit in units:
        if len(chunk) + len(unit) > _LINE:
            chunks.append(chunk)
            chunk = b""
        chunk += unit
    return [*chunks, chunk]
