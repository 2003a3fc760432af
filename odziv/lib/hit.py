"""A hit: what the edge saw of one request. Encoded, it is a record of the spool."""

from __future__ import annotations

from time import time
from uuid import UUID

import msgspec

from odziv.lib.seal import Unsealed
from odziv.lib.uuid7 import uuid7_bytes


class Hit(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One request with a valid seal. New fields are added at the end, with a default: old records stay readable."""

    id: UUID
    """UUIDv7, given at the edge: a hit that arrives twice is known by it."""
    at: float
    """Unix seconds."""
    kind: int
    """A `seal.Kind`."""
    organisation: UUID
    delivery: UUID
    ordinal: int
    """Which link, image or file of the message."""
    method: str
    peer: str
    """Network address of the asking program, whole; to be truncated when it is ingested."""
    agent: str = ""
    headers: dict[str, str] = {}
    """The few request headers that tell people from machines, names in lower case."""
    partial: bool = False
    """A range that does not start at 0, or an answer 304: evidence, but not a new view."""


class HitError(Exception):
    """A record of the spool that is not a hit."""


_encoder = msgspec.msgpack.Encoder(uuid_format="bytes")
_encode = _encoder.encode
_decoder = msgspec.msgpack.Decoder(Hit)


def encode(hit: Hit) -> bytes:
    """The record for a hit (MessagePack)."""
    return _encoder.encode(hit)


def encode_seen(
    sealed: Unsealed, method: str, peer: str, seen: tuple[str, dict[str, str]], partial: bool = False
) -> bytes:  # fmt: skip
    """The record for what was asked for just now, without the way over a `Hit`; `seen` is agent and headers."""
    kind, organisation, delivery, ordinal, _ = sealed
    agent, headers = seen
    now = time()
    return _encode(
        (uuid7_bytes(now), now, kind, organisation, delivery, ordinal, method, peer, agent, headers, partial)
    )


def decode(record: bytes) -> Hit:
    """The hit of a record. Raises HitError."""
    try:
        return _decoder.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HitError(str(error)) from error
