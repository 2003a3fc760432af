"""Addresses of the edge as they stand in a message (I1, I2, I5)."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.addresses import EdgeAddresses, plain_name, redirect_length
from odziv.lib.seal import FileRef, KeyRing, Kind, SealError, can_redirect, decode_file

KEYS = KeyRing({1: bytes(range(64))})
ADDRESSES = EdgeAddresses("https://e.example.com", KEYS, UUID(int=1), UUID(int=2))
REF = FileRef("k", "application/pdf", "Ponudba št. 7.pdf", 12)


@given(st.text(min_size=1).filter(can_redirect), st.integers(0, 2**32 - 1))
def test_a_click_holds_the_address_and_has_the_length_foretold(address: str, ordinal: int) -> None:
    url = ADDRESSES.click(ordinal, address)
    assert len(url) == redirect_length("https://e.example.com", address)
    sealed = KEYS.open(url.removeprefix("https://e.example.com/c/"))
    assert (sealed.kind, sealed.ordinal, sealed.tail.decode()) == (Kind.CLICK, ordinal, address)


def test_a_click_on_what_cannot_be_given_back_is_refused() -> None:
    for address in ("http://x/\r\nX: y", "\ud800", " x"):
        with pytest.raises(SealError):
            ADDRESSES.click(0, address)


def test_addresses_are_plain_and_their_letters_say_what_they_are() -> None:
    made = {
        Kind.OPEN: ADDRESSES.open(),
        Kind.IMAGE: ADDRESSES.image(3, REF),
        Kind.FILE: ADDRESSES.file(4, REF),
    }
    assert [urlsplit(url).path[:3] for url in made.values()] == ["/o/", "/i/", "/a/"]
    assert made[Kind.OPEN].endswith(".gif")
    assert made[Kind.FILE].endswith("/Ponudba-st.-7.pdf")
    sealed = KEYS.open(urlsplit(made[Kind.FILE]).path.split("/")[2])
    assert (sealed.kind, sealed.ordinal, decode_file(sealed.tail)) == (Kind.FILE, 4, REF)


def test_a_slash_at_the_end_of_the_base_is_not_doubled() -> None:
    base = EdgeAddresses("https://e.example.com/", KEYS, UUID(int=1), UUID(int=2))
    assert base.open() == ADDRESSES.open()
    assert redirect_length("https://e.example.com/", "http://x/") == redirect_length(
        "https://e.example.com", "http://x/"
    )


@given(st.text())
def test_a_plain_name_is_always_safe_in_a_path(name: str) -> None:
    plain = plain_name(name)
    assert 0 < len(plain) <= 80
    assert plain[0].isalnum()
    assert plain[-1].isalnum()
    assert all(character.isascii() and (character.isalnum() or character in "-_.") for character in plain)


@pytest.mark.parametrize(
    ("name", "plain"),
    [("račun.pdf", "racun.pdf"), ("../../etc/passwd", "passwd"), ("", "file"), ("x" * 300 + ".pdf", "x" * 76 + ".pdf")],
)
def test_a_plain_name_keeps_what_people_read(name: str, plain: str) -> None:
    assert plain_name(name) == plain
