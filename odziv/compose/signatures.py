"""The signature of a mailbox in a draft: rendered, put above the quotation, exchanged with the mailbox (C6).

In the HTML of a draft a signature is a `<div data-signature="…">`; the mark says what its text was, so that one
that the writer changed by hand is recognised as theirs and stays. A quotation that the signature has to stand above is
a `<div data-quote>` or a `<blockquote>`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from html import escape, unescape
from typing import TYPE_CHECKING

from odziv.compose.harmless import harmless
from odziv.lib.html import Scanner, Tag, attributes, decode, value_of

if TYPE_CHECKING:
    from odziv.models import Mailbox, User

MARK = "data-signature"
QUOTE = "data-quote"
VALUES = ("sender.name", "sender.job_title", "sender.phone", "sender.email", "organisation.name")
"""The dynamic values of a signature; the same names as in templates (T1)."""

_FALLBACK = r"\"([^\"{}]*)\"|'([^'{}]*)'|&quot;((?:(?!&quot;)[^{}])*)&quot;"
_PLACEHOLDER = re.compile(rf"\{{\{{\s*([a-z_]+(?:\.[a-z_]+)*)\s*(?:\|\s*default:\s*(?:{_FALLBACK})\s*)?\}}\}}")
_ANY_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{\{|\}\}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_BLANK = "<p><br></p>"


_IMAGE = re.compile(r"https?://|data:image/(?:png|jpeg|gif|webp);base64,", re.IGNORECASE)


class SignatureError(Exception):
    """A signature uses what does not exist; `wrong` is the part of it."""

    def __init__(self, wrong: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong


def check(signature: str) -> None:
    """Raises SignatureError when something in `{{ … }}` is no value of ours."""
    for name in _PLACEHOLDER.finditer(signature):
        if name[1] not in VALUES:
            raise SignatureError(name[0])
    if (other := _ANY_PLACEHOLDER.search(_PLACEHOLDER.sub("", signature))) is not None:
        raise SignatureError(other[0])


def cleaned(html: str) -> str:
    """What somebody wrote as a signature without scripts, forms and whatever else is no text, picture or link."""
    return harmless(html, _IMAGE)


def of(mailbox: Mailbox | None, writer: User | None = None) -> str:
    """The block that the signature of a mailbox is in a draft, with the values of its user; empty when it has none.

    In a shared mailbox they are those of who writes.
    """
    if mailbox is None or not mailbox.signature:
        return ""
    return block(render(mailbox.signature, values_of(mailbox, writer)))


def values_of(mailbox: Mailbox, writer: User | None = None) -> dict[str, str]:
    """What the dynamic values of its signature stand for."""
    user = writer if mailbox.shared and writer is not None else mailbox.user
    return {
        "sender.name": user.name if mailbox.shared else mailbox.name or user.name,
        "sender.job_title": user.job_title,
        "sender.phone": user.phone,
        "sender.email": mailbox.address,
        "organisation.name": user.organisation.name,
    }


def render(signature: str, values: Mapping[str, str]) -> str:
    """The HTML of a signature with its values filled in, each as text; what is empty gives way to its `default`."""

    def value(match: re.Match[str]) -> str:
        fallback = unescape(next((one for one in match.groups()[1:] if one is not None), ""))
        return escape(values.get(match[1], "").strip() or fallback)

    return _PLACEHOLDER.sub(value, signature)


def block(rendered: str) -> str:
    """A rendered signature as it stands in a draft; empty when there is nothing to see in it."""
    if not _has_content(rendered):
        return ""
    return f'<div {MARK}="{_digest(rendered)}">{rendered}</div>'


def placed(html: str, signature: str) -> str:
    """The HTML with this block as its signature.

    The former signature gives way, unless the writer changed it: then it stays and the new one does not come. Without a
    former one it is put above the quotation, else at the end of what one writes, below an empty line to begin in.
    """
    present = _present(html)
    if present is not None:
        start, end, untouched = present
        return html[:start] + signature + html[end:] if untouched else html
    if not signature:
        return html
    place = _place(html)
    return html[:place] + ("" if _is_begun(html[:place]) else _BLANK) + signature + html[place:]


def own_part(html: str) -> str:
    """The HTML without its signature, changed or not, and without the quotation: what the writer says this time."""
    place = _place(html)
    own = html if html[place : place + 6].lower() in ("", "</body") else html[:place]
    present = _present(own)
    return own if present is None else own[: present[0]] + own[present[1] :]


def _present(html: str) -> tuple[int, int, bool] | None:
    """Where the first signature stands, and whether it is as we put it there."""
    depth, start, inner, mark = 0, 0, 0, ""
    for tag in Scanner(html, frozenset({"div"})).tags():
        if tag.conditional:
            continue
        if not depth and not tag.closing and (found := _attribute(html, tag, MARK)) is not None:
            depth, start, inner, mark = 1, tag.start, tag.end, found
        elif depth:
            depth += -1 if tag.closing else 1
            if not depth:
                return start, tag.end, _digest(html[inner : tag.start]) == mark
    return None


def _place(html: str) -> int:
    """The offset at which a quotation or the end of the body begins."""
    end = len(html)
    for tag in Scanner(html, frozenset({"div", "blockquote", "body"})).tags():
        if tag.conditional:
            continue
        if tag.name == "body" and tag.closing:
            return tag.start
        if not tag.closing and (
            tag.name == "blockquote" or (tag.name == "div" and _attribute(html, tag, QUOTE) is not None)
        ):
            return tag.start
    return end


def _attribute(html: str, tag: Tag, name: str) -> str | None:
    found = attributes(html, tag.inside, tag.end).get(name)
    if found is None:
        return None
    value = value_of(found)
    return decode(html[value.start : value.end])


def _is_begun(before: str) -> bool:
    """Whether there is a line to write in already; `before` may begin with a document's head."""
    body = before.lower().rfind("<body")
    return bool((before[before.find(">", body) + 1 :] if body >= 0 else before).strip())


def _has_content(html: str) -> bool:
    return bool(_words(html)) or "<img" in html.lower()


def _words(html: str) -> str:
    """What one reads, whatever an editor made of tags, entities and white space."""
    return "".join(unescape(_TAG.sub("", html)).split())


def _digest(html: str) -> str:
    return hashlib.sha256(_words(html).encode()).hexdigest()[:12]
