"""The files of the spool: each is written by one process only, and goes when nothing is in it any more (J1)."""

from __future__ import annotations

import asyncio
import multiprocessing
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from odziv.lib.spool import reader
from odziv.lib.spool.journal import Journal, frame
from odziv.lib.spool.reader import SpoolReader
from odziv.lib.spool.writer import FileSpool
from tests.lib.spooling import numbered, one_by_one, run, write
from tests.support.waiting import wait_until


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


def test_what_its_writer_records_before_it_gives_a_file_up_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader had found the file empty, and gets its lock only when the writer has written once more and gone."""
    journal, found = Journal.begin(tmp_path), SpoolReader(tmp_path)
    journal.append(frame([b"first"], 0.0))
    claim = reader.claim

    def later(path: Path) -> Any:
        monkeypatch.setattr(reader, "claim", claim)
        journal.append(frame([b"second"], 0.0))
        journal.leave()
        return claim(path)

    monkeypatch.setattr(reader, "claim", later)
    first = found.read({}, 1)[0]
    found.delete_through(first.file, first.position)
    second = found.read({first.file: first.position}, 9)
    assert [one.record for one in second] == [b"second"]
    found.delete_through(first.file, second[0].position)
    assert list(tmp_path.iterdir()) == []


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
from odziv.lib.spool.writer import FileSpool

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
