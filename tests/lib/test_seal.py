"""Sealed identifiers: what goes in comes out; everything else is refused (E3)."""

from __future__ import annotations

import base64
import json
import stat
import threading
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.seal import (
    FileRef,
    KeyRing,
    KeyRingError,
    Kind,
    Sealed,
    SealError,
    can_redirect,
    decode_file,
    encode_file,
    seal_length,
)

KEYS = KeyRing({1: bytes(range(64))})
DIGEST = "3fc9b689459d738f8c88a3a48aa9e33542016b7a4052e001aaa536fca74813cb"
FILE_KEY = f"0123456789abcdef0123456789abcdef/3f/{DIGEST}"

addresses = st.text(min_size=1).filter(can_redirect)
sealeds = st.one_of(
    st.builds(Sealed, st.just(Kind.OPEN), st.uuids(), st.uuids(), st.integers(0, 2**32 - 1)),
    st.builds(
        Sealed, st.just(Kind.CLICK), st.uuids(), st.uuids(), st.integers(0, 2**32 - 1), addresses.map(str.encode)
    ),
    st.builds(Sealed, st.just(Kind.FILE), st.uuids(), st.uuids(), st.integers(0, 2**32 - 1), st.binary(max_size=300)),
)


@given(sealeds)
def test_it_opens_to_what_was_sealed(sealed: Sealed) -> None:
    text = KEYS.seal(sealed)
    assert KEYS.open(text) == sealed
    assert len(text) == seal_length(len(sealed.tail))
    assert text[-1].isalnum()
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert KEYS.seal(sealed) == text


@given(sealeds, st.data())
def test_it_refuses_a_flipped_bit(sealed: Sealed, data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(KEYS.seal(sealed) + "=="))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealError):
        KEYS.open(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())


@given(sealeds, st.data())
def test_it_refuses_another_character_anywhere(sealed: Sealed, data: st.DataObject) -> None:
    text = KEYS.seal(sealed)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda character: character != text[place]))
    with pytest.raises(SealError):
        KEYS.open(text[:place] + other + text[place + 1 :])


@given(sealeds, st.data())
def test_it_refuses_a_truncated_or_lengthened_seal(sealed: Sealed, data: st.DataObject) -> None:
    text = KEYS.seal(sealed)
    with pytest.raises(SealError):
        KEYS.open(text[: data.draw(st.integers(0, len(text) - 1))])
    with pytest.raises(SealError):
        KEYS.open(text + data.draw(st.text(min_size=1, max_size=5)))


@given(st.text())
def test_it_refuses_any_other_text(text: str) -> None:
    with pytest.raises(SealError):
        KEYS.open(text)


def test_it_refuses_the_spare_bits_of_the_last_character() -> None:
    text = KEYS.seal(Sealed(Kind.OPEN, UUID(int=1), UUID(int=2), 0))
    raw = base64.urlsafe_b64decode(text + "==")
    twins = [text[:-1] + other for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    twins = [twin for twin in twins if twin != text and base64.urlsafe_b64decode(twin + "==") == raw]
    assert twins, "the length leaves spare bits"
    for twin in twins:
        with pytest.raises(SealError):
            KEYS.open(twin)


def test_it_refuses_a_foreign_key() -> None:
    sealed = Sealed(Kind.CLICK, UUID(int=1), UUID(int=2), 0, b"http://example.com/")
    with pytest.raises(SealError):
        KEYS.open(KeyRing.new().seal(sealed))


@pytest.mark.parametrize(
    "address",
    ["http://x/\r\nSet-Cookie: a=b",
     "http://x/\n", "\rhttp://x/", "http://x/\0", "http://x/\t", " http://x/", "", "\ud800"],
)  # fmt: skip
def test_it_seals_no_address_that_a_location_cannot_give_back(address: str) -> None:
    assert not can_redirect(address)
    with pytest.raises(SealError):
        KEYS.seal(Sealed(Kind.CLICK, UUID(int=1), UUID(int=2), 0, address.encode("utf-8", "surrogatepass")))


@pytest.mark.parametrize("ordinal", [-1, 2**32])
def test_it_seals_no_ordinal_out_of_range(ordinal: int) -> None:
    with pytest.raises(SealError):
        KEYS.seal(Sealed(Kind.OPEN, UUID(int=1), UUID(int=2), ordinal))


def test_old_seals_open_after_many_rotations() -> None:
    sealed = Sealed(Kind.CLICK, UUID(int=1), UUID(int=2), 7, "http://č.si/".encode())
    ring, texts = KEYS, []
    for _ in range(5):
        texts.append(ring.seal(sealed))
        ring = ring.rotated()
    assert len(set(texts)) == 5
    assert [ring.open(text) for text in texts] == [sealed] * 5
    with pytest.raises(SealError):
        KEYS.open(texts[1])


def test_keys_are_numbered_to_255() -> None:
    with pytest.raises(KeyRingError):
        KeyRing({255: bytes(64)}).rotated()


def test_a_key_file_is_read_as_it_was_saved_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "seal.json"
    ring = KeyRing.load_or_create(path)
    assert KeyRing.load_or_create(path) == KeyRing.load(path) == ring
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    ring.rotated().save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(KeyRing.load(path).keys) == [1, 2]


def test_processes_that_start_together_get_the_same_keys(tmp_path: Path) -> None:
    rings: list[KeyRing] = []
    starters = [
        threading.Thread(target=lambda: rings.append(KeyRing.load_or_create(tmp_path / "k.json"))) for _ in range(12)
    ]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert len(rings) == 12
    assert all(ring == rings[0] for ring in rings)
    assert [path.name for path in tmp_path.iterdir()] == ["k.json"]


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", '{"keys": {}}', '{"keys": {"1": "AAAA"}}', '{"keys": {"x": "AAAA"}}', '{"keys": {"1": 5}}', "\0",
     json.dumps({"keys": {"256": base64.b64encode(bytes(64)).decode()}})],
)  # fmt: skip
def test_a_damaged_key_file_is_one_clear_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "seal.json"
    path.write_text(content)
    with pytest.raises(KeyRingError) as caught:
        KeyRing.load_or_create(path)
    assert "\n" not in str(caught.value)
    assert path.read_text() == content


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyRingError, match=r"seal\.json"):
        KeyRing.load(tmp_path / "seal.json")


def test_a_key_ring_does_not_show_its_keys() -> None:
    assert repr(KEYS) == "KeyRing(numbers=[1])"


@given(
    st.builds(
        FileRef,
        st.sampled_from([FILE_KEY, "elsewhere/x", "", FILE_KEY.upper(), FILE_KEY + "\n"]) | st.text().filter(
            lambda text: not text.startswith("\0")
        ),
        st.text(),
        st.text(),
        st.integers(0, 2**40),
    )
)  # fmt: skip
def test_a_file_comes_back_as_it_was_encoded(ref: FileRef) -> None:
    assert decode_file(encode_file(ref)) == ref


def test_a_usual_file_key_is_short() -> None:
    assert len(encode_file(FileRef(FILE_KEY, "application/pdf", "a.pdf", 1))) < 80


@given(st.binary())
def test_it_refuses_what_is_no_file(tail: bytes) -> None:
    try:
        ref = decode_file(tail)
    except SealError:
        return
    assert isinstance(ref, FileRef)
