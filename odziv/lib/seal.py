"""Sealed identifiers: what recipients' programs send back to us, readable and makeable by nobody else.

A seal is base64url (RFC 4648, section 5; no padding) of

    version (1 byte) | key number (1 byte) | AES-SIV (RFC 5297) of the payload, 16 bytes longer than it

    payload: kind (1) | organisation (16) | delivery (16) | ordinal (4, big-endian) | tail | perhaps one zero byte

Version and key number are authenticated too. The zero byte, marked in the kind, is added when the length would
be a multiple of three: only then could the text end in `-` or `_`, which mail programs leave out of a link in plain
text. Encryption is deterministic: what is sealed twice is equal, so a message instrumented again is equal as well.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import struct
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from odziv.lib.atomic import write_file, write_once
from odziv.lib.plain import Operational

VERSION = 1
MAX_ORDINAL = 2**32 - 1
_KEY_BYTES = 64
_MOST_KEYS = 255
_OVERHEAD = 2 + 16
_PAYLOAD = struct.Struct(">B16s16sI")
_unpack = _PAYLOAD.unpack_from
_BEFORE = struct.Struct(">B16s")  # the delivery
_AFTER = struct.Struct(">I")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_URLSAFE = bytes.maketrans(b"+/", b"-_")
_PADDED = 0x80
# base64url to the standard alphabet; the characters that only that one has become a foreign one.
_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING = (b"", b"===", b"==", b"=")
# By how many characters are left over from groups of four: what the last one can be, its spare bits being zero.
_LAST = (frozenset(_ALPHABET), frozenset[int](), frozenset(_ALPHABET[::16]), frozenset(_ALPHABET[::4]))
_FILE_KEY = re.compile(r"([0-9a-f]{32})/([0-9a-f]{2})/(\2[0-9a-f]{62})", re.ASCII)
_NOT_IN_LOCATION = bytes((*range(0x20), 0x7F))
_SPACE = 0x20


class SealError(Exception):
    """Not a seal of ours, or something that cannot be sealed. Recipients are never told why."""


class KeyRingError(Operational):
    """The key file cannot be used; the message is one line that says why and what to do."""


class Kind(IntEnum):
    """What a sealed identifier asks for."""

    OPEN = 1
    IMAGE = 2
    CLICK = 3
    FILE = 4
    HONEYPOT = 5  # a link that nobody can see
    PREFERENCE = 6  # the page on which a recipient says no


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file of the file store as a recipient gets it: storage key, content type, file name, size in bytes."""

    key: str
    content_type: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """The payload.

    `tail` is the UTF-8 of the original address (CLICK), `encode_file()` (IMAGE, FILE), `encode_sender()` (PREFERENCE),
    empty (OPEN).
    """

    kind: Kind
    organisation: UUID
    delivery: UUID
    ordinal: int
    tail: bytes = b""


