"""What is damaged in the spool, foreign or half written takes nothing else along (J1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from odziv.lib.spool.reader import SpoolReader
from tests.lib.spooling import one_by_one, run, write


def test_a_foreign_file_is_left_alone_and_reported(tmp_path: Path) -> None:
    foreign = run(write(tmp_path, b"a"))
    (tmp_path / foreign).write_bytes(b"not a spool file at all" * 500)
    fresh = run(write(tmp_path, b"b"))
    reader = SpoolReader(tmp_path)
    assert [record.record for record in reader.read({}, 9)] == [b"b"]
    assert list(reader.backlog().broken) == [foreign]
    reader.delete_through(fresh, reader.read({}, 9)[0].position)
    assert reader.tidy() == []
    assert reader.files() == [foreign]


def spoil(path: Path, what: bytes, offset: int = 0) -> None:
    """Turn a byte of the first place of `what` over."""
    content = bytearray(path.read_bytes())
    content[content.index(what) + offset] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize(("what", "offset"), [(b"second", 3), (b"hits", 5), (b"hits", 1)])
def test_a_spoiled_commit_comes_as_one_record_and_those_behind_it_whole(
    tmp_path: Path, what: bytes, offset: int
) -> None:  # fmt: skip
    file = run(one_by_one(tmp_path, b"second " * 200, b"third"))
    spoil(tmp_path / file, what, offset)
    reader = SpoolReader(tmp_path)
    spoiled, third = reader.read({}, 9)
    assert third.record == b"third"
    assert b"second second" in spoiled.record
    assert spoiled.position < third.position
    assert [record.record for record in reader.read({file: spoiled.position}, 9)] == [b"third"]
    reader.delete_through(file, third.position)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kept", [0, 1, 20, 28, 100, 600])
def test_a_commit_that_was_cut_off_is_none(tmp_path: Path, kept: int) -> None:
    """As its writer or the machine died while it was written: it was not acknowledged, and stands in nobody's way."""
    file = run(one_by_one(tmp_path, b"first", b"torn " * 200))
    content = bytearray((tmp_path / file).read_bytes())
    start = content.index(b"hits", content.index(b"hits") + 1)
    content[start + kept :] = bytes(len(content) - start - kept)
    (tmp_path / file).write_bytes(content)
    reader = SpoolReader(tmp_path)
    (first,) = reader.read({}, 9)
    assert first.record == b"first"
    assert reader.read({file: first.position}, 9) == []
    reader.delete_through(file, first.position)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_what_is_being_written_is_read_when_it_is_there(tmp_path: Path) -> None:
    """A reader that looks while the bytes of a commit arrive one by one never takes it for a spoiled one."""
    file = run(one_by_one(tmp_path, b"first", b"second " * 100, b"third"))
    path = tmp_path / file
    whole = path.read_bytes()
    start = whole.index(b"hits", whole.index(b"hits") + 1)
    reader = SpoolReader(tmp_path)
    seen = set()
    for kept in range(0, 3 * 512, 7):
        path.write_bytes(whole[: start + kept] + bytes(len(whole) - start - kept))
        seen.add(tuple(record.record for record in reader.read({}, 9)))
    assert seen == {(b"first",), (b"first", b"second " * 100), (b"first", b"second " * 100, b"third")}
