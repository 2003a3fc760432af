"""Hits: what is encoded comes back, also from an older version."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest

from odziv.lib.hit import Hit, HitError, decode, encode
from odziv.lib.uuid7 import uuid7

HIT = Hit(
    id=uuid7(),
    at=1_700_000_000.25,
    kind=3,
    organisation=UUID(int=1),
    delivery=UUID(int=2),
    ordinal=4,
    method="GET",
    peer="2001:db8::1",
    agent="Mozilla/5.0 č",
    headers={"accept": "image/*"},
    partial=True,
)


def test_a_hit_comes_back() -> None:
    assert decode(encode(HIT)) == HIT


def test_a_hit_without_the_newest_fields_is_read() -> None:
    fields = msgspec.msgpack.decode(encode(HIT))
    assert decode(msgspec.msgpack.encode(fields[:8])) == msgspec.structs.replace(
        HIT, agent="", headers={}, partial=False
    )


def test_fields_of_a_newer_version_are_passed_over() -> None:
    fields = msgspec.msgpack.decode(encode(HIT))
    assert decode(msgspec.msgpack.encode([*fields, "new"])) == HIT


@pytest.mark.parametrize("record", [b"", b"x", b"\x90", b"\xff" * 20, encode(HIT)[:-1]])
def test_what_is_no_hit_is_told(record: bytes) -> None:
    with pytest.raises(HitError):
        decode(record)
