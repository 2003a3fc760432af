"""Two versions side by side: which words differ, and nothing of either side is left out unseen (C1)."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from odziv.compose.differences import MOST_LINES, Piece, compare


def marked(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces if piece.differs]


def test_the_words_that_differ_are_marked_on_their_side() -> None:
    sides = compare("Dober dan,\ncena je 100 EUR.\n", "Dober dan,\ncena je 120 EUR z DDV.\n")
    assert (marked(sides.mine), marked(sides.theirs)) == (["100"], ["120", " z DDV"])


def test_what_is_the_same_does_not_differ() -> None:
    assert not compare("Pozdrav", "Pozdrav").differ
    assert compare("", "Pozdrav").mine == ()


def test_the_middle_of_a_long_passage_that_is_the_same_is_left_out() -> None:
    same = "Beseda za besedo, vrstica za vrstico.\n" * 100
    mine = compare(f"{same}konec", f"{same}začetek").mine
    assert [piece.cut for piece in mine] == [True, False, False]
    assert sum(len(piece.text) for piece in mine) < 250 and mine[-1].text == "konec"


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_of_a_side_are_that_side(mine: str, theirs: str) -> None:
    sides = compare(mine, theirs)
    assert "".join(piece.text for piece in sides.mine) == mine
    assert "".join(piece.text for piece in sides.theirs) == theirs
    assert sides.differ == (mine != theirs)


def test_what_differs_behind_the_end_of_what_is_shown_is_not_called_the_same() -> None:
    same = "a\n" * MOST_LINES
    sides = compare(f"{same}b", f"{same}c")
    assert (sides.differ, sides.too_long, marked(sides.mine)) == (True, True, [])


def test_huge_texts_are_compared_at_once() -> None:
    begun = time.monotonic()
    compare("a b " * 200_000, "b a " * 200_000)
    compare("".join(f"{n}\n" for n in range(50_000)), "".join(f"{n * 7 % 50_000}\n" for n in range(50_000)))
    assert time.monotonic() - begun < 3
