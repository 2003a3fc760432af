"""A kept message as a mail program understands it: headers decoded, bodies chosen, files found.

Whatever was sent can be opened: what is malformed shows as well as it can be read.
"""

from __future__ import annotations

import base64
import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import collapse_rfc2231_value, parsedate_to_datetime
from functools import cached_property
from urllib.parse import quote

from odziv.lib.html import Scanner
from odziv.lib.paper import PAPER

_LINKS = frozenset({"a", "area"})
_SHOWS_IMAGES = re.compile(r"<(?:img|image|input)\b|background|url\(", re.IGNORECASE)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_NEW_TAB = ' target="_blank" rel="noopener noreferrer"'


@dataclass(frozen=True)
class Piece:
    """A part of a message that is no container. `number` counts them; `name` is empty for what has none."""

    number: int
    part: Message

    @property
    def content_type(self) -> str:
        found = self.part.get_content_type()
        return found if _TYPE.fullmatch(found) else "application/octet-stream"

    @property
    def name(self) -> str:
        # A name in encoded words is not in the standard, but usual.
        found = self.part.get_param("filename", None, "content-disposition") or self.part.get_param("name")
        return " ".join(_decoded(_plain(found)).split()) if found else ""

    @property
    def content_id(self) -> str:
        return str(self.part["Content-ID"] or "").strip().strip("<>")

    @property
    def is_attachment(self) -> bool:
        return self.part.get_content_disposition() == "attachment"

    @cached_property
    def content(self) -> bytes:
        payload = self.part.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""

    @property
    def text(self) -> str:
        try:
            return _whole(self.content.decode(self.part.get_content_charset() or "utf-8", "replace"))
        except (LookupError, ValueError):
            # Not known, or not one of text (`idna`, a name with NUL).
            return self.content.decode("utf-8", "replace")


class Opened:
    """A message, parsed. Nothing here raises for malformed mail."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._message, parts = _parsed(raw)
        self.pieces = [Piece(number, part) for number, part in enumerate(parts)]

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """Names and decoded values, unfolded, as they stand."""
        return [(name, _decoded(_FOLD.sub("", str(value)))) for name, value in self._message.items()]

    def header(self, name: str) -> str:
        """The first of that name, decoded; empty when there is none."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), "")

    @property
    def from_line(self) -> str:
        return self.header("From")

    @property
    def to_line(self) -> str:
        return self.header("To")

    @property
    def cc_line(self) -> str:
        return self.header("Cc")

    @property
    def date(self) -> datetime | None:
        """What the Date header says, when it says something with a zone."""
        try:
            found = parsedate_to_datetime(self.header("Date"))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return found if found.tzinfo else None

    @property
    def html_piece(self) -> Piece | None:
        return self._body("text/html")

    @property
    def text_piece(self) -> Piece | None:
        return self._body("text/plain")

    @property
    def shows_images(self) -> bool:
        """Whether the HTML has anything that a mail program would load only when asked."""
        return self.html_piece is not None and _SHOWS_IMAGES.search(self.html_piece.text) is not None

    @cached_property
    def files(self) -> list[Piece]:
        """What a mail program lists as attachments: everything but the bodies and the images within the HTML."""
        html = self.html_piece.text if self.html_piece else ""
        bodies = {piece.number for piece in (self.html_piece, self.text_piece) if piece}
        return [
            piece
            for piece in self.pieces
            if piece.number not in bodies and (piece.is_attachment or not _is_shown(piece, html))
        ]

    def framed_html(self, *, images: bool) -> str:
        """The HTML for a sandboxed frame: links open a new tab; with `images`, those of the message stand inside.

        They come as `data:` because a frame without an origin sends no cookie with which it could fetch them from us.
        """
        html = _links_in_new_tabs(self.html_piece.text) + PAPER if self.html_piece else ""
        for piece in self.pieces if images else []:
            if piece.content_id and piece.content_type.startswith("image/"):
                data = f"data:{piece.content_type};base64,{base64.b64encode(piece.content).decode()}"
                for spelling in {piece.content_id, quote(piece.content_id)}:
                    html = html.replace(f"cid:{spelling}", data)
        return html

    def _body(self, content_type: str) -> Piece | None:
        found = (piece for piece in self.pieces if piece.content_type == content_type and not piece.is_attachment)
        return next(found, None)


def _parsed(raw: bytes) -> tuple[Message, list[Message]]:
    """The message and its parts. Parts within parts, hundreds deep, are nobody's mail: it shows as one part then."""
    try:
        message = email.message_from_bytes(raw)
        return message, list(_leaves(message))
    except RecursionError:
        whole = BytesHeaderParser().parsebytes(raw)
        return whole, [whole]


def _leaves(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if not part.is_multipart():
            yield part


def _is_shown(piece: Piece, html: str) -> bool:
    wanted = {f"cid:{spelling}" for spelling in (piece.content_id, quote(piece.content_id))}
    return bool(piece.content_id) and any(spelling in html for spelling in wanted)


def _links_in_new_tabs(html: str) -> str:
    """The first of two attributes of one name counts (WHATWG HTML, 13.2.5.33), so ours goes in front of the mail's."""
    pieces, end = [], 0
    for tag in Scanner(html, _LINKS).tags():
        if not tag.closing:
            pieces += [html[end : tag.inside], _NEW_TAB]
            end = tag.inside
    return "".join([*pieces, html[end:]])


def _decoded(value: str) -> str:
    try:
        return _whole(str(make_header(decode_header(value))))
    except (LookupError, ValueError, MessageError):
        return _whole(value)


def _plain(parameter: str | tuple[str | None, str | None, str]) -> str:
    """A parameter's value, whatever character set it names (RFC 2231)."""
    try:
        return collapse_rfc2231_value(parameter)
    except ValueError:
        return parameter[2] if isinstance(parameter, tuple) else parameter


def _whole(text: str) -> str:
    """Without half characters, which no page can hold: some character sets give them (UTF-7, `unicode_escape`)."""
    return text.encode("utf-8", "replace").decode()
