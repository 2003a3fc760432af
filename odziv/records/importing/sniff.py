"""What a file is, by its first bytes: format, encoding, separator, and whether its first row is a head. Pure."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass

from odziv.records.importing.faults import FileTrouble, Unreadable

SAMPLE = 64 * 1024  # bytes that decide
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1250", "cp1252", "iso8859-2")
SEPARATORS = (",", ";", "\t", "|")

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_OTHERS = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"Rar!", "RAR"),
    (b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf", "7-Zip"), (b"SQLite format 3", "SQLite"), (b"<!DOCTYPE", "HTML"),
    (b"<html", "HTML"), (b"<?xml", "XML"), (b"{\\rtf", "RTF"),
)  # fmt: skip
# By byte, letters that speak for one of the two Windows encodings: š, ž, đ, ł, ą, ż stand in Central European text, à,
# ñ, å in Western. Most of the rest (ä, ö, ü, ß, é) has the same bytes in both; č and è share one.
_CENTRAL = frozenset(b"\x8a\x8e\x9a\x9e\xf0\xd0\xb9\xa5\xb3\xa3\xbf\xaf")
_WESTERN = frozenset(b"\xe0\xc0\xf1\xd1\xe5\xc5")
_SURELY_C = re.compile(rb"\xe8(?![A-Za-z\x80-\xff])|(?<![A-Za-z\x80-\xff])\xc8")  # as in Kovač and Črt
_CENTRAL_LANGUAGES = ("sl", "hr", "cs", "hu", "pl", "sk")
_ADDRESS = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is to be read. `separator` and `has_head` are for tables only."""

    cards: bool
    encoding: str
    separator: str = ","
    has_head: bool = True


def sniff(head: bytes, language: str = "en") -> Shape:
    """The shape of the file that begins so. Raises Unreadable for what is no table and no cards.

    Where bytes could be Central or Western European, the letters decide, and at last the user's language.
    """
    _refuse_others(head)
    encoding = encoding_of(head, language)
    text = decoded(head, encoding)
    if not text.strip("\x00\ufeff \t\r\n"):
        raise Unreadable(FileTrouble.EMPTY)
    if text.lstrip("\ufeff \t\r\n")[:11].upper() == "BEGIN:VCARD":
        return Shape(cards=True, encoding=encoding)
    separator = separator_of(text)
    return Shape(cards=False, encoding=encoding, separator=separator, has_head=_has_head(text, separator))


def encoding_of(head: bytes, language: str = "en") -> str:
    """One of ENCODINGS: by a byte order mark, by the zeros of UTF-16, by being valid UTF-8, else by its letters."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    even, odd = head[::2], head[1::2]
    if len(odd) > 3 and odd.count(0) > len(odd) // 2 and not even.count(0):
        return "utf-16-le"
    if len(even) > 3 and even.count(0) > len(even) // 2 and not odd.count(0):
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < SAMPLE)
    except UnicodeDecodeError:
        return _windows(head, language)
    return "utf-8"


def decoded(head: bytes, encoding: str) -> str:
    """The beginning of a file as text, without a mark and without a character that is cut in two."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return text.removeprefix("\ufeff")


def separator_of(text: str) -> str:
    """What stands between cells: as Excel's line `sep=;` says, else what makes the most cells of the first row."""
    first = text.lstrip("\r\n").splitlines()[0] if text.strip() else ""
    if told := _told(first):
        return told
    counts = {one: len(next(csv.reader([first], delimiter=one), [])) for one in SEPARATORS}
    return max(SEPARATORS, key=lambda one: (counts[one], -SEPARATORS.index(one)))


def _told(line: str) -> str:
    found = re.fullmatch(r"\s*sep=(.|\\t)\s*", line, re.IGNORECASE)
    return {"\\t": "\t"}.get(found[1], found[1]) if found else ""


def _has_head(text: str, separator: str) -> bool:
    """Unless an e-mail address stands in the first row."""
    lines = [line for line in text.splitlines() if line.strip() and not _told(line)]
    return not any(_ADDRESS.fullmatch(cell.strip()) for cell in next(csv.reader(lines[:1], delimiter=separator), []))


def _windows(head: bytes, language: str) -> str:
    central = sum(byte in _CENTRAL for byte in head) + len(_SURELY_C.findall(head))
    western = sum(byte in _WESTERN for byte in head)
    if central != western:
        return "cp1250" if central > western else "cp1252"
    return "cp1250" if language in _CENTRAL_LANGUAGES else "cp1252"


def _refuse_others(head: bytes) -> None:
    if not head:
        raise Unreadable(FileTrouble.EMPTY)
    if head.startswith(b"PK\x03\x04"):
        if b"xl/" in head or b"[Content_Types].xml" in head[:200]:
            raise Unreadable(FileTrouble.XLSX)
        raise Unreadable(FileTrouble.OTHER, "ZIP")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(FileTrouble.XLS)
    for mark, name in _OTHERS:
        if head.lstrip()[: len(mark)].lower() == mark.lower():
            raise Unreadable(FileTrouble.OTHER, name)
