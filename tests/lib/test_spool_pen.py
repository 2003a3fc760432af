"""The pen in a process of its own: what happens when it dies, hangs, or its owner does (J1, L1)."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from odziv.lib.spool.files import SpoolError
from odziv.lib.spool.reader import SpoolReader
from odziv.lib.spool.writer import FileSpool
from tests.lib.spooling import numbered, run
from tests.support.pens import is_pen, pens
from tests.support.waiting import wait_until


async def the_pen() -> int:
    """The one of this process, which is perhaps just being started."""
    while len(found := pens(os.getpid())) != 1:
        await asyncio.sleep(0.01)
    return found[0]


def recorded(folder: Path) -> list[bytes]:
    return [record.record for record in SpoolReader(folder).read({}, 100_000)]


def own(folder: Path, **more: float) -> FileSpool:
    return FileSpool(folder, own_process=True, **more)


def test_it_writes_and_goes(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = own(tmp_path)
        await asyncio.gather(*(spool.put(record) for record in numbered(3_000)))
        assert spool.state.records == 3_000 and spool.state.batches < 60
        assert await spool.close()

    run(scenario())
    assert sorted(recorded(tmp_path)) == sorted(numbered(3_000))
    assert not pens(os.getpid())


def test_a_commit_larger_than_what_a_pipe_takes(tmp_path: Path) -> None:
    """20 MB in one commit, with a small one before and behind it."""
    large = [bytes([65 + number % 26]) * 10_000 for number in range(2_000)]

    async def scenario() -> None:
        spool = own(tmp_path)
        await spool.put(b"before")
        await asyncio.gather(*(spool.put(record) for record in large))
        await spool.put(b"behind")
        assert spool.state.batches == 3
        await spool.close()

    run(scenario())
    assert recorded(tmp_path) == [b"before", *large, b"behind"]


def test_when_it_dies_another_takes_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Killed again and again while hits come: each is acknowledged, and stands there at least once."""

    async def kill(spool: FileSpool, times: int) -> None:
        for _ in range(times):
            before = spool.state.batches
            while spool.state.batches < before + 20:
                await asyncio.sleep(0.01)
            os.kill(await the_pen(), signal.SIGKILL)

    async def scenario() -> list[bytes]:
        spool = own(tmp_path)
        killing = asyncio.create_task(kill(spool, 4))
        acknowledged, number = [], 0
        while not killing.done():
            batch = [f"{number}:{one}".encode() for one in range(20)]
            await asyncio.gather(*(spool.put(record) for record in batch))
            acknowledged += batch
            number += 1
        await killing
        assert not spool.state.failed
        await spool.put(b"last")
        assert await spool.close()
        return [*acknowledged, b"last"]

    acknowledged = run(scenario())
    assert len(acknowledged) > 100
    assert set(recorded(tmp_path)) == set(acknowledged)
    assert caplog.text.count("another one takes over") == 4


def test_while_nothing_is_to_be_written_another_takes_over_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = own(tmp_path)
        await spool.put(b"before")
        first = await the_pen()
        os.kill(first, signal.SIGKILL)
        while await the_pen() == first:
            await asyncio.sleep(0.01)
        await spool.put(b"behind")
        assert await spool.close()

    run(scenario())
    assert recorded(tmp_path) == [b"before", b"behind"]


def test_hits_that_end_it_twice_fail_and_hold_up_no_others(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = own(tmp_path)
        os.kill(await the_pen(), signal.SIGSTOP)
        waiting = asyncio.ensure_future(spool.put(b"x"))
        await asyncio.sleep(0.05)
        first = await the_pen()
        os.kill(first, signal.SIGKILL)
        while await the_pen() == first:
            await asyncio.sleep(0.001)
        os.kill(await the_pen(), signal.SIGKILL)
        with pytest.raises(SpoolError, match="ended twice"):
            await asyncio.wait_for(waiting, 5)
        assert spool.state.failed == 1 and spool.state.error
        await spool.put(b"y")
        assert not spool.state.error
        assert await spool.close()

    run(scenario())
    assert recorded(tmp_path)[-1] == b"y"


def test_while_it_hangs_answers_leave_and_closing_does_not_wait_for_ever(tmp_path: Path) -> None:
    """As long as a disk hangs, nobody waits longer than was said; what was given is written when it wakes up."""

    async def scenario() -> int:
        spool = own(tmp_path, patience=0.2)
        pen = await the_pen()
        os.kill(pen, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(SpoolError, match="too slow"):
            await spool.put(b"late")
        assert time.monotonic() - started < 2
        assert not await spool.close(0.2)
        return pen

    pen = run(scenario())
    os.kill(pen, signal.SIGCONT)
    wait_until(lambda: not is_pen(pen))
    assert recorded(tmp_path) == [b"late"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_who_ends_a_group_of_processes_does_not_end_it_before_its_owner(tmp_path: Path, number: int) -> None:
    async def scenario() -> None:
        spool = own(tmp_path)
        os.kill(await the_pen(), number)
        await spool.put(b"x")
        assert await spool.close()

    run(scenario())
    assert recorded(tmp_path) == [b"x"]


_OWNER = """
import asyncio, sys
from pathlib import Path
from odziv.lib.spool.writer import FileSpool

async def main():
    spool = FileSpool(Path(sys.argv[1]), own_process=True)
    number = 0
    while True:
        await spool.put(str(number).encode())
        print(number, flush=True)
        number += 1

asyncio.run(main())
"""


def test_when_its_owner_is_killed_it_goes_and_leaves_its_file_to_others(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        for _ in range(50):
            owner.stdout.readline()
        (pen,) = pens(owner.pid)
        owner.kill()
        acknowledged = 50 + len(owner.stdout.read().split())
    wait_until(lambda: not is_pen(pen))
    assert len(recorded(tmp_path)) in (acknowledged, acknowledged + 1)
    reader = SpoolReader(tmp_path)
    for record in reader.read({}, 100_000):
        reader.delete_through(record.file, record.position)
    reader.tidy()
    assert not list(tmp_path.glob("hits-*"))


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("/nowhere/python", "No such file or directory"),
        ("/bin/false", "the process that writes it ended with status 1"),
    ],
)
def test_one_that_cannot_be_started_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    monkeypatch.setattr("odziv.lib.spool.beside._COMMAND", (program,))

    async def scenario() -> None:
        own(tmp_path)

    with pytest.raises(SpoolError, match=rf"cannot be written \({reason}\)") as caught:
        run(scenario())
    assert "\n" not in str(caught.value)


def test_a_slow_beginning_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes long for the first file: the spool says so, and is well once the file is there."""
    slow = "import sys, time; time.sleep(0.6); from odziv.lib.spool.pen import main, Path; main(Path(sys.argv[1]))"
    monkeypatch.setattr("odziv.lib.spool.beside._COMMAND", (sys.executable, "-c", slow))
    monkeypatch.setattr("odziv.lib.spool.beside._BEGINS_WITHIN", 0.2)

    async def scenario() -> None:
        spool = own(tmp_path)
        assert "slow" in spool.state.error
        while spool.state.error:
            await asyncio.sleep(0.01)
        await spool.put(b"x")
        assert await spool.close()

    run(scenario())
    assert recorded(tmp_path) == [b"x"]
