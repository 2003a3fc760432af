"""Values and columns of values as text that PostgreSQL understands, without a driver's look at each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec


def written(value: Any) -> str:
    """A value that is not None: what is no text, number, truth, moment or identifier is meant as JSON."""
    return (_WRITTEN.get(type(value)) or _other)(value)


def array(values: Sequence[Any]) -> str:
    """Values of a column as an array (PostgreSQL, 8.15.6 "Array Input and Output Syntax")."""
    kinds = set(map(type, values))
    if len(kinds) == 1 and kinds <= _PLAIN.keys():
        return f"{{{','.join(map(_PLAIN[kinds.pop()], values))}}}"
    return f"{{{','.join(['NULL' if value is None else _quoted(value) for value in values])}}}"


def _quoted(value: Any) -> str:
    if type(value) in _PLAIN:
        return _PLAIN[type(value)](value)
    return f'"{_MEANS.sub(_BEFORE, written(value))}"'


def _other(value: Any) -> str:
    """Of a kind of string, or what is kept as JSON."""
    return str.__str__(value) if isinstance(value, str) else msgspec.json.encode(value).decode()


_MEANS = re.compile(r'(["\\])')
_BEFORE = r"\\\1"
_PLAIN: dict[type, Callable[[Any], str]] = {
    int: int.__repr__,
    bool: lambda value: "t" if value else "f",
    UUID: lambda value: f"{value.int:032x}",
    datetime: datetime.isoformat,
    date: date.isoformat,
    float: float.__repr__,
}
"""Kinds whose text means nothing in an array."""
_WRITTEN: dict[type, Callable[[Any], str]] = {str: str.__str__, **_PLAIN}
