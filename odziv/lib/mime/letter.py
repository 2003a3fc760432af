"""A message of which everything but the two bodies is made once, for all its copies."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from odziv.lib.mime.headers import parameters
from odziv.lib.mime.text import base64_lines, html_body, text_body

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file to go along; with a content identifier it is an image that the HTML shows by `cid:`."""

    content_type: str
    name: str
    content: bytes
    content_id: str = ""

    def entity(self) -> bytes:
        """The part, headers and body, in base64. Raises MimeError for a name with a line break."""
        head = parameters("Content-Type", _type(self.content_type), {"name": self.name} if self.name.isascii() else {})
        head += b"Content-Transfer-Encoding: base64\r\n"
        if self.content_id:
            head += parameters("Content-ID", f"<{self.content_id}>", {})
        head += parameters(
            "Content-Disposition", "inline" if self.content_id else "attachment", {"filename": self.name}
        )
        return head + b"\r\n" + base64_lines(self.content)


@dataclass(frozen=True)
class Letter:
    """`head`: the header fields that all copies share, without those of MIME; `seed` names the message.

    Structure: multipart/mixed (attachments) > multipart/related (images) > multipart/alternative (text, HTML), each
    only where needed. Copies with the same bodies are equal byte for byte: boundaries come from `seed`.
    """

    seed: str
    images: Sequence[bytes] = ()  # entities
    files: Sequence[bytes] = ()
    _boundaries: tuple[bytes, bytes, bytes] = field(init=False)

    def __post_init__(self) -> None:
        # "=_" stands neither in base64 nor in quoted-printable, so no part can contain a boundary (RFC 2045, 6.7).
        digest = hashlib.sha256(self.seed.encode()).hexdigest()
        mixed, related, alternative = (b"=_%s" % digest[at : at + 20].encode() for at in (0, 20, 40))
        object.__setattr__(self, "_boundaries", (mixed, related, alternative))

    def copy(self, head: Iterable[bytes], text: str, html: str) -> bytes:
        """The whole message with these bodies, every line ended by CRLF. Raises MimeError for half a character."""
        mixed, related, alternative = self._boundaries
        entity = text_body(text) if text or not html else html_body(html)
        if text and html:
            entity = _multipart(b"alternative", alternative, [entity, html_body(html)])
        if html and self.images:
            entity = _multipart(
                b'related; type="%s"' % (b"multipart/alternative" if text else b"text/html"),
                related,
                [entity, *self.images],
            )
        if self.files:
            entity = _multipart(b"mixed", mixed, [entity, *self.files])
        return b"".join([*head, b"MIME-Version: 1.0\r\n", entity])


def _multipart(subtype: bytes, boundary: bytes, entities: Sequence[bytes]) -> bytes:
    pieces = [b'Content-Type: multipart/%s;\r\n boundary="%s"\r\n\r\n' % (subtype, boundary)]
    for entity in entities:
        pieces += [b"--", boundary, b"\r\n", entity, b"\r\n"]
    return b"".join([*pieces, b"--", boundary, b"--\r\n"])


def _type(content_type: str) -> str:
    """The type of an attached file; composite ones must not be in base64 (RFC 2046, 5.2.1), so they go as bytes."""
    wanted = content_type.partition(";")[0].strip().lower()
    if not _TYPE.fullmatch(wanted) or wanted.startswith(("multipart/", "message/")):
        return "application/octet-stream"
    return wanted
