"""The followed attachments as the recipient sees them: links with name, size and type, at the end of the body (I5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from odziv.instrument.plan import Addresses
from odziv.lib.html import encode
from odziv.lib.seal import FileRef


@dataclass(frozen=True, slots=True)
class FollowedFile:
    """A followed attachment; `ordinal` counts the files of the message."""

    ordinal: int
    ref: FileRef


class Words(NamedTuple):
    """What the block says, in the language of the message."""

    heading: str
    comma: str  # between whole and tenth


WORDS = {"en": Words("Attachments", "."), "sl": Words("Priloge", ",")}


class _Kind(NamedTuple):
    colour: str  # of the badge; white on it has a contrast of at least 4.5 to 1
    suffixes: frozenset[str]
    content: tuple[str, ...] = ()  # beginnings of content types


_KINDS = (
    _Kind("#b3261e", frozenset({"pdf"}), ("application/pdf",)),
    _Kind("#1f5fbf", frozenset({"doc", "docx", "odt", "rtf", "pages"}), ("application/msword",)),
    _Kind("#1b7a43", frozenset({"xls", "xlsx", "xlsm", "ods", "csv", "numbers"}), ("application/vnd.ms-excel",)),
    _Kind("#b8480f", frozenset({"ppt", "pptx", "odp", "key"}), ("application/vnd.ms-powerpoint",)),
    _Kind("#7b3fb5", frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg", "heic", "tif", "tiff"}), ("image/",)),
    _Kind("#0b7285", frozenset({"mp3", "wav", "m4a", "mp4", "mov", "webm", "avi"}), ("audio/", "video/")),
    _Kind("#8a5a00", frozenset({"zip", "7z", "rar", "gz", "tar"}), ("application/zip",)),
)
_OTHER = _Kind("#56606e", frozenset())

_ROW = (
    '<tr><td width="36" height="28" align="center" valign="middle" bgcolor="{colour}" style="background-color:{colour};'
    "border-radius:4px;min-width:36px;padding:0 4px;color:#ffffff;font-family:Arial,Helvetica,sans-serif;"
    'font-size:10px;font-weight:bold;line-height:28px;">{label}</td><td valign="middle" style="padding:5px 0 5px 12px;'
    'font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px;word-break:break-word;"><a href='
    '"{address}">{name}</a> <span style="color:#6b7280;font-size:12px;white-space:nowrap;">({size})</span></td></tr>'
)
_TABLE = (
    '<table border="0" cellpadding="0" cellspacing="0" role="presentation" style="margin:16px 0;'
    'border-collapse:separate;border-spacing:0 4px;"><tr><td colspan="2" style="padding:0 0 4px;font-family:Arial,'
    'Helvetica,sans-serif;font-size:12px;line-height:16px;color:#6b7280;">{heading}</td></tr>{rows}</table>'
)


def html_block(files: Sequence[FollowedFile], words: Words, addresses: Addresses) -> str:
    """A table that Outlook draws as well, without remote images, and in ASCII, so that it fits any character set."""
    rows = "".join(
        _ROW.format(
            colour=kind_of(file.ref).colour,
            label=_ascii(label_of(file.ref)),
            address=encode(addresses.file(file.ordinal, file.ref)),
            name=_ascii(shown_name(file.ref.name)),
            size=_ascii(human_size(file.ref.size, words)),
        )
        for file in files
    )
    return _TABLE.format(heading=_ascii(words.heading), rows=rows)


def text_block(files: Sequence[FollowedFile], words: Words, addresses: Addresses, line_end: str) -> str:
    """The same for plain text: a line with name and size, below it the address."""
    lines = ["", "", f"{words.heading}:"]
    for file in files:
        lines.append(f"- {shown_name(file.ref.name)} ({human_size(file.ref.size, words)})")
        lines.append(f"  {addresses.file(file.ordinal, file.ref)}")
    return line_end.join([*lines, ""])


def human_size(size: int, words: Words) -> str:
    """`0 B`, `999 B`, `1.2 kB`, `24 MB`: units of a thousand, two digits below ten."""
    amount = float(max(size, 0))
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 999.5 or unit == "TB":
            break
        amount /= 1000
    shown = f"{amount:.0f}" if unit == "B" or amount >= 9.95 else f"{amount:.1f}"
    return f"{shown.replace('.', words.comma)} {unit}"


_LONGEST_NAME = 120


def shown_name(name: str) -> str:
    """The name on one line, without control characters and without marks that turn the direction of writing around
    (`gnp.exe` shown as `exe.png`); a very long one loses its middle."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in name if not _hides(c))
    plain = " ".join(plain.split()) or "file"
    if len(plain) > _LONGEST_NAME:
        plain = f"{plain[: _LONGEST_NAME - 31]}…{plain[-30:]}"
    return plain


def _hides(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cs", "Co") and character not in "\u200c\u200d"


def kind_of(ref: FileRef) -> _Kind:
    """The look of the badge: by the name's suffix, else by the content type."""
    suffix = _suffix(ref.name)
    for kind in _KINDS:
        if suffix in kind.suffixes:
            return kind
    for kind in _KINDS:
        if ref.content_type.lower().startswith(kind.content):
            return kind
    return _OTHER


def label_of(ref: FileRef) -> str:
    """Up to four capital letters that name the type."""
    suffix = _suffix(ref.name)
    return suffix.upper() if suffix else "FILE"


def _suffix(name: str) -> str:
    found = re.search(r"\.([A-Za-z0-9]{1,4})\s*$", name)
    if found:
        return found[1].lower()
    long = re.search(r"\.(pages|numbers)\s*$", name, re.IGNORECASE)
    return long[1].lower() if long else ""


def _ascii(text: str) -> str:
    return escape(text).encode("ascii", "xmlcharrefreplace").decode()
