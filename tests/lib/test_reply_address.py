"""A reply address names a copy to us alone, whatever servers do to it (P1)."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.reply_address import copies_in, may_have_tokens, reply_address
from odziv.lib.seal import KeyRing

KEYS = KeyRing.new()
ANA = "ana@lipa.example"


@given(st.uuids())
def test_what_is_written_is_read_again_in_whatever_case(copy: UUID) -> None:
    address = reply_address(ANA, copy, KEYS)
    assert address.startswith("ana+") and address.endswith("@lipa.example") and len(address) == len(ANA) + 33
    for written in (address, address.upper(), f"Ana Novak <{address}>, bor@lipa.example"):
        assert copies_in([written], KEYS) == [copy]
    assert str(copy) not in address and copy.hex not in address


def test_an_older_key_still_opens_and_a_foreign_one_does_not() -> None:
    copy = uuid4()
    address = reply_address(ANA, copy, KEYS)
    assert copies_in([address], KEYS.rotated()) == [copy]
    assert reply_address(ANA, copy, KEYS.rotated()) != address
    assert copies_in([address], KeyRing.new()) == []


@given(st.integers(0, 31), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_character_never_leads_to_another_copy(place: int, character: str) -> None:
    copy = UUID(int=7)
    address = reply_address(ANA, copy, KEYS)
    forged = address[: 4 + place] + character + address[5 + place :]
    assert forged == address or copies_in([forged], KEYS) != [copy]


@pytest.mark.parametrize("text", ["", "ana+x@lipa.example", "ana+" + 32 * "a" + "@lipa.example", "+" * 70_000, "\0@"])
def test_what_is_no_token_names_nothing(text: str) -> None:
    assert copies_in([text], KEYS) == []
    assert not may_have_tokens(text) or len(text) > 40


def test_a_local_part_without_room_gets_none() -> None:
    assert reply_address(31 * "a" + "@lipa.example", uuid4(), KEYS)
    for local in (32 * "a", 16 * "čž", '"ana novak"', ""):
        assert not reply_address(f"{local}@lipa.example", uuid4(), KEYS)
