"""Bytes to text and back so that text that nobody touched becomes the very bytes it was read from."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Browsers and mail programs read these labels as their Microsoft superset (WHATWG Encoding, 4.2), and so do we.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decoded:
    """`text` as `codec` reads it; bytes that are no text are lone surrogates in it (PEP 383)."""

    text: str
    codec: str

    def encode(self, text: str) -> bytes:
        """A stretch of the text, or new text, as bytes; what the character set lacks is written as a question mark."""
        try:
            return text.encode(self.codec, _errors(self.codec))
        except UnicodeEncodeError:
            return text.encode(self.codec, "replace")

    def byte_changes(self, changes: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, bytes]]:
        """Offsets and replacements of the text as those of the bytes it was read from."""
        read = length = 0
        for start, end, new in changes:
            length += len(self.encode(self.text[read:start]))
            begin = length
            length += len(self.encode(self.text[start:end]))
            read = end
            yield begin, length, self.encode(new)


def decoded(data: bytes, label: str = "") -> Decoded:
    """Read text of the charset `label`, or of what its first bytes say, or UTF-8, or windows-1252."""
    for codec in _candidates(data, label):
        try:
            text = data.decode(codec, _errors(codec))
            if text.encode(codec, _errors(codec)) == data:
                return Decoded(text, codec)
        except (UnicodeError, LookupError):
            continue
    return Decoded(data.decode("latin-1"), "latin-1")


def _candidates(data: bytes, label: str) -> Iterator[str]:
    for bom, codec in _BOMS:
        if data.startswith(bom):
            yield codec
    named = _codec(label)
    if named:
        # Mail says us-ascii when it means nothing in particular.
        if named == "cp1252" and label.lower() in ("us-ascii", "ascii") and _is_utf8(data):
            yield "utf-8"
        yield named
    elif (meta := _META.search(data, 0, 4096)) and (codec := _codec(meta[1].decode())):
        # Whoever can read this tag is not reading UTF-16 (WHATWG HTML, 13.2.3.2).
        yield "utf-8" if codec.startswith("utf-16") else codec
    if _is_utf8(data):
        yield "utf-8"
    yield "cp1252"


def _codec(label: str) -> str:
    try:
        name = codecs.lookup(label.strip()).name if label else ""
        "".encode(name or "ascii")  # some codecs of Python turn bytes into bytes
    except (LookupError, ValueError):
        return ""
    return _SUPERSETS.get(name, name)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _errors(codec: str) -> str:
    return "surrogatepass" if codec.startswith(("utf-16", "utf-32")) else "surrogateescape"
