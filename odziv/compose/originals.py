"""Quoted mail as it was before it was followed: originals instead of redirects, no beacon, no hidden link (C5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import UUID

from odziv.lib.html import Scanner, Tag, attributes, decode, encode, value_of
from odziv.lib.seal import KeyRing, Kind, Sealed, SealError

ImageOf = Callable[[Sealed], str | None]
"""Gives the address of an image of a sealed identifier for the new message; None when it has to go."""

FileOf = Callable[[Sealed], str | None]

_ADDRESS = {"a": "href", "area": "href", "img": "src"}
_PATH = re.compile(r"/([oica])/([A-Za-z0-9_-]+)(?:\.gif|/[^/?#]*)?$")

_EMPTY_END = re.compile(r"\s*</a\s*>", re.IGNORECASE)


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def _as_it_is(_sealed: Sealed) -> None:
    return None


def restored(
    html: str,
    edge_url: str,
    keys: KeyRing,
    organisation: UUID,
    image_of: ImageOf,
    file_of: FileOf = _as_it_is,
) -> str:
    """The HTML without what this organisation's own copies had put into it; everything else stays as it is.

    `file_of` gives the address of a followed attachment; None leaves the link as it is. What another organisation
    sealed, or nobody, is an address like any other.
    """
    edits = list(_edits(html, edge_url.rstrip("/"), keys, organisation, image_of, file_of))
    pieces, position = [], 0
    for edit in edits:
        pieces += [html[position : edit.start], edit.text]
        position = edit.end
    return "".join(pieces) + html[position:]


def restored_text(text: str, edge_url: str, keys: KeyRing, organisation: UUID) -> str:
    """The same of a plain text, in which only redirects can stand."""
    edge = edge_url.rstrip("/")

    def address(match: re.Match[str]) -> str:
        sealed = _opened(match[0], edge, keys, organisation)
        if sealed is not None and sealed.kind is Kind.HONEYPOT:
            return ""
        return sealed.tail.decode() if sealed is not None and sealed.kind is Kind.CLICK else match[0]

    host = re.escape(edge.partition("://")[2])
    return re.sub(rf"https?://{host}/c/[A-Za-z0-9_-]+", address, text)


def _edits(
    html: str, edge: str, keys: KeyRing, organisation: UUID, image_of: ImageOf, file_of: FileOf
) -> Iterator[_Edit]:
    for tag in Scanner(html, frozenset(_ADDRESS)).tags():
        found = None if tag.closing else attributes(html, tag.inside, tag.end).get(_ADDRESS[tag.name])
        if found is None:
            continue
        value = value_of(found)
        sealed = _opened(decode(html[value.start : value.end]), edge, keys, organisation)
        if sealed is None:
            continue
        if sealed.kind is Kind.HONEYPOT:
            end = _EMPTY_END.match(html, tag.end)
            yield _Edit(tag.start, end.end(), "") if end else _Edit(value.start, value.end, "")
        elif sealed.kind is Kind.CLICK:
            yield _Edit(value.start, value.end, encode(sealed.tail.decode(), value.quote))
        elif tag.name != "img":
            if sealed.kind is Kind.FILE and (address := file_of(sealed)) is not None:
                yield _Edit(value.start, value.end, encode(address, value.quote))
        else:
            source = image_of(sealed) if sealed.kind is Kind.IMAGE else None
            yield _image(tag, value.start, value.end, encode(source, value.quote) if source else None)


def _image(tag: Tag, start: int, end: int, source: str | None) -> _Edit:
    return _Edit(tag.start, tag.end, "") if source is None else _Edit(start, end, source)


def _opened(text: str, edge: str, keys: KeyRing, organisation: UUID) -> Sealed | None:
    # A mail program may have changed the scheme, and nothing else of the address, when it quoted.
    host, ours = text.partition("://")[2] or text.removeprefix("//"), edge.partition("://")[2]
    if not host.startswith(f"{ours}/"):
        return None
    match = _PATH.match(host[len(ours) :])
    if match is None:
        return None
    try:
        sealed = keys.open(match[2])
    except SealError:
        return None
    return sealed if sealed.organisation == organisation else None
