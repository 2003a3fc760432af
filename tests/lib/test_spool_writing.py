"""A hit is durable when it is acknowledged, many take few commits, and what cannot be kept is refused (J1)."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from odziv.lib.spool.files import SpoolError
from odziv.lib.spool.reader import SpoolReader
from odziv.lib.spool.writer import FileSpool
from tests.lib.spooling import numbered, one_by_one, run, write


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
from odziv.lib.spool.files import SpoolError
from odziv.lib.spool.reader import SpoolReader
from odziv.lib.spool.writer import FileSpool

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
