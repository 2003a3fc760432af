"""The digest of a table: the same however its rows come, another when one of them differs."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from odziv.moving.rows import Digest, storable

ROWS = [
    (UUID(int=1), "a", None),
    (UUID(int=2), "b", datetime(2026, 5, 3, tzinfo=UTC)),
    (UUID(int=3), {"x": [1.0]}, b""),
]


def of(rows: list[tuple[object, ...]]) -> str:
    digest = Digest()
    for row in rows:
        digest.add(row)
    return str(digest)


@given(st.permutations(ROWS))
def test_neither_order_nor_batches_matter(rows: list[tuple[object, ...]]) -> None:
    begun = Digest(of(rows[:1]))
    for row in rows[1:]:
        begun.add(row)
    assert str(begun) == of(rows) == of(ROWS)


def test_each_difference_shows() -> None:
    assert len({of(ROWS), of(ROWS[:2]), of([*ROWS, ROWS[0]]), of([*ROWS[:2], (UUID(int=3), {"x": [2]}, b"")])}) == 4


def test_what_a_json_column_does_to_a_value_does_not_show() -> None:
    assert of([({"a": 1.0, "b": [2]},)]) == of([({"b": [2], "a": 1},)])


def test_what_postgresql_cannot_hold_is_left_out() -> None:
    assert storable("a\0b") == "ab"
    assert storable({"a\0": ["\0", {"b": "\ud800"}]}) == {"a": ["", {"b": "?"}]}
    assert storable(memoryview(b"x\0")) == b"x\0"
