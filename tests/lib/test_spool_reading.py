"""What was put into the spool is read: in order, from a position on, and deleted behind it (J1)."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from odziv.lib.spool.reader import SpoolReader
from odziv.lib.spool.writer import FileSpool
from tests.lib.spooling import numbered, one_by_one, run, write


def test_what_was_put_is_read_in_order(tmp_path: Path) -> None:
    file = run(write(tmp_path, *numbered(5)))
    found = SpoolReader(tmp_path).read({}, 100)
    assert [(record.file, record.record) for record in found] == [(file, record) for record in numbered(5)]
    positions = [record.position for record in found]
    assert positions == sorted(set(positions))


def test_reading_goes_on_from_a_position_and_within_a_batch(tmp_path: Path) -> None:
    file = run(write(tmp_path, *numbered(10)))
    reader = SpoolReader(tmp_path)
    third, last = (reader.read({}, 100)[number].position for number in (2, 9))
    assert [record.record for record in reader.read({file: third}, 4)] == numbered(7)[3:]
    assert reader.read({file: last}, 4) == []
    assert reader.backlog({file: third}).records == 7
    assert reader.backlog().records == 10
    assert reader.backlog({file: last}).oldest is None
    assert time.time() - 60 < (reader.backlog({file: third}).oldest or 0) <= time.time()


@pytest.mark.slow
def test_deleting_leaves_what_stands_behind(tmp_path: Path) -> None:
    file = run(one_by_one(tmp_path, *numbered(1_000)))
    reader = SpoolReader(tmp_path)
    positions = [record.position for record in reader.read({}, 2_000)]
    reader.delete_through(file, positions[899])
    assert [record.position for record in reader.read({}, 1_000)] == positions[900:]
    assert [record.position for record in reader.read({file: positions[949]}, 1_000)] == positions[950:]
    assert reader.backlog().records == 100
    reader.delete_through("hits-gone.spool", 1)
    reader.delete_through("../../etc/passwd", 1)


def test_what_was_deleted_is_not_on_the_disk_any_more(tmp_path: Path) -> None:
    """Hits hold whole network addresses; the rest of the file may wait for a long time."""
    file = run(one_by_one(tmp_path, b"first " * 300, b"second " * 300, b"third " * 300))
    reader = SpoolReader(tmp_path)
    reader.delete_through(file, reader.read({}, 2)[-1].position)
    content = (tmp_path / file).read_bytes()
    assert b"first" not in content and b"second" not in content
    assert content.count(b"third ") == 300


def test_files_share_what_is_read(tmp_path: Path) -> None:
    async def two() -> None:
        first, second = FileSpool(tmp_path), FileSpool(tmp_path)
        assert first.state.file != second.state.file
        await asyncio.gather(*(spool.put(record) for spool in (first, second) for record in numbered(50)))
        await first.close()
        await second.close()

    run(two())
    reader = SpoolReader(tmp_path)
    assert len(reader.files()) == 2
    found = reader.read({}, 20)
    assert sorted([record.file for record in found].count(name) for name in reader.files()) == [10, 10]
    for short in reader.files():
        assert len(reader.read({short: 45}, 40)) == 40  # what it leaves of its share is the other's


def test_writer_and_reader_do_not_stop_each_other(tmp_path: Path) -> None:
    """A reader thread reads and deletes as fast as it can while hits come in: each is read exactly once."""
    seen: list[bytes] = []
    finished = threading.Event()

    def read_on() -> None:
        reader, positions = SpoolReader(tmp_path), dict[str, int]()
        while True:
            last_round = finished.is_set()
            found = reader.read(positions, 200)
            for record in found:
                seen.append(record.record)
                positions[record.file] = record.position
            for file, position in positions.items():
                reader.delete_through(file, position)
            if last_round and not found:
                return

    async def write_on() -> None:
        spool = FileSpool(tmp_path)
        for start in range(0, 4_000, 40):
            await asyncio.gather(*(spool.put(str(number).encode()) for number in range(start, start + 40)))
        await spool.close()

    thread = threading.Thread(target=read_on)
    thread.start()
    try:
        run(write_on())
    finally:
        finished.set()
        thread.join()
    assert sorted(seen, key=int) == numbered(4_000)


def test_a_former_spool_is_read_to_its_end(tmp_path: Path) -> None:
    former = tmp_path / "hits-0123.sqlite3"
    (tmp_path / "hits-0123.lock").touch()
    with closing(sqlite3.connect(former)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        columns = "last INTEGER PRIMARY KEY AUTOINCREMENT, count INTEGER, at REAL, records BLOB"
        connection.execute(f"CREATE TABLE batches ({columns})")
        for last, records in ((2, [b"a", b"b"]), (5, [b"c", b"d", b"e"])):
            batch = msgspec.msgpack.encode(records)
            connection.execute("INSERT INTO batches VALUES (?, ?, ?, ?)", (last, len(records), 100.0 + last, batch))
        connection.execute("INSERT INTO batches VALUES (7, 2, 107, x'ff00')")
        connection.commit()
    file = run(write(tmp_path, b"f"))
    reader = SpoolReader(tmp_path)
    assert reader.files() == [former.name, file]
    assert reader.backlog({former.name: 3}).records == 2 + 2 + 1
    assert reader.backlog({former.name: 3}).oldest == 105
    found = reader.read({former.name: 3}, 9)
    assert [record.record for record in found] == [b"d", b"e", b"\xff\x00", b"f"]
    assert [record.position for record in found[:3]] == [4, 5, 7]
    reader.delete_through(former.name, 4)
    assert reader.backlog().records == 6, "a commit goes when its last record does"
    reader.delete_through(former.name, 7)
    assert reader.files() == [file]
