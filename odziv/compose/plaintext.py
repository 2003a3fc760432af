"""The plain-text part of a message whose writer made only HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape, unescape

import lxml.html
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_document_state import HtmlDocumentState
from inscriptis.model.tag import CustomHtmlTagHandlerMapping
from lxml.etree import LxmlError

from odziv.lib.html import Scanner, attributes, decode, encode, value_of

LARGEST = 400_000
"""Characters of HTML that are laid out (an issue of a large newsletter); what is beyond is read as words and addresses,
which takes a tenth of the time: nobody waits seconds for the other part of an e-mail that they do not read."""

_MOST_TAGS = 20_000

_WEB = re.compile(r"https?://", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_HIDDEN = re.compile(r"<(?:(!--)|(style|script|title|head)\b)", re.IGNORECASE)
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/h[1-6]|/li)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"[ \t\r\n\f]+")


def from_html(html: str) -> str:
    """What the HTML says, laid out in lines, with the address of each web link behind its words. Never raises.

    White space at line ends is taken off and there is never more than one blank line in a row.
    """
    if not html.strip():
        return ""
    text = _laid_out(html) if len(html) <= LARGEST and html.count("<") <= _MOST_TAGS else None
    if text is None:
        text = _words(html)
    lines = (line.rstrip().replace("\u00a0", " ") for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _laid_out(html: str) -> str | None:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(_spelt_out(html).encode("utf-8", "replace"), parser=parser)
        if any("depth" in entry.message for entry in parser.error_log):
            return None  # libxml2 leaves out what is nested deeper than it likes
        _drop_repeated(tree)
        _escape(tree)
        return Inscriptis(tree, _config()).get_text()
    except (LxmlError, ValueError, RecursionError, IndexError):
        # Broken beyond what the layout can do: the words are still there.
        return None


def _spelt_out(html: str) -> str:
    """The HTML with each address as browsers read it, in full references: libxml2 takes `&copy=` for a sign."""
    parts, position = [], 0
    for tag in Scanner(html, frozenset({"a"})).tags():
        href = None if tag.closing else attributes(html, tag.inside, tag.end).get("href")
        if href is not None:
            value = value_of(href)
            parts += [html[position : value.start], encode(decode(html[value.start : value.end]), value.quote)]
            position = value.end
    return "".join([*parts, html[position:]])


def _drop_repeated(tree: lxml.html.HtmlElement) -> None:
    for link in tree.iter("a"):
        if "".join(link.text_content().split()) == _address(link.attrib):
            link.attrib.pop("href", None)  # its words are its address


def _escape(tree: lxml.html.HtmlElement) -> None:
    """Against inscriptis, which reads references in texts that have been read already: `&amp;copy;` is not a sign."""
    for node in tree.iter():
        node.text = node.text and node.text.replace("&", "&amp;")
        node.tail = node.tail and node.tail.replace("&", "&amp;")


def _config() -> ParserConfig:
    mapping = CustomHtmlTagHandlerMapping({"a": _link_starts}, {"a": _link_ends})
    return ParserConfig(css=CSS_PROFILES["strict"].copy(), custom_html_tag_handler_mapping=mapping)


def _link_starts(state: HtmlDocumentState, attributes: dict[str, str]) -> None:
    address = _address(attributes)
    state.link_target = address if _WEB.match(address) else ""


def _address(attributes: Mapping[str, str]) -> str:
    return "".join(attributes.get("href", "").split())


def _link_ends(state: HtmlDocumentState) -> None:
    if state.link_target:
        # In angle brackets mail programs find where it ends (RFC 3986, appendix C).
        state.tags[-1].write(f" <{state.link_target}>".replace("&", "&amp;"))
        state.link_target = ""


def _words(html: str) -> str:
    lines = _BREAKS.sub("\n", _SPACE.sub(" ", "".join(_shown(_with_addresses(html)))))
    return "\n".join(line.strip() for line in unescape(_TAG.sub("", lines)).split("\n"))


def _with_addresses(html: str) -> str:
    """The HTML with the address of each web link written behind its words."""
    parts, position, address, begun = [], 0, "", 0
    for tag in Scanner(html, frozenset({"a"})).tags():
        if tag.conditional:
            continue
        if address and tag.closing and "".join(unescape(_TAG.sub("", html[begun : tag.start])).split()) != address:
            parts += [html[position : tag.start], escape(f" <{address}>")]
            position = tag.start
        href = None if tag.closing else attributes(html, tag.inside, tag.end).get("href")
        address = ""
        if href is not None:
            start, end, _quote = value_of(href)
            address, begun = "".join(decode(html[start:end]).split()), tag.end
            address = address if _WEB.match(address) else ""
    return "".join([*parts, html[position:]])


def _shown(html: str) -> Iterator[str]:
    """The pieces between comments, style sheets and scripts; what is never closed hides the rest."""
    lower, at = html.lower(), 0
    while (opening := _HIDDEN.search(html, at)) is not None:
        yield html[at : opening.start()]
        closing = "-->" if opening[1] else f"</{opening[2].lower()}"
        end = lower.find(closing, opening.end())
        if end < 0:
            return
        at = end + 3 if opening[1] else end
    yield html[at:]
