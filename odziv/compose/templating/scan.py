"""Where the braces of a template are, whether they stand where they may, and what they hold when read as text.

One pass in a time that grows with the length of the source, before Liquid's own reader sees any of it: that one looks
for the end of each opening anew, to the end of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from odziv.compose.templating.faults import Fault, fault_at
from odziv.compose.templating.limits import DEEPEST, LONGEST, LONGEST_BRACES, MOST_BRACES
from odziv.lib.html import Scanner, attributes, value_of

_OPENING = re.compile(r"\{[{%]")
_CLOSING = {"{{": "}}", "{%": "%}"}
_ANY_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
_MARKUP = re.compile(r"<\s*[/!a-zA-Z]")
_WORD = re.compile(r"-?\s*(#|\w+)")
_RAW = frozenset({"style", "script"})

ENDS = {name: f"end{name}" for name in ("if", "unless", "case", "for", "capture", "comment")}
"""Tags that begin a block, and what ends it."""

PARTS = {"else": ("if", "unless", "case", "for"), "elsif": ("if", "unless"), "when": ("case",)}
"""Tags that go on with a block, and of which."""

SINGLE = frozenset({"assign"})
COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Braces:
    """One place: `source[start:end]`, with its braces; `inner` is what stands between, as text."""

    start: int
    end: int
    inner: str
    is_tag: bool

    @property
    def word(self) -> str:
        """The first word: a tag's name."""
        found = _WORD.match(self.inner)
        return found[1] if found else ""


def scan(source: str, *, html: bool) -> tuple[list[Braces], list[Fault]]:
    """All places with braces in order, and what is wrong with how they stand. After a fault the list may be short."""
    if len(source) > LONGEST:
        return [], [Fault(1, "too-long", "", {"size": len(source), "limit": LONGEST})]
    found: list[Braces] = []
    faults: list[Fault] = []
    position = 0
    while (opening := _OPENING.search(source, position)) is not None:
        start = opening.start()
        end = source.find(_CLOSING[opening[0]], start + 2, start + LONGEST_BRACES)
        if end < 0:
            return found, [*faults, _never_closed(source, start, opening[0])]
        if len(found) == MOST_BRACES:
            return found, [*faults, fault_at(source, start, "too-many", limit=MOST_BRACES)]
        raw = source[start + 2 : end]
        inner = _as_text(raw) if html else raw
        if html and _MARKUP.search(raw):
            faults.append(fault_at(source, start, "cut"))
        elif _ANY_BRACES.search(inner):
            faults.append(fault_at(source, start, "braces"))
        position = end + 2
        found.append(Braces(start, position, inner, opening[0] == "{%"))
    faults += _unbalanced(source, found)
    if html:
        faults += _misplaced(source, found)
    return found, sorted(faults, key=lambda fault: fault.line)


class Spelt:
    """The source as Liquid reads it: what stands in braces as text, trimmed. `place` leads back to the source."""

    def __init__(self, source: str, found: list[Braces]) -> None:
        parts: list[str] = []
        self._source, self._found = source, found
        self._starts: list[int] = []
        position = length = 0
        for braces in found:
            literal = source[position : braces.start]
            text = _trimmed(braces)
            self._starts.append(length + len(literal))
            length += len(literal) + len(text)
            parts += [literal, text]
            position = braces.end
        self.text = "".join([*parts, source[position:]])

    def place(self, position: int) -> int:
        """The place in the source of the braces in which a position of the text stands, or behind which."""
        index = bisect_right(self._starts, position) - 1
        return self._found[index].start if index >= 0 else 0

    def original(self, position: int) -> str:
        """Those braces as they stand in the source, entities and all."""
        index = bisect_right(self._starts, position) - 1
        return self._source[self._found[index].start : self._found[index].end]


def _trimmed(braces: Braces) -> str:
    """With its braces, and one space at both ends: Liquid's pattern goes over white space there again and again."""
    left, right = braces.inner.startswith("-"), braces.inner.endswith("-") and len(braces.inner) > 1
    body = braces.inner[left : len(braces.inner) - right].strip()
    opening, closing = ("{%", "%}") if braces.is_tag else ("{{", "}}")
    return f"{opening}{'-' * left} {body} {'-' * right}{closing}"


def _never_closed(source: str, start: int, opening: str) -> Fault:
    """It is closed somewhere further on, but too far away; or never."""
    closing = _CLOSING[opening]
    end = source.find(closing, start)
    following = _OPENING.search(source, start + 2)
    if end < 0 or (following is not None and following.start() < end):
        return fault_at(source, start, "unclosed", open=opening, close=closing)
    return fault_at(source, start, "long-braces", limit=LONGEST_BRACES)


def _as_text(raw: str) -> str:
    """What a reader of the page sees there."""
    return unescape(raw).replace("\xa0", " ")


def _unbalanced(source: str, found: list[Braces]) -> Iterator[Fault]:
    """Tags that do not exist, blocks that never end, ends of nothing, and blocks too deep in each other."""
    open_blocks: list[Braces] = []
    for braces in found:
        word = braces.word
        inmost = open_blocks[-1].word if open_blocks else ""
        if not braces.is_tag or (inmost == COMMENT and word != ENDS[COMMENT]):
            continue
        if word in ENDS:
            open_blocks.append(braces)
            if len(open_blocks) == DEEPEST + 1:
                yield fault_at(source, braces.start, "deep", limit=DEEPEST)
        elif inmost and word == ENDS[inmost]:
            open_blocks.pop()
        elif word in PARTS or word in ENDS.values():
            if inmost not in PARTS.get(word, ()):
                yield fault_at(source, braces.start, "unbegun", name=word)
        elif word not in SINGLE:
            yield fault_at(source, braces.start, "tag" if word else "syntax", name=word)
    for braces in open_blocks:
        yield fault_at(source, braces.start, "unended", name=braces.word, end=ENDS[braces.word])


def _misplaced(source: str, found: list[Braces]) -> Iterator[Fault]:
    """Braces inside of a tag but not within quotes, in a style sheet, or in an attribute that runs something."""
    if not found:
        return
    starts = [braces.start for braces in found]
    raw_from: int | None = None
    for tag in Scanner(source, _RAW, marks=starts).tags():
        if tag.name in _RAW:
            if not tag.closing:
                raw_from = tag.end
            elif raw_from is not None:
                yield from (
                    fault_at(source, one.start, "in-script") for one in _between(found, starts, raw_from, tag.start)
                )
                raw_from = None
        inside = _between(found, starts, tag.start, tag.end)
        if inside:
            yield from _in_attributes(source, tag.inside, tag.end, inside)
    if raw_from is not None:
        yield from (fault_at(source, one.start, "in-script") for one in _between(found, starts, raw_from, len(source)))


def _between(found: list[Braces], starts: list[int], start: int, end: int) -> list[Braces]:
    return found[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]


def _in_attributes(source: str, start: int, end: int, inside: list[Braces]) -> Iterator[Fault]:
    values = [(name, value_of(match)) for name, match in attributes(source, start, end).items()]
    for braces in inside:
        name = next(
            (name for name, value in values if value.quote and value.start <= braces.start and braces.end <= value.end),
            None,
        )
        if name is None:
            yield fault_at(source, braces.start, "in-tag")
        elif name.startswith("on"):
            yield fault_at(source, braces.start, "event", attribute=name)
