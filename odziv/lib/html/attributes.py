"""The attributes of one tag with the offsets of their values; character references as read inside attributes."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Literal, NamedTuple

from odziv.lib.html.grammar import ATTRIBUTE_PARTS

Quote = Literal['"', "'", ""]
_QUOTES: tuple[Quote, Quote, Quote] = ('"', "'", "")


class Value(NamedTuple):
    """Where in the text the raw value of an attribute stands, without its quotes. There may be none: `<a href>`."""

    start: int
    end: int
    quote: Quote


def attributes(text: str, start: int, end: int) -> dict[str, re.Match[str]]:
    """The attributes between the end of a tag's name (`start`) and the end of the tag, `>` included (`end`), by name.

    `value_of` tells the place of a value: most attributes of a message are read by nobody. Of a name that comes twice
    browsers keep the first (13.2.5.33).
    """
    found: dict[str, re.Match[str]] = {}
    for match in ATTRIBUTE_PARTS.finditer(text, start, end):
        name = match[1]
        found.setdefault(name.lower() if name.isascii() else name, match)
    return found


def value_of(attribute: re.Match[str]) -> Value:
    """The place of one attribute's value."""
    group = attribute.lastindex or 1
    if group == 1:
        return Value(attribute.end(), attribute.end(), "")
    return Value(*attribute.span(group), _QUOTES[group - 2])


# 13.2.5.80: these numbers mean the character that windows-1252 has there.
_WINDOWS_1252 = {
    number: bytes([number]).decode("windows-1252")
    for number in range(0x80, 0xA0)
    if number not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?|([a-zA-Z][a-zA-Z0-9]*)(;?)(=?))")


def decode(raw: str) -> str:
    """The value that a browser reads from the raw text of an attribute (13.2.5.72 to 13.2.5.80, "in an attribute")."""
    if "\r" in raw:
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in raw:
        raw = raw.replace("\0", "\ufffd")
    ampersands = raw.count("&")
    if ampersands == raw.count("&amp;"):  # nearly always, and far cheaper
        return raw.replace("&amp;", "&") if ampersands else raw
    return _REFERENCE.sub(_referenced, raw)


def _referenced(match: re.Match[str]) -> str:
    hexadecimal, decimal, name, semicolon, equals = match.groups()
    if hexadecimal or decimal:
        return _numbered(hexadecimal or decimal, 16 if hexadecimal else 10)
    if semicolon and (meant := html5.get(name + ";")) is not None:
        return meant + equals
    # Old names need no semicolon, but in an attribute only when neither "=" nor a letter or digit follows: "&copy=1"
    # and "&copyright" in an address are what they look like.
    if not equals and (meant := html5.get(name)) is not None:
        return meant + semicolon
    return match[0]


def _numbered(digits: str, base: int) -> str:
    digits = digits.lstrip("0") or "0"
    number = int(digits, base) if len(digits) <= 7 else 0x110000
    if number == 0 or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return "\ufffd"
    return _WINDOWS_1252.get(number) or chr(number)


_PLAIN = re.compile(r"[A-Za-z0-9:/._~%?@+,;\-]*")
_BREAKS_QUOTED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_BREAKS_UNQUOTED = str.maketrans(
    {"&": "&amp;"} | {character: f"&#{ord(character)};" for character in "<>\"'`= \t\n\f\r"}
)


def encode(value: str, quote: Quote = '"') -> str:
    """The raw text that reads as `value` between such quotes (or without); plain addresses come out as they are."""
    if _PLAIN.fullmatch(value):
        return value
    return value.translate(_BREAKS_QUOTED if quote else _BREAKS_UNQUOTED)
