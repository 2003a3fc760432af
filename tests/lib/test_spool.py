"""The spool: durable when acknowledged, read while written, each file written by one process only (J1)."""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from odziv.lib.spool import SpoolError, SpoolReader, SqliteSpool


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


async def write(folder: Path, *records: bytes) -> str:
    spool = SqliteSpool(folder)
    await asyncio.gather(*(spool.put(record) for record in records))
    assert await spool.close()
    return spool.state.file


def numbered(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


def test_what_was_put_is_read_in_order(tmp_path: Path) -> None:
    file = run(write(tmp_path, *numbered(5)))
    found = SpoolReader(tmp_path).read({}, 100)
    assert [(record.file, record.position, record.record) for record in found] == [
        (file, number + 1, str(number).encode()) for number in range(5)
    ]


def test_reading_goes_on_from_a_position_and_within_a_batch(tmp_path: Path) -> None:
    file = run(write(tmp_path, *numbered(10)))
    reader = SpoolReader(tmp_path)
    assert [record.position for record in reader.read({file: 3}, 4)] == [4, 5, 6, 7]
    assert reader.read({file: 10}, 4) == []
    assert reader.backlog({file: 3}).records == 7
    assert reader.backlog().records == 10
    assert reader.backlog({file: 10}).oldest is None


def test_positions_are_never_used_twice(tmp_path: Path) -> None:
    file = run(write(tmp_path, *numbered(3)))
    reader = SpoolReader(tmp_path)
    reader.delete_through(file, 3)
    assert reader.backlog().records == 0
    assert run(write(tmp_path, b"next")) == file
    assert [record.position for record in reader.read({}, 10)] == [4]


def test_deleting_leaves_what_stands_behind(tmp_path: Path) -> None:
    async def several_commits() -> str:
        spool = SqliteSpool(tmp_path)
        for record in numbered(1_000):
            await spool.put(record)
        await spool.close()
        return spool.state.file

    file = run(several_commits())
    reader = SpoolReader(tmp_path)
    reader.delete_through(file, 900, rows=70)
    assert [record.position for record in reader.read({}, 1_000)] == list(range(901, 1_001))
    reader.delete_through("hits-gone.sqlite3", 1)
    reader.delete_through("../../etc/passwd", 1)


def test_files_share_what_is_read(tmp_path: Path) -> None:
    async def two() -> None:
        first, second = SqliteSpool(tmp_path), SqliteSpool(tmp_path)
        assert first.state.file != second.state.file
        await asyncio.gather(*(spool.put(record) for spool in (first, second) for record in numbered(50)))
        await first.close()
        await second.close()

    run(two())
    reader = SpoolReader(tmp_path)
    assert len(reader.files()) == 2
    found = reader.read({}, 20)
    assert sorted([record.file for record in found].count(name) for name in reader.files()) == [10, 10]
    assert len(reader.read({reader.files()[0]: 45}, 40)) == 40


def test_many_hits_at_once_take_few_commits(tmp_path: Path) -> None:
    async def burst() -> tuple[int, int]:
        spool = SqliteSpool(tmp_path)
        await asyncio.gather(*(spool.put(record) for record in numbered(3_000)))
        await spool.close()
        return spool.state.records, spool.state.batches

    records, batches = run(burst())
    assert records == 3_000
    assert batches < 60


def test_one_hit_alone_waits_for_no_timer(tmp_path: Path) -> None:
    async def one_by_one() -> float:
        spool = SqliteSpool(tmp_path)
        started = time.monotonic()
        for record in numbered(30):
            await spool.put(record)
        took = time.monotonic() - started
        await spool.close()
        return took

    assert run(one_by_one()) < 3


def test_a_file_is_taken_up_again_by_the_next_process(tmp_path: Path) -> None:
    first = run(write(tmp_path, b"a"))
    assert run(write(tmp_path, b"b")) == first
    assert [record.record for record in SpoolReader(tmp_path).read({}, 9)] == [b"a", b"b"]


def _claim(folder: str, found: Any) -> None:
    async def hold() -> None:
        spool = SqliteSpool(Path(folder))
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
    # A slow start may find a file given up again: then it continues that one, and no record is lost either way.
    assert len(SpoolReader(tmp_path).read({}, 9)) == 3
    assert len(names) == len(SpoolReader(tmp_path).files())


def test_files_of_dead_writers_go_once_they_are_empty(tmp_path: Path) -> None:
    async def scenario() -> None:
        dead = await write(tmp_path, *numbered(3))
        reader = SpoolReader(tmp_path)
        assert reader.tidy() == [], "there are records in it"
        living = SqliteSpool(tmp_path)
        assert living.state.file == dead
        reader.delete_through(dead, 3)
        assert reader.tidy() == [], "it has a writer"
        await living.close()
        assert reader.tidy() == [dead]
        assert list(tmp_path.iterdir()) == []

    run(scenario())


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
        spool = SqliteSpool(tmp_path)
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
        spool = SqliteSpool(tmp_path)
        await spool.put(b"before")
        for path in tmp_path.iterdir():
            path.unlink()
        await spool.put(b"after")
        assert [record.record for record in SpoolReader(tmp_path).read({}, 9)] == [b"after"]
        await spool.close()

    run(scenario())


def test_a_damaged_file_is_left_alone_and_reported(tmp_path: Path) -> None:
    damaged = run(write(tmp_path, b"a"))
    (tmp_path / damaged).write_bytes(b"not a database at all" * 500)
    fresh = run(write(tmp_path, b"b"))
    assert fresh != damaged
    reader = SpoolReader(tmp_path)
    assert [record.record for record in reader.read({}, 9)] == [b"b"]
    assert list(reader.backlog().broken) == [damaged]
    reader.delete_through(fresh, 1)
    assert reader.tidy() == [fresh]


def test_a_damaged_batch_comes_as_one_record(tmp_path: Path) -> None:
    file = run(write(tmp_path, b"a", b"b"))
    connection = sqlite3.connect(tmp_path / file)
    connection.execute("UPDATE batches SET records = x'ff00'")
    connection.commit()
    connection.close()
    assert SpoolReader(tmp_path).read({}, 9)[-1] == (file, 2, b"\xff\x00")


def test_a_folder_that_cannot_be_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("in the way")
    with pytest.raises(SpoolError, match="check that it belongs to the user") as caught:
        run(write(tmp_path / "spool", b"x"))
    assert "\n" not in str(caught.value)


def test_too_many_waiting_hits_are_refused_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = SqliteSpool(tmp_path, most_waiting=10)
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
        spool = SqliteSpool(tmp_path)

        def fail(error: SpoolError | None) -> None:
            raise RuntimeError("a fault in the answer")

        spool.submit(b"x", fail)
        await spool.put(b"y")
        assert [str(fault) for fault in faults] == ["a fault in the answer"]
        await spool.close()

    run(scenario())


_FILL = """
import asyncio, resource, sys
from pathlib import Path
from odziv.lib.spool import SqliteSpool, SpoolError, SpoolReader

async def main():
    folder = Path(sys.argv[1])
    spool = SqliteSpool(folder)
    await spool.put(b"first")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
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
