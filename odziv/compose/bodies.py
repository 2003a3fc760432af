"""The HTML of a draft: stored with `cid:` addresses, shown by the editor with addresses of ours.

The editor gets what stands between <body> and </body>; what is around it stays as it was and comes back on saving.
Every change is a splice between offsets, so that all else is stored as it came.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes
from uuid import UUID

from odziv.compose.attachments import attach, share
from odziv.instrument import Rules, plan_html
from odziv.lib.html import Scanner, Tag, attributes, decode, value_of
from odziv.lib.seal import FileRef

if TYPE_CHECKING:
    from odziv.models import Attachment, Message

AddressOf = Callable[[UUID], str]
Find = Callable[[str], "Attachment | None"]
"""Gives the image of that identifier when the writer may see it, else None."""

_NOTHING_FOLLOWED = Rules("", links=False, beacon=False)
_DATA = re.compile(r"data:(image/[a-z0-9.+-]+)((?:;[^,;]*)*),", re.IGNORECASE)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Document:
    """An HTML text in three pieces; `inner` is what one writes in. `before + inner + after` is the text."""

    before: str
    inner: str
    after: str
    body_style: str = ""  # the style attribute of its <body>

    @property
    def styles(self) -> str:
        """The style sheets in its head, for the editor to show the text as it will look."""
        return "\n".join(_STYLE.findall(self.before))


def document(html: str) -> Document:
    """Cut at the <body> that browsers see; without one, all of it is the inner piece."""
    start, end, style = 0, len(html), ""
    for tag in Scanner(html, frozenset({"body", "html"})).tags():
        if tag.conditional or (tag.name == "html" and not tag.closing):
            continue
        if not tag.closing and not start:
            start = tag.end
            style = _style(html, tag)
        elif tag.closing and start:
            end = min(end, tag.start)
    return Document(html[:start], html[start:end], html[end:], style) if start else Document("", html, "")


def _style(html: str, body: Tag) -> str:
    style = attributes(html, body.inside, body.end).get("style")
    if style is None:
        return ""
    value = value_of(style)
    return decode(html[value.start : value.end])


def shown(html: str, images: Iterable[Attachment], address_of: AddressOf) -> str:
    """The HTML with the address that `address_of` gives in the place of each stored image's `cid:`."""
    return with_sources(html, {image.content_id: address_of(image.pk) for image in images})


NEW_STYLE = "font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:1.5;color:#1f1a1d"
_NEW_BEFORE = '<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"></head>\n<body style="{style}">\n'
_NEW_AFTER = "\n</body></html>\n"
_NO_TEXT = re.compile(r"(?:</?(?:p|br|div)\b[^>]*>|&nbsp;|\s)*", re.IGNORECASE)


def edited(message: Message, inner: str, address_of: AddressOf, find: Find) -> str:
    """The whole HTML after the editor changed what one writes in.

    What is around it stays. A text that begins here is put into a document with a plain style, and nothing written is
    no HTML at all. An image of another message that `find` gives comes along as an image of this one.
    """
    inner = _with_content_ids(message, inner, address_of, find)
    if message.html:
        around = document(message.html)
        return around.before + inner + around.after
    if _NO_TEXT.fullmatch(inner):
        return ""
    return begun(message.owner.language, inner)


def begun(language: str, inner: str) -> str:
    """A document with a plain style around what somebody begins to write in."""
    return _NEW_BEFORE.format(language=language, style=NEW_STYLE) + inner + _NEW_AFTER


def _with_content_ids(message: Message, html: str, address_of: AddressOf, find: Find) -> str:
    identifier = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    before, after = address_of(UUID(int=0)).split(str(UUID(int=0)))
    pattern = rf"(?:https?://[^/\s\"'<>]+)?{re.escape(before)}{identifier}{re.escape(after)}"
    known: dict[str, str] = {}

    def cid(match: re.Match[str]) -> str:
        key = match[1]
        if key not in known:
            image = find(key)
            if image is not None and image.message_id != message.pk:
                image = share(message, image, inline=True)
            known[key] = f"cid:{image.content_id}" if image is not None else ""
        return known[key] or match[0]

    return re.sub(pattern, cid, html)


def with_stored_images(message: Message, html: str) -> str:
    """The HTML with its `data:` images stored and shown by `cid:`. Raises DraftRefused as `attach` does."""
    if "data:image/" not in html.lower():
        return html
    found = plan_html(html, rules=_NOTHING_FOLLOWED).images
    sources = dict.fromkeys(image.source for image in found if image.reason == "data")
    stored = {}
    for source in sources:
        if (decoded := _decoded(source)) is not None:
            kind, content = decoded
            suffix = kind.partition("/")[2].partition("+")[0]
            image = attach(message, f"image.{suffix}", kind, [content], inline=True)
            stored[source] = f"cid:{image.content_id}"
    return with_sources(html, stored) if stored else html


def _decoded(source: str) -> tuple[str, bytes] | None:
    """Type and content of a `data:` image (RFC 2397), or None when it is damaged or empty."""
    head = _DATA.match(source)
    if head is None:
        return None
    raw = unquote_to_bytes(source[head.end() :])
    if head[2].lower().endswith(";base64"):
        try:
            raw = base64.b64decode(re.sub(rb"\s", b"", raw), validate=True)
        except (binascii.Error, ValueError):
            return None
    return (head[1].lower(), raw) if raw else None


class _Sources:
    """Stands in for the addresses of a copy: gives the replacement that is kept as the key of each image."""

    def open(self) -> str:
        return ""

    def image(self, _ordinal: int, ref: FileRef, /) -> str:
        return ref.key

    def click(self, _ordinal: int, address: str, /) -> str:
        return address

    def file(self, _ordinal: int, ref: FileRef, /) -> str:
        return ref.key

    def honeypot(self) -> str:
        return ""

    def preference(self, _language: str, _name: str, /) -> str:
        return ""


def with_sources(html: str, replacements: dict[str, str]) -> str:
    """The HTML with images from other addresses: `replacements` by Content-ID for `cid:`, by itself for any other."""
    refs = {source: FileRef(replacement, "", "", 0) for source, replacement in replacements.items()}
    return plan_html(html, rules=_NOTHING_FOLLOWED, images=refs).render(_Sources())
