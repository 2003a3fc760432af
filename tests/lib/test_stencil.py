"""What differs between two texts only in known values is made for any others (I4)."""

from __future__ import annotations

import binascii
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.stencil import Stencil

ONES, OTHERS, THIRDS = ([letter * 20 for letter in letters] for letters in ((b"a", b"b"), (b"k", b"l"), (b"x", b"y")))


def made(values: Sequence[bytes]) -> bytes:
    return b"Dear %s, see %s, and %s again" % (values[0], values[1], values[0])


def between(one: bytes, other: bytes) -> Stencil | None:
    return Stencil.between(one, ONES, other, OTHERS)


def test_values_are_put_where_the_specimens_differ() -> None:
    stencil = between(made(ONES), made(OTHERS))
    assert stencil is not None and stencil.fill(THIRDS) == made(THIRDS)


@given(st.lists(st.sampled_from([b"", b"=", b".", b"\r\n", b"words and ", b"0", b"1"]), max_size=60))
def test_it_gives_what_wrapping_and_encoding_give(pieces: list[bytes]) -> None:
    def wrapped(values: Sequence[bytes]) -> bytes:
        text = b"".join(values[int(piece)] if piece in (b"0", b"1") else piece for piece in pieces)
        return binascii.b2a_qp(text, istext=False)

    stencil = between(wrapped(ONES), wrapped(OTHERS))
    assert stencil is not None and stencil.fill(THIRDS) == wrapped(THIRDS)


def test_there_is_none_when_values_are_changed_on_their_way() -> None:
    assert between(binascii.b2a_base64(made(ONES)), binascii.b2a_base64(made(OTHERS))) is None
    assert between(made(ONES).upper(), made(OTHERS).upper()) is None
    assert between(made(ONES), made(OTHERS) + b".") is None


def test_there_is_none_when_something_else_differs() -> None:
    assert between(made(ONES), made(OTHERS).replace(b"Dear", b"Hear")) is None