class Sealer(Protocol):
    """What makes seals: a `KeyRing`, or what stands in for one."""

    def seal(self, sealed: Sealed, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """A seal in which only the delivery is missing: for the many copies of one message (`KeyRing.stamp`)."""

    _head: bytes
    _cipher: AESSIV
    _before: bytes
    _after: bytes

    def seal(self, delivery: bytes) -> bytes:
        """The seal, in ASCII, for the 16 bytes of a delivery's identifier."""
        closed = self._cipher.encrypt(self._before + delivery + self._after, [self._head])
        return binascii.b2a_base64(self._head + closed, newline=False).translate(_URLSAFE).rstrip(b"=")


Unsealed = tuple[int, bytes, bytes, int, bytes]
"""The same as bare numbers and bytes: kind, organisation, delivery, ordinal, tail."""


def encode_file(ref: FileRef) -> bytes:
    """The tail for a file. A storage key of the usual form takes 49 bytes instead of 100. Raises SealError."""
    usual = _FILE_KEY.fullmatch(ref.key)
    try:
        key = b"\0" + bytes.fromhex(usual[1] + usual[3]) if usual else ref.key.encode()
        return msgspec.msgpack.encode((key, ref.content_type, ref.name, ref.size))
    except (UnicodeEncodeError, OverflowError) as error:
        raise SealError("this file's name or size cannot be sealed") from error


def decode_file(tail: bytes) -> FileRef:
    """The inverse of `encode_file`. Raises SealError."""
    try:
        key, content_type, name, size = msgspec.msgpack.decode(tail, type=tuple[bytes, str, str, int])
        if key[:1] != b"\0":
            return FileRef(key.decode(), content_type, name, size)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SealError("not a file") from error
    digest = key[17:].hex()
    return FileRef(f"{key[1:17].hex()}/{digest[:2]}/{digest}", content_type, name, size)


def encode_sender(language: str, name: str) -> bytes:
    """The tail of a preference page: its language and who sends, at most 80 characters of their name."""
    return msgspec.msgpack.encode((language, name[:80].encode("utf-8", "replace").decode()))


def decode_sender(tail: bytes) -> tuple[str, str]:
    """The inverse of `encode_sender`. Raises SealError."""
    try:
        return msgspec.msgpack.decode(tail, type=tuple[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SealError("not a sender") from error


def can_redirect(address: str) -> bool:
    """Whether an HTTP `Location` can give back `address` byte for byte.

    It cannot when there are control characters inside or white space at an end (RFC 9110, section 5.5), or when
    the text has no UTF-8 (lone surrogates). Such an address cannot be sealed either.
    """
    try:
        return fits_location(address.encode())
    except UnicodeEncodeError:
        return False


def fits_location(address: bytes) -> bool:
    """`can_redirect` for the bytes of an address."""
    if not address.isascii():
        try:
            address.decode()
        except UnicodeDecodeError:
            return False
    visible = len(address.translate(None, _NOT_IN_LOCATION)) == len(address)
    return visible and bool(address) and address[0] != _SPACE and address[-1] != _SPACE


def seal_length(tail_bytes: int) -> int:
    """Number of characters of a seal whose tail has so many bytes."""
    length = _OVERHEAD + _PAYLOAD.size + tail_bytes
    return -(-(length + (length % 3 == 0)) * 4 // 3)


@dataclass(frozen=True)
class KeyRing:
    """Numbered 64-byte keys. The one with the highest number seals, all open, for as long as they are kept."""

    keys: Mapping[int, bytes]

    def __post_init__(self) -> None:
        if not self.keys or any(
            not 1 <= number <= _MOST_KEYS or len(key) != _KEY_BYTES for number, key in self.keys.items()
        ):
            raise KeyRingError("The keys of sealed identifiers are damaged: restore the key file from a backup.")

    def __repr__(self) -> str:
        return f"KeyRing(numbers={sorted(self.keys)})"

    @classmethod
    def new(cls) -> KeyRing:
        """A ring with one fresh key."""
        return cls({1: secrets.token_bytes(_KEY_BYTES)})

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read a key file. Raises KeyRingError when it is missing, unreadable or damaged."""
        try:
            return cls._parse(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise KeyRingError(f"{path} cannot be read ({error.strerror}): restore it or mend its rights.") from error
        except (ValueError, TypeError, AttributeError, KeyError, binascii.Error) as error:
            raise KeyRingError(f"{path} is damaged: restore it from a backup; links already sent need it.") from error

    @classmethod
    def load_or_create(cls, path: Path) -> KeyRing:
        """Like `load`, but a missing file is made. Processes that start together get the same keys."""
        try:
            write_once(path, lambda: cls.new()._text())
        except OSError as error:
            raise KeyRingError(f"{path} cannot be written ({error.strerror}): mend the folder's rights.") from error
        return cls.load(path)

    def rotated(self) -> KeyRing:
        """A ring with one more key, which seals from now on. Raises KeyRingError after 255 keys."""
        number = max(self.keys) + 1
        if number > _MOST_KEYS:
            raise KeyRingError("There are 255 keys already; no more can be numbered.")
        return KeyRing({**self.keys, number: secrets.token_bytes(_KEY_BYTES)})

    def save(self, path: Path) -> None:
        """Replace the key file, durably, readable by its owner only. Raises OSError."""
        write_file(path, self._text())

    def seal(self, sealed: Sealed) -> str:
        """The text for an identifier; its length depends only on the tail's, its last character is a letter or digit.

        Raises SealError for an ordinal below 0 or above 32 bits, and for a click on what `can_redirect` refuses.
        """
        return self.stamp(sealed).seal(sealed.delivery.bytes).decode()

    def stamp(self, sealed: Sealed) -> Stamp:
        """The same for any delivery, whichever `sealed` names. Raises as `seal` does."""
        if sealed.kind is Kind.CLICK and not fits_location(sealed.tail):
            raise SealError("an address with control characters or outer white space cannot be sealed")
        if not 0 <= sealed.ordinal <= MAX_ORDINAL:
            raise SealError("the ordinal does not fit")
        padded = (_OVERHEAD + _PAYLOAD.size + len(sealed.tail)) % 3 == 0
        before = _BEFORE.pack(sealed.kind | (_PADDED if padded else 0), sealed.organisation.bytes)
        after = _AFTER.pack(sealed.ordinal) + sealed.tail + b"\0" * padded
        return Stamp(*self._sealing, before, after)

    def open(self, text: str) -> Sealed:
        """What was sealed. Raises SealError for everything but the very text that `seal` gave."""
        try:
            kind, organisation, delivery, ordinal, tail = self.unseal(text.encode("ascii"))
            return Sealed(Kind(kind), UUID(bytes=organisation), UUID(bytes=delivery), ordinal, tail)
        except ValueError as error:
            raise SealError("not a seal of ours") from error

    def unseal(self, text: bytes) -> Unsealed:
        """Like `open`, three times as quick. Raises SealError; that the kind is a `Kind` is for the caller to see."""
        try:
            over = len(text) & 3
            # The decoder passes over spare bits; only the text that we gave is ours.
            if text[-1] not in _LAST[over]:
                raise SealError("not written as we write it")
            raw = a2b_base64(text.translate(_STANDARD) + _PADDING[over], strict_mode=True)
            decrypt, head = self._opening[raw[:2]]
            payload = decrypt(raw[2:], head)
            kind, organisation, delivery, ordinal = _unpack(payload)
        except (ValueError, LookupError, InvalidTag, struct.error) as error:
            raise SealError("not a seal of ours") from error
        if kind & _PADDED:
            return kind ^ _PADDED, organisation, delivery, ordinal, payload[_PAYLOAD.size : -1]
        return kind, organisation, delivery, ordinal, payload[_PAYLOAD.size :]

    @classmethod
    def _parse(cls, text: str) -> KeyRing:
        return cls(
            {int(number): base64.b64decode(key, validate=True) for number, key in json.loads(text)["keys"].items()}
        )

    def _text(self) -> str:
        keys = {str(number): base64.b64encode(key).decode() for number, key in sorted(self.keys.items())}
        return json.dumps({"keys": keys}, indent=1) + "\n"

    @cached_property
    def _opening(self) -> dict[bytes, tuple[Callable[[bytes, list[bytes]], bytes], list[bytes]]]:
        """By a seal's first two bytes: what decrypts it, and these bytes as what is authenticated with it."""
        heads = {bytes((VERSION, number)): AESSIV(key) for number, key in self.keys.items()}
        return {head: (cipher.decrypt, [head]) for head, cipher in heads.items()}

    @cached_property
    def _sealing(self) -> tuple[bytes, AESSIV]:
        number = max(self.keys)
        return bytes((VERSION, number)), AESSIV(self.keys[number])
