"""The stream, for a worker whose code waits: its connection lives in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from odziv.lib.stream import Stream, StreamError, Waiting

T = TypeVar("T")

_SECONDS = 20.0


class Source:
    """Batches of hits. Raises StreamError whenever the servers are away; then the connection is made anew."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._stream: Stream | None = None
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="stream", daemon=True).start()

    def fetch(self, most: int, seconds: float = 0.2) -> list[Any]:
        """At most so many messages that no other worker has; see `Stream.fetch`."""
        return self._ask(lambda stream: stream.fetch(most, seconds))

    def acknowledge(self, messages: Sequence[Any]) -> None:
        """See `Stream.acknowledge`."""
        self._ask(lambda stream: stream.acknowledge(messages))

    def waiting(self) -> Waiting:
        """See `Stream.waiting`."""
        return self._ask(lambda stream: stream.waiting())

    def _ask(self, question: Callable[[Stream], Coroutine[Any, Any, T]]) -> T:
        async def answered() -> T:
            if self._stream is None:
                self._stream = await Stream(self._address).__aenter__()
            try:
                return await question(self._stream)
            except StreamError:
                stream, self._stream = self._stream, None
                await stream.__aexit__(None, None, None)
                raise

        with self._lock:
            future = asyncio.run_coroutine_threadsafe(answered(), self._loop)
            try:
                return future.result(_SECONDS)
            except TimeoutError as error:
                future.cancel()
                raise StreamError("NATS does not answer; see to ODZIV_SPOOL") from error


@lru_cache
def source(address: str) -> Source:
    """One for each process."""
    return Source(address)
