"""What is sent of a file: all of it, one range, or only that it has not changed (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from odziv.edge.answers import NO_STORE, fields
from odziv.lib.seal import FileRef

_SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
_CONTENT_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+(?:; ?[a-z0-9-]+=[a-z0-9_.:+-]+)*", re.IGNORECASE)
_RANGE = re.compile(rb"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_OPAQUE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Part:
    """What to send: `length` bytes from `start`. For 304, 412 and 416 there is nothing to send."""

    status: int
    start: int
    length: int

    @property
    def is_new_view(self) -> bool:
        """Whether this shows the file from its beginning. A later range or a 304 belongs to a view before."""
        return self.start == 0 and self.status != 304


def part_of(headers: Mapping[bytes, bytes], *, etag: bytes, size: int, is_get: bool) -> Part:
    """Judge the conditions in the order of RFC 9110, section 13.2.2. There is no modification date to judge by.

    Several ranges are answered by the whole file, as section 14.2 allows.
    """
    if (wanted := headers.get(b"if-match")) is not None and not _matches(wanted, etag, weak=False):
        return Part(412, 0, 0)
    if (known := headers.get(b"if-none-match")) is not None and _matches(known, etag, weak=True):
        return Part(304, 0, 0)
    asked = headers.get(b"range") if is_get else None
    if asked is None or headers.get(b"if-range", etag).strip() != etag:
        return Part(200, 0, size)
    return _range(asked, size)


def _range(asked: bytes, size: int) -> Part:
    found = _RANGE.fullmatch(asked.strip())
    if not found or not (found[1] or found[2]):
        return Part(200, 0, size)
    if not found[1]:
        length = min(int(found[2]), size)
        return Part(206, size - length, length) if length else Part(416, 0, 0)
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return Part(200, 0, size)
    return Part(206, first, last - first + 1) if first < size else Part(416, 0, 0)


def _matches(listed: bytes, etag: bytes, *, weak: bool) -> bool:
    tags = [tag.strip() for tag in listed.split(b",")]
    return b"*" in tags or etag in tags or (weak and b"W/" + etag in tags)


def etag_of(ref: FileRef) -> bytes:
    """A strong validator: a storage key names its content by digest, so other content has another key."""
    return b'"%b"' % hashlib.sha256(ref.key.encode()).hexdigest()[:32].encode()


def file_fields(ref: FileRef, part: Part, *, etag: bytes, size: int) -> bytes:
    """Header lines for a download, with `Content-Length` where the status has one."""
    lines: dict[str, str | int] = {
        "etag": etag.decode(),
        "accept_ranges": "bytes",
        # Kept by the recipient's program but asked for each time, so that each view is seen.
        "cache_control": "private, no-cache",
    }
    if part.status == 304:
        return fields(**lines)
    if part.status == 206:
        lines["content_range"] = f"bytes {part.start}-{part.start + part.length - 1}/{size}"
    elif part.status == 416:
        lines["content_range"] = f"bytes */{size}"
    return fields(**lines, **_disposition(ref, inline=False), content_length=part.length)


def image_fields(ref: FileRef, *, size: int) -> bytes:
    """Header lines for an image of the body: shown when it is one that cannot hold a script, else a download."""
    return fields(
        **_disposition(ref, inline=ref.content_type.lower() in _SHOWN_INLINE),
        content_length=size,
        cache_control=NO_STORE,
        pragma="no-cache",
        cross_origin_resource_policy="cross-origin",
    )


def _disposition(ref: FileRef, *, inline: bool) -> dict[str, str]:
    content_type = ref.content_type if inline or _is_plain_download(ref) else _OPAQUE
    return {
        "content_type": content_type,
        "content_disposition": f"{'inline' if inline else 'attachment'}; {_filename(ref.name)}",
        "x_content_type_options": "nosniff",
        "content_security_policy": "sandbox; default-src 'none'",
        "referrer_policy": "no-referrer",
    }


def _is_plain_download(ref: FileRef) -> bool:
    """Whether to tell the type: it is well formed and not of an image that we do not show (SVG runs scripts)."""
    if ref.content_type.lower().startswith("image/"):
        return ref.content_type.lower() in _SHOWN_INLINE
    return bool(_CONTENT_TYPE.fullmatch(ref.content_type))


def _filename(name: str) -> str:
    """`filename` for old programs and `filename*` (RFC 8187) for all others, as RFC 6266, appendix D advises.

    A path is cut off, and what would hide the true ending (direction marks) or break the header is left out.
    """
    shown = _UNSEEN.sub("", name).replace("\\", "/").rpartition("/")[2].strip(" .") or "file"
    plain = re.sub(r'["%?]|[^ -~]', "_", shown)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='!#$&+-.^_`|~')}"
