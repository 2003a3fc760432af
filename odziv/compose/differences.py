"""Two versions of a draft side by side: which fields differ, and in the text which words (C1). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 2_000
"""Lines that are compared; what is behind them is not shown."""

_MOST_WORDS = 1_500  # of a passage, word by word; the time grows with their product
_AROUND = 90  # characters of a long passage that is the same, kept at each of its ends
_UNFINISHED = re.compile(r"\s+\S*$")
_BEGUN = re.compile(r"^\S*\s+")
_WORDS = re.compile(r"\w+|\s+|[^\w\s]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `differs` from the other version, or is the same in both. `cut`: the middle is left out."""

    text: str
    differs: bool
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Sides:
    """The same text in two versions; each side's pieces joined are that side, but for what is cut.

    `differ` is of the whole texts; `too_long` says that what is behind MOST_LINES is not among the pieces.
    """

    mine: tuple[Piece, ...]
    theirs: tuple[Piece, ...]
    differ: bool
    too_long: bool


def compare(mine: str, theirs: str) -> Sides:
    """Both texts, first line by line, then word by word where lines differ."""
    all_ours, all_others = mine.splitlines(keepends=True), theirs.splitlines(keepends=True)
    ours, others = all_ours[:MOST_LINES], all_others[:MOST_LINES]
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, ours, others).get_opcodes():
        passage, other = "".join(ours[a:b]), "".join(others[c:d])
        if kind == "equal":
            left.append(Piece(passage, differs=False))
            right.append(Piece(other, differs=False))
        else:
            here, there = _by_words(passage, other)
            left += here
            right += there
    too_long = max(len(all_ours), len(all_others)) > MOST_LINES
    return Sides(tuple(_shortened(left)), tuple(_shortened(right)), mine != theirs, too_long)


def _by_words(mine: str, theirs: str) -> tuple[list[Piece], list[Piece]]:
    ours, others = _WORDS.findall(mine), _WORDS.findall(theirs)
    if not ours or not others or len(ours) > _MOST_WORDS or len(others) > _MOST_WORDS:
        return _whole(mine), _whole(theirs)
    left, right = [], []
    for kind, a, b, c, d in SequenceMatcher(None, ours, others, autojunk=False).get_opcodes():
        differs = kind != "equal"
        left += _piece(ours[a:b], differs)
        right += _piece(others[c:d], differs)
    return left, right


def _piece(words: Sequence[str], differs: bool) -> list[Piece]:
    return [Piece("".join(words), differs)] if words else []


def _whole(text: str) -> list[Piece]:
    return [Piece(text, differs=True)] if text else []


def _shortened(pieces: list[Piece]) -> Iterator[Piece]:
    """Without the middle of what is long and the same: people look for what differs."""
    for piece in _joined(_bridged(pieces)):
        if piece.differs or len(piece.text) <= 3 * _AROUND:
            yield piece
        else:
            yield Piece(_UNFINISHED.sub("", piece.text[:_AROUND]), differs=False, cut=True)
            yield Piece(_BEGUN.sub("", piece.text[-_AROUND:]), differs=False)


def _bridged(pieces: list[Piece]) -> Iterator[Piece]:
    """A space between two words that differ is marked with them."""
    for at, piece in enumerate(pieces):
        between = 0 < at < len(pieces) - 1 and pieces[at - 1].differs and pieces[at + 1].differs
        yield Piece(piece.text, differs=True) if between and piece.text.isspace() else piece


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    waiting: Piece | None = None
    for piece in pieces:
        if waiting is not None and waiting.differs == piece.differs:
            waiting = Piece(waiting.text + piece.text, piece.differs)
            continue
        if waiting is not None:
            yield waiting
        waiting = piece
    if waiting is not None:
        yield waiting
