"""Plans a plain-text body: finds its web addresses the way mail programs make links of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from odziv.instrument.attachments import WORDS, FollowedFile, Words, text_block
from odziv.instrument.notice import Notice
from odziv.instrument.plan import Addresses, Edit, LinkFound, Problem, Redirect, TextPlan
from odziv.instrument.rules import Rules, reason_to_leave
from odziv.lib.addresses import redirect_length

LONGEST_LINE = 998  # octets without CR LF (RFC 5322, 2.1.1)

# Non-ASCII letters belong to an address (IDN hosts, paths as people type them); the quotation marks and full stops of
# all scripts do not. In Markdown, "](" stands between two addresses: [https://a](https://b).
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9+.\-])[hH][tT][tT][pP][sS]?://"
    r"(?:[^]\s<>\"`\x00-\x1f\x7f«»‹›“”„‟、。「」『』《》〈〉【】（），；：！？…\u200b\u200e\u200f\u2060\ufeff]+|\](?!\()){1,2000}"
)
_SCHEME_ONLY = re.compile(r"https?://", re.IGNORECASE)
_ENDS_SENTENCES = ".,;:!?'‘’"
_EMPHASIS = "*_~|"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def plan_text(
    text: str,
    *,
    rules: Rules,
    first_ordinal: int = 0,
    files: Sequence[FollowedFile] = (),
    language: str = "en",
    notice: Notice | None = None,
) -> TextPlan:
    """Plan the copies of a plain-text body. Its links count on from `first_ordinal`, the number of the HTML part's."""
    links: list[LinkFound] = []
    edits: list[Edit] = []
    room = _Room(text, rules)
    for start, end in _addresses(text):
        address = text[start:end]
        reason = reason_to_leave(address, rules)
        if reason == "malformed":
            continue
        reason = reason or room.reason(start, address)
        ordinal = first_ordinal + len(links)
        links.append(LinkFound(ordinal, address, not reason, reason, "text"))
        if not reason:
            edits.append(Edit(start, end, Redirect(ordinal, address, None)))
    if files or notice:
        line_end = "\r\n" if "\r\n" in text else "\n"
        edits.append(Edit(len(text), len(text), _Ending(files, WORDS.get(language, WORDS["en"]), line_end, notice)))
    problems = tuple(Problem("placeholder", link.address, "text") for link in links if link.reason == "placeholder")
    return TextPlan(source=text, edits=tuple(edits), links=tuple(links), problems=problems)


@dataclass(frozen=True, slots=True)
class _Ending:
    files: Sequence[FollowedFile]
    words: Words
    line_end: str
    notice: Notice | None

    def text(self, addresses: Addresses) -> str:
        block = text_block(self.files, self.words, addresses, self.line_end) if self.files else ""
        return block + (self.notice.text(addresses, self.line_end) if self.notice else "")


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for match in _ADDRESS.finditer(text):
        start, end = match.span()
        before = text[start - 1 : start]
        if before == "<" and text[end : end + 1] == ">":  # RFC 3986, appendix C: all of it is meant
            yield start, end
            continue
        length = _length_without_punctuation(match[0], before)
        if not _SCHEME_ONLY.fullmatch(match[0], 0, length):
            yield start, start + length


def _length_without_punctuation(found: str, before: str) -> int:
    """What people write after an address ends the sentence, not the address; a bracket belongs to it only in pairs."""
    length = len(found)
    counted: Counter[str] | None = None
    while length:
        last = found[length - 1]
        if last in _PAIRS:
            counted = counted or Counter(found)
            if counted[last] <= counted[_PAIRS[last]]:
                break
            counted[last] -= 1
        elif last not in _ENDS_SENTENCES and not (last in _EMPHASIS and last == before):
            break
        length -= 1
    return length


class _Room:
    """Keeps lines within RFC 5322: a redirect is left out where it would be what makes its line too long."""

    def __init__(self, text: str, rules: Rules) -> None:
        self._text = text
        self._edge_url = rules.edge_url
        self._line_end = -1
        self._octets = 0
        self._too_long_anyway = False

    def reason(self, start: int, address: str) -> str:
        if start > self._line_end:
            self._next_line(start)
        grown = self._octets + redirect_length(self._edge_url, address) - len(address.encode())
        if grown > LONGEST_LINE and not self._too_long_anyway:
            return "line"
        self._octets = grown
        return ""

    def _next_line(self, start: int) -> None:
        begin = self._text.rfind("\n", 0, start) + 1
        end = self._text.find("\n", start)
        self._line_end = len(self._text) if end < 0 else end
        line = self._text[begin : self._line_end].removesuffix("\r")
        self._octets = len(line.encode("utf-8", "surrogatepass"))
        # The transfer encoding has to break such a line in any case.
        self._too_long_anyway = self._octets > LONGEST_LINE
