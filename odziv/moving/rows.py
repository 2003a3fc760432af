"""A row as both databases have it, and the digest of a table: pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

_MODULUS = 2**128


def storable(value: Any) -> Any:
    """The value as PostgreSQL can hold it: its texts know no NUL, which a broken mail may have left here."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {storable(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    return bytes(value) if isinstance(value, memoryview) else value


def _text(value: str) -> str:
    value = value.replace("\0", "")
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a pair, escaped in JSON
        return value.encode("utf-8", "replace").decode()
    return value


class Digest:
    """Of rows in any order: the sum of their own digests, so that it goes on from a batch to the next."""

    def __init__(self, text: str = "0") -> None:
        self._sum = int(text, 16)

    def add(self, row: Sequence[Any]) -> None:
        """Count a row in, as `storable` gave its values or as PostgreSQL gives them back."""
        told = repr([_plain(value) for value in row]).encode("utf-8", "surrogatepass")
        self._sum = (self._sum + int.from_bytes(blake2b(told, digest_size=16).digest())) % _MODULUS

    def __str__(self) -> str:
        return f"{self._sum:x}"


def _plain(value: Any) -> Any:
    # What comes from a JSON column has lost the order of its names, and 1.0 may have become 1.
    if isinstance(value, dict | list):
        return json.dumps(_numbers(value), sort_keys=True)
    return bytes(value) if isinstance(value, memoryview) else value


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_numbers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
