"""The stream: batches arrive once and in full, and what is wrong is said (issue 6)."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.stream import NotABatch, Stream, StreamError, packed, servers_of, unpacked
from tests.support.nats import nats_servers
from tests.support.processes import free_port


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_batch_comes_out_as_it_went_in(records: list[bytes]) -> None:
    assert unpacked(packed(records)) == records


@given(st.binary(max_size=200))
def test_anything_else_is_no_batch_or_one_to_the_byte(message: bytes) -> None:
    with contextlib.suppress(NotABatch):
        assert packed(unpacked(message)) == message


@pytest.mark.parametrize(
    "address", ["", "nats://", "http://x", "nats://a:b", "nats://a,,b", "a:4222", "nats://a:99999"]
)
def test_a_wrong_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"expected nats://|[Pp]ort"):
        servers_of(address)


def test_each_server_gets_the_name_and_password() -> None:
    assert servers_of("nats://u:p@a:4222, b") == ["nats://u:p@a:4222", "nats://u:p@b"]


def test_servers_that_are_away_are_told_within_seconds() -> None:
    async def ask() -> None:
        async with Stream(f"nats://127.0.0.1:{free_port()}"):
            pass

    with pytest.raises(StreamError, match="see to ODZIV_SPOOL"):
        asyncio.run(asyncio.wait_for(ask(), 20))


@pytest.mark.slow
def test_a_batch_is_kept_once_and_given_until_it_is_acknowledged(tmp_path: Path) -> None:
    async def live(address: str) -> None:
        async with Stream(address) as stream:
            assert await stream.fetch(10, 0.1) == []
            for _ in range(2):
                await stream.publish([b"a", b"b"], "first")
            await stream.publish([b"c"], "second")
            assert (await stream.waiting()).batches == 2
            messages = await stream.fetch(10, 1)
            assert [unpacked(message.data) for message in messages] == [[b"a", b"b"], [b"c"]]
            assert await stream.fetch(10, 0.1) == []  # they are this worker's for a while
            await stream.acknowledge(messages[:1])
        async with Stream(address) as stream:
            waiting = await stream.waiting()
            assert waiting.batches == 1 and waiting.oldest is not None

    with nats_servers(tmp_path) as servers:
        asyncio.run(live(servers.address))
