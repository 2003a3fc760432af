"""Hits on their way from edges to workers on other machines: a stream of NATS JetStream.

A message is a batch of records of one spool. A majority of the replicas has stored it before it is acknowledged to the
edge; it waits until a worker has acknowledged it, and comes again when that worker dies: whoever reads passes over what
it knows already.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StorageType, StreamConfig

from odziv.lib.plain import Operational

log = logging.getLogger("odziv.stream")

NAME, SUBJECT, READERS = "ODZIV", "odziv.hits", "ingest"
LARGEST = 512_000
"""Bytes of a message; servers take 1 MB."""
_ANSWERED_WITHIN = 5.0  # seconds
_KNOWN_AGAIN = 3600.0  # seconds for which the servers know a batch that is sent twice
_WORKED_ON = 30.0  # seconds after which a batch that nobody acknowledged comes again
_UNDER_WAY = 2_000  # batches that workers hold at a time
_TRIES = 3  # at each server; then whoever asks is told, and makes a new connection
_LENGTH = struct.Struct(">I")


class StreamError(Operational):
    """The stream does not do what is asked; the message says why."""


class NotABatch(Exception):
    """The message is none of ours."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is in the stream: batches, and since when the oldest is there."""

    batches: int
    oldest: datetime | None


def servers_of(address: str) -> list[str]:
    """`nats://user:password@a:4222,b,c` as the addresses of each. Raises ValueError."""
    scheme, mark, rest = address.partition("://")
    if scheme not in ("nats", "tls") or not mark:
        raise ValueError("expected nats://host:port, with commas between several")
    who, at, hosts = rest.rpartition("@")
    found = [f"{scheme}://{who}{at}{host.strip()}" for host in hosts.split(",")]
    if not all(urlsplit(one).hostname and (urlsplit(one).port or True) for one in found):
        raise ValueError("expected nats://host:port, with commas between several")
    return found


def packed(records: Sequence[bytes]) -> bytes:
    """Records as one message."""
    return b"".join(part for record in records for part in (_LENGTH.pack(len(record)), record))


def unpacked(message: bytes) -> list[bytes]:
    """The records of a message. Raises NotABatch."""
    return list(_parts(message))


def _parts(message: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(message):
        if at + _LENGTH.size > len(message):
            raise NotABatch
        (length,) = _LENGTH.unpack_from(message, at)
        at += _LENGTH.size
        if at + length > len(message):
            raise NotABatch
        yield message[at : at + length]
        at += length


class Stream:
    """A connection, as an async context. It changes over to another server by itself; when something failed, close it.

    Raises StreamError when none of the servers can be reached.
    """

    def __init__(self, address: str) -> None:
        self._servers = servers_of(address)
        self._client: Client | None = None

    async def __aenter__(self) -> Self:
        try:
            self._client = await nats.connect(
                self._servers,
                max_reconnect_attempts=_TRIES,
                reconnect_time_wait=0.2,
                connect_timeout=2,
                error_cb=_note,
            )
            await self._ensure()
        except BaseException as error:
            await self._end()
            if isinstance(error, Exception):
                raise _wrong(error) from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def publish(self, records: Sequence[bytes], key: str) -> None:
        """Return when the servers have the batch. One with the same key within the hour is kept once.

        Raises StreamError.
        """
        try:
            await self._jetstream.publish(
                SUBJECT, packed(records), timeout=_ANSWERED_WITHIN, stream=NAME, headers={"Nats-Msg-Id": key}
            )
        except Exception as error:
            raise _wrong(error) from error

    async def fetch(self, most: int, seconds: float) -> list[Any]:
        """Messages that no other worker has; none when there is none for so long. Raises StreamError."""
        try:
            reading = await self._jetstream.pull_subscribe_bind(READERS, stream=NAME)
            try:
                return list(await reading.fetch(most, timeout=seconds))
            finally:
                await reading.unsubscribe()
        except (TimeoutError, nats.errors.TimeoutError):
            return []
        except Exception as error:
            raise _wrong(error) from error

    async def acknowledge(self, messages: Sequence[Any]) -> None:
        """They are done with. One whose acknowledgement is lost comes again. Raises StreamError."""
        try:
            await asyncio.gather(*(message.ack() for message in messages))
            await self._open.flush(timeout=2)
        except Exception as error:
            raise _wrong(error) from error

    async def waiting(self) -> Waiting:
        """What is in the stream. Raises StreamError."""
        try:
            info = await self._jetstream.stream_info(NAME)
            if not info.state.messages:
                return Waiting(0, None)
            first = await self._jetstream.get_msg(NAME, info.state.first_seq)
            return Waiting(info.state.messages, first.time)
        except Exception as error:
            raise _wrong(error) from error

    @property
    def _open(self) -> Client:
        assert self._client is not None, "the stream is not open"
        return self._client

    @property
    def _jetstream(self) -> JetStreamContext:
        return self._open.jetstream(timeout=_ANSWERED_WITHIN)

    async def _ensure(self) -> None:
        """The stream and the one reader that all workers share; each batch is theirs until it is acknowledged."""
        config = StreamConfig(
            name=NAME,
            subjects=[SUBJECT],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            num_replicas=3 if len(self._servers) > 2 else 1,
            duplicate_window=_KNOWN_AGAIN,
        )
        try:
            await self._jetstream.stream_info(NAME)
        except nats.js.errors.NotFoundError:
            await self._jetstream.add_stream(config)
        await self._jetstream.add_consumer(
            NAME,
            ConsumerConfig(
                durable_name=READERS,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=_WORKED_ON,
                max_ack_pending=_UNDER_WAY,
            ),
        )

    async def _end(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None


async def _note(error: Exception) -> None:
    log.debug("NATS: %s", error)  # what it cannot do is told by what is asked of it


def _wrong(error: Exception) -> StreamError:
    return StreamError(f"NATS does not do what is asked ({str(error) or type(error).__name__}); see to ODZIV_SPOOL")
