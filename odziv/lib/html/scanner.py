"""Finds the tags of an HTML text in order, with offsets, as a browser's tokenizer would (WHATWG HTML, 13.2.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from odziv.lib.html import raw
from odziv.lib.html.foreign import Foreign
from odziv.lib.html.grammar import MORE_ATTRIBUTES, OPENING, TAG_END, TAG_START, run_without


class Tag(NamedTuple):
    """One start or end tag. `text[start:end]` is all of it, `text[inside:end]` its attributes and the final `>`."""

    name: str  # in lower case
    start: int
    inside: int
    end: int
    closing: bool
    conditional: bool  # stands in a comment that only Outlook reads
    foreign: bool  # stands in SVG or MathML


class _Name(NamedTuple):
    """What the scanner must know of a tag name, worked out once for each spelling in a text."""

    lower: str
    wanted: bool
    raw: bool
    foreign: bool


class Scanner:
    """One pass over a text.

    `tags()` yields the tags whose lower-case name is `wanted` or begins with `prefix`, and those that have one
    of the offsets `marks` (ascending) inside of them; those in conditional comments too
    (`<!--[if mso]>…<![endif]-->`: other programs see a comment there, Outlook sees its content). What stands in plain
    comments, `<style>`, `<script>`, `<title>` and the like is no tag. `<noscript>` is read as markup, because mail
    programs run no scripts. Afterwards `unclosed` is the offset of a comment, tag or raw element that the text opened
    and never closed (what stands behind it is not shown), or None.
    """

    def __init__(
        self, text: str, wanted: frozenset[str], *, prefix: str | None = None, marks: Sequence[int] = ()
    ) -> None:
        self.text = text
        self.unclosed: int | None = None
        self._wanted = wanted
        self._prefix = prefix
        self._marks = [*marks, len(text) + 1]
        self._next_mark = 0
        self._names: dict[str, _Name] = {}

    def tags(self) -> Iterator[Tag]:
        """The tags. A position of -1 says that something opened at `start` and is never closed."""
        self._next_mark = 0
        text, names, search, pass_run = self.text, self._names, OPENING.search, run_without(self._wanted).match
        start, position, end = 0, 0, len(text)
        foreign: Foreign | None = None
        outer: tuple[int, int, Foreign | None] | None = None  # where to go on behind a conditional comment
        while True:
            opening = None
            if position >= 0:
                # A tag with a mark inside cannot match before the mark, so a run never passes one.
                if foreign is None and (run := pass_run(text, position, min(end, self._marks[self._next_mark]))):
                    position = run.end()
                opening = search(text, position, end)
            if opening is None:
                if outer is None:
                    self.unclosed = start if position < 0 else None
                    return
                position, end, foreign = outer
                outer = None
                continue
            slash, spelling, _, other = opening.groups()
            start, position = opening.span()
            inside = opening.start(3)
            if other is not None:
                if other in "!?" or (begun := TAG_START.match(text, start, end)) is None:
                    content, position = raw.comment(text, start, end, cdata=foreign is not None and foreign.inside)
                    if content is not None:
                        outer = (position, end, foreign)
                        (position, end), foreign = content, None
                    continue
                slash, spelling = begun.groups()
                inside = begun.end()
                position = _end_in_pieces(text, inside, end)
                if position < 0:
                    continue
            name = names.get(spelling) or self._learn(spelling)
            wanted = name.wanted or (position > self._marks[self._next_mark] and self._is_marked(start, position))
            is_foreign = False
            if foreign is not None or name.foreign:
                foreign = foreign or Foreign()
                is_foreign = foreign.enter(name.lower, closing=bool(slash), empty=text[position - 2] == "/")
                foreign = None if foreign.ended else foreign
            if wanted:
                yield Tag(name.lower, start, inside, position, bool(slash), outer is not None, is_foreign)
            if name.raw and not slash and not is_foreign:
                position = raw.end_of(name.lower, text, position, end)

    def _is_marked(self, start: int, end: int) -> bool:
        while self._marks[self._next_mark] < start:
            self._next_mark += 1
        return self._marks[self._next_mark] < end

    def _learn(self, spelling: str) -> _Name:
        lower = spelling.lower() if spelling.isascii() else spelling
        wanted = lower in self._wanted or (self._prefix is not None and lower.startswith(self._prefix))
        name = _Name(lower, wanted, lower in raw.ELEMENTS, lower in ("svg", "math"))
        self._names[spelling] = name
        return name


def _end_in_pieces(text: str, inside: int, end: int) -> int:
    """The end of a tag with very many attributes, whose name ends at `inside`; -1 if it never ends."""
    while (more := MORE_ATTRIBUTES.match(text, inside, end)) is not None:
        inside = more.end()
    closed = TAG_END.match(text, inside, end)
    return closed.end() if closed else -1
