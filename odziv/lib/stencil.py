"""Texts that differ only in values of one length are made by putting new values into one of them.

Where the values stand is found by comparing two specimens byte by byte. So whatever was done to the text after they
were put in, such as wrapping, encoding or repeating, is kept, as long as it moves them without changing them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_CHANGED = re.compile(rb"[^\0]+")
_RECOGNISED_BY = 12  # bytes at the beginning of a value


class Stencil:
    """`fill` gives the text for other values. Made by `between`."""

    def __init__(self, pieces: list[bytes], order: list[int], cuts: list[tuple[int, int]]) -> None:
        self._pieces = pieces  # what stays, and between any two a place for what does not
        self._order = order  # which value stands there, one after another
        self._cuts = cuts  # and how those are cut up for the places

    @classmethod
    def between(cls, one: bytes, ones: Sequence[bytes], other: bytes, others: Sequence[bytes]) -> Stencil | None:
        """The stencil of two specimens, with the values that each was made of: `ones[i]` differs from `others[i]` in
        every byte, and from all else in `ones` at its beginning.

        None when the specimens cannot be explained by their values.
        """
        if len(one) != len(other):
            return None
        changed = int.from_bytes(one) ^ int.from_bytes(other)
        places = [match.span() for match in _CHANGED.finditer(changed.to_bytes(len(one)))]
        order = _order(b"".join(one[start:end] for start, end in places), ones)
        if order is None:
            return None
        ends, starts = [0, *(end for _, end in places)], [*(start for start, _ in places), len(one)]
        pieces, cuts, at = [one[ends[0] : starts[0]]], [], 0
        for (start, end), kept_from, kept_to in zip(places, ends[1:], starts[1:], strict=True):
            pieces += [b"", one[kept_from:kept_to]]
            cuts.append((at, at := at + end - start))
        found = cls(pieces, order, cuts)
        return found if found.fill(ones) == one and found.fill(others) == other else None

    def fill(self, values: Sequence[bytes]) -> bytes:
        """The text with these values, each as long as in the specimens."""
        stream = b"".join([values[number] for number in self._order])
        pieces = self._pieces.copy()
        pieces[1::2] = [stream[start:end] for start, end in self._cuts]
        return b"".join(pieces)


def _order(stream: bytes, values: Sequence[bytes]) -> list[int] | None:
    """Of which values a stream consists, or None."""
    known = {value[:_RECOGNISED_BY]: number for number, value in enumerate(values)}
    if len(known) != len(values):
        return None
    order, at = [], 0
    while at < len(stream):
        number = known.get(stream[at : at + _RECOGNISED_BY])
        if number is None or not stream.startswith(values[number], at):
            return None
        order.append(number)
        at += len(values[number])
    return order
