"""What cannot stand in a header, in the database or in a file's name is taken out where it comes in."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_LONGEST_NAME = 180  # bytes of UTF-8: a followed file's name stands, sealed, in its address
_SURROGATE = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """Without NUL, which no database and no mail can hold; half characters become U+FFFD. Everything else stays."""
    return _SURROGATE.sub("\ufffd", text.replace("\0", ""))


def one_line(text: str) -> str:
    """A value for a header: line ends and control characters become blanks (RFC 5322, 2.2), the ends are trimmed."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in storable(text))
    return re.sub(r" {2,}", " ", "".join(kept)).strip()


def file_name(name: str) -> str:
    """A name without folders, control characters and marks that turn the direction of writing around.

    At most 180 bytes; a longer one loses its middle and keeps its suffix. Never empty, never only dots.
    """
    base = re.split(r"[/\\]", storable(name).strip())[-1]
    kept = "".join(c if c in "\u200c\u200d" or unicodedata.category(c)[0] != "C" else " " for c in base)
    plain = " ".join(re.sub("[\u2028\u2029]", " ", kept).split())
    if not plain.strip(". "):
        return "file"
    stem, dot, suffix = plain.rpartition(".")
    if not stem or len(suffix) > 12:
        stem, dot, suffix = plain, "", ""
    room = _LONGEST_NAME - len((dot + suffix).encode())
    if len(stem.encode()) > room:
        stem = stem.encode()[: room - 3].decode("utf-8", "ignore").rstrip() + "…"
    return stem + dot + suffix


def content_type(declared: str, name: str) -> str:
    """A MIME type without parameters: as declared, else by the name's suffix, else application/octet-stream."""
    kind = declared.partition(";")[0].strip().lower()
    if _TYPE.fullmatch(kind) and len(kind) <= 150 and kind != "application/octet-stream":
        return kind
    return mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"
