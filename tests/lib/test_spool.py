"""The spool: durable when acknowledged, read while written, each file written by one process only (J1)."""

from __future__ import annotations

import asyncio
import errno
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from odziv.lib.spool import FileSpool, SpoolError, SpoolReader, reader
from odziv.lib.spool.journal import Journal
from tests.support.waiting import wait_until


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


async def write(folder: Path, *records: bytes) -> str:
    spool = FileSpool(folder)
    await asyncio.gather(*(spool.put(record) for record in records))
    assert await spool.close()
    return spool.state.file


def numbered(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


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


async def one_by_one(folder: Path, *records: bytes) -> str:
    """Each is a commit of its own."""
    spool = FileSpool(folder)
    for record in records:
        await spool.put(record)
    await spool.close()
    return spool.state.file


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


def test_a_file_goes_with_its_last_record(tmp_path: Path) -> None:
    file = run(write(tmp_path, *numbered(3)))
    reader = SpoolReader(tmp_path)
    reader.delete_through(file, reader.read({}, 3)[-1].position)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_its_writer_removes_meanwhile_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = run(write(tmp_path, *numbered(3)))
    path = tmp_path / file

    def too_late(*asked: Any) -> bool:
        path.unlink()
        return delete(*asked)

    delete = reader._delete_through
    monkeypatch.setattr(reader, "_delete_through", too_late)
    SpoolReader(tmp_path).delete_through(file, 1)
    assert SpoolReader(tmp_path).files() == []


def test_a_full_file_is_followed_by_another(tmp_path: Path) -> None:
    """12 MB in commits of their own; while they are read and deleted, full files go and the present one stays."""

    async def scenario() -> None:
        spool = FileSpool(tmp_path)
        for number in range(120):
            await spool.put(f"{number}:".encode() + b"x" * 100_000)
        reader = SpoolReader(tmp_path)
        found = reader.read({}, 1_000)
        assert [int(record.record.partition(b":")[0]) for record in found] == list(range(120))
        assert len({record.file for record in found}) >= 3
        for record in found:
            reader.delete_through(record.file, record.position)
        assert spool.state.file in reader.files()
        assert reader.backlog().records == 0
        await spool.put(b"y" * 9_000_000)
        assert [len(record.record) for record in reader.read({}, 10)] == [9_000_000], "it gets a file of its size"
        await spool.close()

    run(scenario())
    assert len(SpoolReader(tmp_path).files()) == 1


def test_a_file_that_was_being_made_ahead_when_it_was_closed_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process lives on, and nobody could remove a file whose lock it holds."""
    closed, begin = threading.Event(), Journal.begin

    def slowly(folder: Path, *, frame_bytes: int = 0, gently: bool = False) -> Journal:
        begun = begin(folder, frame_bytes=frame_bytes, gently=gently)
        assert not gently or closed.wait(20)
        return begun

    monkeypatch.setattr(Journal, "begin", slowly)
    run(one_by_one(tmp_path, *(b"x" * 300_000 for _ in range(9))))
    assert len(SpoolReader(tmp_path).files()) == 2
    closed.set()
    wait_until(lambda: len(list(tmp_path.iterdir())) == 2)  # the other file and its lock
    assert SpoolReader(tmp_path).backlog().records == 9


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


def test_many_hits_at_once_take_few_commits(tmp_path: Path) -> None:
    async def burst() -> tuple[int, int]:
        spool = FileSpool(tmp_path)
        await asyncio.gather(*(spool.put(record) for record in numbered(3_000)))
        await spool.close()
        return spool.state.records, spool.state.batches

    records, batches = run(burst())
    assert records == 3_000
    assert batches < 60


def test_commits_of_few_hits_are_a_millisecond_apart(tmp_path: Path) -> None:
    """However quick the disk is: it is not asked for more syncs than it likes."""

    async def stream() -> tuple[int, float]:
        spool = FileSpool(tmp_path)
        started = time.monotonic()
        while time.monotonic() < started + 0.3:
            await spool.put(b"x")
        took = time.monotonic() - started
        await spool.close()
        return spool.state.batches, took

    batches, took = run(stream())
    assert 1 < batches <= took * 1000 + 1


def test_one_hit_alone_waits_for_no_timer(tmp_path: Path) -> None:
    async def each_waits() -> float:
        spool = FileSpool(tmp_path)
        started = time.monotonic()
        for record in numbered(30):
            await spool.put(record)
        took = time.monotonic() - started
        await spool.close()
        return took

    assert run(each_waits()) < 3


@pytest.mark.parametrize("reason", [errno.EOPNOTSUPP, errno.ENOSYS])
def test_where_a_write_cannot_be_told_to_go_through_it_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    """Some file systems refuse the flag. Which of them this machine has is chance, so the refusal is played."""
    synced: list[int] = []
    real, pwritev = os.fdatasync, os.pwritev

    def refuse(handle: int, parts: list[bytes], at: int, flags: int) -> int:
        if flags:
            raise OSError(reason, os.strerror(reason))
        return pwritev(handle, parts, at, flags)

    monkeypatch.setattr(os, "pwritev", refuse)
    monkeypatch.setattr(os, "fdatasync", lambda handle: synced.append(handle) or real(handle))
    run(one_by_one(tmp_path, *numbered(3)))
    assert len(synced) == 3
    assert [record.record for record in SpoolReader(tmp_path).read({}, 9)] == numbered(3)


def test_the_next_process_begins_a_file_of_its_own(tmp_path: Path) -> None:
    assert run(write(tmp_path, b"a")) != run(write(tmp_path, b"b"))
    assert [record.record for record in SpoolReader(tmp_path).read({}, 9)] == [b"a", b"b"]


def test_a_writer_without_records_leaves_nothing(tmp_path: Path) -> None:
    run(write(tmp_path))
    assert list(tmp_path.iterdir()) == []


def _claim(folder: str, found: Any) -> None:
    async def hold() -> None:
        spool = FileSpool(Path(folder))
        await spool.put(b"x")
        found.put(spool.state.file)
        await asyncio.sleep(0.5)
        await spool.close()

    asyncio.run(hold())


@pytest.mark.slow
def test_no_two_processes_write_one_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    processes = [context.Process(target=_claim, args=(str(tmp_path), found)) for _ in range(3)]
    for process in processes:
        process.start()
    names = {found.get(timeout=30) for _ in processes}
    for process in processes:
        process.join()
    assert len(SpoolReader(tmp_path).read({}, 9)) == 3
    assert names == set(SpoolReader(tmp_path).files())
    assert len(names) == 3


def test_files_of_dead_writers_go_once_they_are_empty(tmp_path: Path) -> None:
    async def scenario() -> None:
        dead = await write(tmp_path, *numbered(3))
        reader = SpoolReader(tmp_path)
        assert reader.tidy() == [], "there are records in it"
        living = FileSpool(tmp_path)
        (tmp_path / "hits-01.lock").touch()
        reader.delete_through(dead, reader.read({}, 9)[-1].position)
        assert reader.tidy() == ["hits-01.spool"]
        assert reader.files() == [living.state.file], "it has a writer"
        await living.close()
        assert list(tmp_path.iterdir()) == []

    run(scenario())


_WRITE_AND_DIE = """
import asyncio, os, sys
from pathlib import Path
from odziv.lib.spool import FileSpool

async def main():
    spool = FileSpool(Path(sys.argv[1]))
    for record in sys.argv[2:]:
        await spool.put(record.encode())
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""


def test_an_untouched_file_of_a_killed_writer_goes_too(tmp_path: Path) -> None:
    for records in ((), ("a", "b")):
        subprocess.run([sys.executable, "-c", _WRITE_AND_DIE, str(tmp_path), *records], check=False)
    reader = SpoolReader(tmp_path)
    assert len(reader.tidy()) == 1
    assert [record.record for record in reader.read({}, 9)] == [b"a", b"b"]


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


def test_a_deleted_spool_is_begun_anew(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = FileSpool(tmp_path)
        await spool.put(b"before")
        for path in tmp_path.iterdir():
            path.unlink()
        await spool.put(b"after")
        assert [record.record for record in SpoolReader(tmp_path).read({}, 9)] == [b"after"]
        await spool.close()

    run(scenario())


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


def test_a_folder_that_cannot_be_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("in the way")
    with pytest.raises(SpoolError, match="check that it belongs to the user") as caught:
        run(write(tmp_path / "spool", b"x"))
    assert "\n" not in str(caught.value)


def test_too_many_waiting_hits_are_refused_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = FileSpool(tmp_path, most_waiting=10)
        answers = await asyncio.gather(*(spool.put(b"x") for _ in range(50)), return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, SpoolError)]
        assert len(refused) == 40
        await spool.put(b"y")
        await spool.close()
        with pytest.raises(SpoolError, match="closed"):
            await spool.put(b"z")

    run(scenario())


def test_a_failing_answer_takes_no_other_along(tmp_path: Path) -> None:
    async def scenario() -> None:
        faults: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: faults.append(context["exception"]))
        spool = FileSpool(tmp_path)

        def fail(subject: object) -> None:
            raise RuntimeError(f"a fault in the answer to {subject}")

        spool.submit(b"x", fail, "x")
        await spool.put(b"y")
        assert [str(fault) for fault in faults] == ["a fault in the answer to x"]
        await spool.close()

    run(scenario())


_FILL = """
import asyncio, resource, sys
from pathlib import Path
from odziv.lib.spool import FileSpool, SpoolError, SpoolReader

async def main():
    folder = Path(sys.argv[1])
    spool = FileSpool(folder)
    await spool.put(b"first")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    kept = ["first"]
    failed = 0
    for number in range(60):
        try:
            await spool.put(f"{number}:".encode() + b"x" * 10_000)
            kept.append(str(number))
        except SpoolError:
            failed += 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await spool.put(b"last")
    kept.append("last")
    assert failed > 5, failed
    assert spool.state.failed == failed and not spool.state.error
    read = [record.record.partition(b":")[0].decode() for record in SpoolReader(folder).read({}, 1000)]
    assert read == kept, (read, kept)
    await spool.close()

asyncio.run(main())
"""


def test_a_full_disk_fails_hits_and_loses_none_that_was_acknowledged(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FILL, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
