"""`odziv forward`: what the edge recorded reaches the stream once, whatever happens to it meanwhile (issue 6)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from odziv.lib.spool.reader import SpoolReader
from odziv.lib.spool.writer import FileSpool
from odziv.lib.stream import Stream, StreamError, unpacked
from tests.support.nats import nats_servers
from tests.support.processes import free_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

LARGE = 300_000  # bytes: one record fills a message


def forwarding(folder: Path, address: str, stderr: int | None = None) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ODZIV_")}
    environ = {**kept, "ODZIV_DATA": str(folder), "ODZIV_SPOOL": address}
    return subprocess.Popen([sys.executable, "-m", "odziv.cli", "forward"], env=environ, stderr=stderr)


async def record(folder: Path, records: list[bytes]) -> None:
    spool = FileSpool(folder)
    for one in records:
        await spool.put(one)
    await spool.close()


async def batches(address: str) -> int:
    try:
        async with Stream(address) as stream:
            return (await stream.waiting()).batches
    except StreamError:
        return 0


async def everything(address: str) -> list[bytes]:
    """All records that are in the stream: a fetch ends with the last that it asks for, or when its time is over."""
    async with Stream(address) as stream:
        messages = await stream.fetch((await stream.waiting()).batches, 60)
        return [record for message in messages for record in unpacked(message.data)]


def test_a_stream_that_goes_in_the_middle_gets_everything_once(tmp_path: Path) -> None:
    records = [bytes([number]) * LARGE for number in range(60)]
    reader = SpoolReader(tmp_path / "spool")
    with nats_servers(tmp_path / "nats") as servers:
        asyncio.run(record(tmp_path / "spool", records))
        forward = forwarding(tmp_path, servers.address)
        try:
            wait_until(lambda: asyncio.run(batches(servers.address)) >= 3, 30)
            servers.nodes[0].kill()
            time.sleep(1)
            assert forward.poll() is None
            servers.nodes[0].start()
            wait_until(lambda: reader.backlog().records == 0, 60)
            wait_until(lambda: not list((tmp_path / "spool").glob("hits-*")), 10)
            forward.terminate()
            assert forward.wait(10) == 0
        finally:
            forward.kill()
            forward.wait()
        assert sorted(asyncio.run(everything(servers.address))) == records


def test_what_is_too_large_for_a_message_holds_up_nothing(tmp_path: Path) -> None:
    """As a damaged commit is: it comes out of the spool as one record."""
    large = bytes(range(256)) * 6_000
    with nats_servers(tmp_path / "nats") as servers:
        asyncio.run(record(tmp_path / "spool", [b"before", large, b"behind"]))
        forward = forwarding(tmp_path, servers.address)
        try:
            wait_until(lambda: SpoolReader(tmp_path / "spool").backlog().records == 0, 30)
        finally:
            forward.kill()
            forward.wait()
        assert b"".join(asyncio.run(everything(servers.address))) == b"before" + large + b"behind"


def test_without_a_stream_hits_wait_and_it_ends_when_asked(tmp_path: Path) -> None:
    asyncio.run(record(tmp_path / "spool", [b"one", b"two"]))
    forward = forwarding(tmp_path, f"nats://127.0.0.1:{free_port()}", stderr=subprocess.PIPE)
    try:
        assert forward.stderr is not None
        assert b"hits wait in the spool" in forward.stderr.readline()
        time.sleep(2)  # and it tries again
        assert forward.poll() is None
        assert SpoolReader(tmp_path / "spool").backlog().records == 2
        forward.terminate()
        assert forward.wait(10) == 0
    finally:
        forward.kill()
        forward.wait()
