"""An HTML body as lines, each with what its markup says of it: written here, quoted, or a signature (P3).

One pass over the tags with a stack; no tree, whose depth somebody else decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from odziv.lib.html.attributes import attributes, decode, value_of
from odziv.lib.html.scanner import Scanner, Tag

WRITTEN, QUOTED, FOLDED, SIGNATURE = "written", "quoted", "folded", "signature"


class Line(NamedTuple):
    """`mark`: written; quoted as by `>`; folded, because mail programs wrap in it what is answered; or a signature."""

    text: str
    mark: str = WRITTEN


# What mail programs wrap the answered message in, by class or id: Gmail, Yahoo, Proton, Zoho, Outlook (new, Mac,
# mobile, web), Hotmail, Zimbra, Roundcube, GMX, Mail.ru, Spark, Front, Apple.
_FOLDS = re.compile(
    r"^(?:gmail_quote(?:_container)?|gmail_attr|yahoo_quoted\w*|protonmail_quote|zmail_extra|"
    r"olk_src_body_section|divrplyfwdmsg|"
    r"mail-editor-reference-message-container|moz-cite-prefix|moz-email-headers-table|ymail_android_signature_quote|"
    r"reply-intro|replybody|forwardbody1|tutanota_quote|isreplycontent|front-blockquote|zwc_quote|mailru-blockquote|"
    r"wrappedquote|hs_reply|quotedtext|quoted-text|mimestream_quote|airmail_ext_on|bloop_markdown_quote)$"
)
# From here to the end of the body everything is the answered message.
_ENDS = re.compile(
    r"^(?:appendonsend|stopspelling|divrplyfwdmsg|x_divrplyfwdmsg|ms-outlook-mobile-body-separator-line)$"
)
_SIGNATURES = re.compile(
    r"^(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|protonmail_signature_block(?:-user)?|"
    r"applemailsignature|ydp\w*signature|yahoo-signature|outlook-signature|zimbra-signature)$"
)
_BREAKS = frozenset(
    "address article aside blockquote body br center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr li main nav ol p pre section table tbody thead tr ul".split()
)
_PARAGRAPHS = frozenset("blockquote h1 h2 h3 h4 h5 h6 ol p pre table ul".split())
_UNSEEN = frozenset("head script style title template noframes select textarea object".split())
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_RULE = "_" * 32
_MARKED = frozenset("div span blockquote table hr p section td a".split())
_WANTED = _BREAKS | _UNSEEN | _MARKED | {"th"}
_OTHER_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<[!?][^<>]*>")


class _Open(NamedTuple):
    name: str
    mark: str
    unseen: bool


def lines_of(html: str) -> list[Line]:
    """The text of a body, line for line. Linear in its size."""
    writer = _Writer()
    html = _without_comments(html)
    read = 0
    for tag in Scanner(html, _WANTED).tags():
        writer.text(html[read : tag.start])
        writer.tag(tag, html)
        read = tag.end
    writer.text(html[read:])
    return list(writer.finished())


def text_of(html: str) -> str:
    """All of the text of a body."""
    return "\n".join(line.text for line in lines_of(html))


def _value(attribute: re.Match[str], html: str) -> str:
    place = value_of(attribute)
    return decode(html[place.start : min(place.end, place.start + 2000)])


def _without_comments(html: str) -> str:
    """Also what only Outlook reads in them; an open one hides the rest, as it does in browsers."""
    pieces, read = [], 0
    while (begin := html.find("<!--", read)) >= 0:
        pieces.append(html[read:begin])
        end = html.find("-->", begin + 2)
        if end < 0:
            return "".join(pieces)
        read = end + 3
    return re.sub(r"<!\[[^>]{0,200}>", "", "".join([*pieces, html[read:]]))


class _Writer:
    """Lines as they come; `_open` holds the elements that are not closed yet, and what holds within each."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._words: list[str] = []
        self._open: list[_Open] = []
        self._count: Counter[str] = Counter()
        self._mark, self._unseen, self._ended = WRITTEN, False, False

    def text(self, raw: str) -> None:
        if not raw or self._unseen:
            return
        text = _OTHER_TAG.sub("", raw)
        text = unescape(text) if "&" in text else text
        if self._count["pre"]:
            first, *rest = text.split("\n")
            self._words.append(first)
            for line in rest:
                self._end_line()
                self._words.append(line)
        else:
            self._words.append(re.sub(r"[ \t\r\n\f]+", " ", text))

    def tag(self, tag: Tag, html: str) -> None:
        if tag.name in _BREAKS:
            self._end_line(blank=tag.name in _PARAGRAPHS, always=tag.name == "br" and not tag.closing)
        if tag.closing:
            self._close(tag.name)
            return
        if tag.name in ("td", "th"):
            self._words.append(" ")
        elif tag.name == "li":
            self._words.append("- ")
        mark, hidden = self._meaning(tag, html) if tag.name in _MARKED else ("", False)
        if tag.name == "hr" and not self._unseen:
            self._lines.append(Line(_RULE, self._mark))
        if tag.name in _VOID:
            return
        mark = mark or (QUOTED if tag.name == "blockquote" else "")
        self._open.append(_Open(tag.name, self._mark, self._unseen))
        self._count[tag.name] += 1
        # What is folded stays so, whatever stands in it.
        self._mark = (
            mark if mark and self._mark in (WRITTEN, QUOTED) and not (mark == QUOTED == self._mark) else self._mark
        )
        self._unseen = self._unseen or hidden or tag.name in _UNSEEN

    def finished(self) -> Iterator[Line]:
        self._end_line()
        return iter(self._lines)

    def _meaning(self, tag: Tag, html: str) -> tuple[str, bool]:
        found = attributes(html, tag.inside, tag.end)
        names = [
            name
            for key in ("class", "id", "data-marker")
            if (attribute := found.get(key)) is not None
            for name in _value(attribute, html).lower().split()[:20]
        ]
        style = found.get("style")
        hidden = style is not None and bool(_HIDDEN.search(_value(style, html)))
        if any(_ENDS.match(name) for name in names):
            self._end_line()
            self._ended = True
        if any(_FOLDS.match(name) for name in names):
            return FOLDED, hidden
        if "data-signatureblock" in found or any(_SIGNATURES.match(name) for name in names):
            return SIGNATURE, hidden
        return "", hidden

    def _close(self, name: str) -> None:
        if not self._count[name]:
            return
        while self._open:
            gone = self._open.pop()
            self._count[gone.name] -= 1
            self._mark, self._unseen = gone.mark, gone.unseen
            if gone.name == name:
                return

    def _end_line(self, *, blank: bool = False, always: bool = False) -> None:
        text = "".join(self._words).replace("\xa0", " ")
        self._words = []
        text = text.rstrip() if self._count["pre"] else re.sub(r" {2,}", " ", text).strip()
        mark = FOLDED if self._ended else self._mark
        if text or always:
            self._lines.append(Line(text, mark))
        if blank and self._lines and self._lines[-1].text:
            self._lines.append(Line("", mark))
