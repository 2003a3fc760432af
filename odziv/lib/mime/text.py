"""The two bodies: what the recipient decodes is what went in."""

from __future__ import annotations

import base64
import binascii
import re

from odziv.lib.mime.address import MimeError

_LINE_END = re.compile(r"\r\n|\r|\n")
_READABLE = re.compile(rb"(?:(?:[\t -~]{0,75}[!-~])?\r\n)*")
_ONLY_CRLF = re.compile(r"(?:[^\r\n]|\r\n)*")


def text_body(text: str) -> bytes:
    """A text/plain entity, headers and body, in lines that end in CRLF; line ends of any kind become such.

    Raises MimeError for half a character.
    """
    lines = _LINE_END.split(text)
    raw = _utf8("\r\n".join(lines if not lines[-1] else [*lines, ""]))
    if _READABLE.fullmatch(raw) and b"=_" not in raw and b"\nFrom " not in b"\n" + raw:
        return _entity("plain", b"7bit", raw)
    return _encoded("plain", raw, hard_breaks=True)


def html_body(html: str) -> bytes:
    """A text/html entity whose decoded body is exactly `html`: white space and line ends of every kind stay.

    Raises MimeError for half a character.
    """
    return _encoded("html", _utf8(html), hard_breaks=_ONLY_CRLF.fullmatch(html) is not None)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise MimeError("the text contains half a character") from error


def _encoded(subtype: str, raw: bytes, *, hard_breaks: bool) -> bytes:
    # Quoted-printable stays readable, and filters are wary of ASCII in base64; beyond one in six it is the longer one.
    if (
        sum(map(raw.count, (b"=", b"\n", b"\r"))) + len(raw) - len(raw.decode().encode("ascii", "ignore"))
        > len(raw) / 6
    ):
        return _entity(subtype, b"base64", base64_lines(raw))
    return _entity(subtype, b"quoted-printable", _quoted_printable(raw, hard_breaks))


def _quoted_printable(raw: bytes, hard_breaks: bool) -> bytes:
    """RFC 2045, 6.7. A line break that is not CRLF throughout is data: `=0A` and a soft break keep it and the lines."""
    separator, joint = (b"\r\n", b"\r\n") if hard_breaks else (b"\n", b"=0A=\r\n")
    lines = [_line(line) for line in raw.split(separator)]
    return joint.join(lines) + (b"" if hard_breaks and not lines[-1] else b"=\r\n")


def _line(line: bytes) -> bytes:
    # A lone CR in a line comes out as =0D. Old programs write ">" before "From " at the beginning of a line.
    encoded = binascii.b2a_qp(line, quotetabs=False, istext=False).replace(b"=\n", b"=\r\n")
    encoded = re.sub(rb"(?m)^From ", b"=46rom ", encoded)
    if encoded[-1:] in (b" ", b"\t"):
        encoded = encoded[:-1] + b"=%02X" % encoded[-1]
    return encoded


def base64_lines(raw: bytes) -> bytes:
    """Base64 in lines of 76 characters that end in CRLF (RFC 2045, 6.8)."""
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


def _entity(subtype: str, encoding: bytes, body: bytes) -> bytes:
    head = b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n"
    return head % (subtype.encode(), encoding) + body
