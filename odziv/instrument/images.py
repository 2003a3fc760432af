"""The images of an HTML body: those that we hold are loaded from the edge, all others stay as they are (I1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from odziv.instrument.placeholders import has_placeholder
from odziv.instrument.plan import Edit, ImageFound, Problem, StoredImage
from odziv.instrument.rules import Rules, cleaned, is_own
from odziv.lib.html import Tag, Value, decode, value_of
from odziv.lib.html.attributes import Quote
from odziv.lib.seal import FileRef

# The elements that are images, with the attribute that says which; `background` is one on any element.
_SOURCES: Mapping[str, tuple[str, ...]] = {
    "img": ("src",),
    "image": ("src", "href", "xlink:href"),
    "input": ("src",),
    "v:fill": ("src",),
    "v:image": ("src",),
    "v:imagedata": ("src",),
}
_CID = re.compile(r"cid:(?:[^\s<>\"'()&,\\]+|&amp;){1,50}", re.IGNORECASE)
_CSS_CID = re.compile(rf"url\([\s]*(?:[\"']|&quot;|&#0*3[49];|&#x2[27];|&apos;)?({_CID.pattern})", re.IGNORECASE)
_WEB = re.compile(r"(?:https?:)?[/\\]{2}", re.IGNORECASE)


class Images:
    """Collects what is found, in document order; the same source has one ordinal wherever it stands."""

    def __init__(self, stored: Mapping[str, FileRef], rules: Rules) -> None:
        self.found: list[ImageFound] = []
        self.problems: list[Problem] = []
        self._stored = stored
        self._rules = rules
        self._ordinals: dict[str, int] = {}

    def in_tag(self, html: str, tag: Tag, found: Mapping[str, re.Match[str]]) -> Iterator[Edit]:
        """The edits for one start tag."""
        names = _SOURCES.get(tag.name, ())
        if tag.name == "input" and not self._is_image_button(html, found):
            names = ()
        for name, attribute in found.items():
            if name in names or name == "background":
                value = value_of(attribute)
                yield from self._source(html[value.start : value.end], value)
            elif name == "style":
                start, end, quote = value_of(attribute)
                yield from self.in_css(html, start, end, quote=quote)
            elif name == "srcset":
                start, end, quote = value_of(attribute)
                for match in _CID.finditer(html, start, end):
                    yield from self._cid(decode(match[0]), match.start(), match[0], quote)

    def in_css(self, html: str, start: int, end: int, *, quote: Quote | None) -> Iterator[Edit]:
        """The edits for a style sheet or a style attribute. `quote` None: a style sheet, where nothing is escaped."""
        for match in _CSS_CID.finditer(html, start, end):
            source = match[1] if quote is None else decode(match[1])
            yield from self._cid(source, match.start(1), match[1], quote)

    def _is_image_button(self, html: str, found: Mapping[str, re.Match[str]]) -> bool:
        if (kind := found.get("type")) is None:
            return False
        start, end, _ = value_of(kind)
        return html[start:end].strip().lower() == "image"

    def _source(self, raw: str, place: Value) -> Iterator[Edit]:
        source = cleaned(decode(raw))
        ref = self._ref(source)
        if ref is not None:
            yield self._served(source, ref, place.start, place.end, place.quote)
            return
        reason = self._reason(source)
        self.found.append(ImageFound(source, None, served=False, reason=reason))
        if reason == "placeholder":
            self.problems.append(Problem("image-placeholder", source, "html"))

    def _cid(self, source: str, start: int, raw: str, quote: Quote | None) -> Iterator[Edit]:
        ref = self._ref(source)
        if ref is None:
            self.found.append(ImageFound(source, None, served=False, reason="missing"))
        else:
            yield self._served(source, ref, start, start + len(raw), quote)

    def _served(self, source: str, ref: FileRef, start: int, end: int, quote: Quote | None) -> Edit:
        ordinal = self._ordinals.setdefault(source, len(self._ordinals))
        self.found.append(ImageFound(source, ordinal, served=True, reason=""))
        return Edit(start, end, StoredImage(ordinal, ref, quote))

    def _ref(self, source: str) -> FileRef | None:
        if source[:4].lower() != "cid:":
            return self._stored.get(source) if source[:5].lower() == "data:" else None
        name = source[4:]
        # RFC 2392: the address has the Content-ID percent-encoded; many programs write it as it is.
        return self._stored.get(name) or self._stored.get(unquote(name))

    def _reason(self, source: str) -> str:
        if not source:
            return "empty"
        if source[:5].lower() == "data:":
            return "data"
        if has_placeholder(source):
            return "placeholder"
        if _WEB.match(source):
            return "own" if is_own(source, self._rules) else "remote"
        if source[:4].lower() == "cid:":
            return "missing"
        return "scheme" if re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", source) else "relative"
