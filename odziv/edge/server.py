"""The server around the connections: how many there are, their times, and the parts that they share."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

from odziv.edge.answers import FileBody, http_date
from odziv.edge.connection import Connection
from odziv.edge.door import Door
from odziv.edge.keys import Keys
from odziv.edge.limits import Limits
from odziv.edge.recorder import Recorder
from odziv.lib.files import FileStore
from odziv.lib.peer import Proxies
from odziv.lib.spool import SqliteSpool

log = logging.getLogger("odziv.edge")

_FILE_THREADS = 8
_OVERFLOW = 256


class EdgeServer:
    """Everything of the edge but its listening socket. To be made on the running event loop."""

    def __init__(self, *, limits: Limits, keys: Keys, spool: SqliteSpool, store: FileStore, proxies: Proxies) -> None:
        self.limits = limits
        self.loop = asyncio.get_running_loop()
        self.stopping = False
        self._keys = keys
        self._spool = spool
        self._recorder = Recorder(spool, limits.record_seconds)
        self._pool = ThreadPoolExecutor(_FILE_THREADS, thread_name_prefix="files")
        self._connections: set[Connection] = set()
        self._idle: dict[Connection, None] = {}
        self._started = self.loop.time()
        self._second = 0
        self._date = b""
        self.door = Door(
            keys=keys,
            store=store,
            recorder=self._recorder,
            proxies=proxies,
            pool=self._pool,
            health=self.health,
        )
        self.loop.call_later(1, self._every_second)

    def date(self) -> bytes:
        """The present value of the Date field."""
        now = time.time()
        if int(now) != self._second:
            self._second = int(now)
            self._date = http_date(now)
        return self._date

    async def open(self, body: FileBody) -> BinaryIO:
        """Open a file in a thread of the pool. Raises OSError, FileStoreError."""
        return await self.loop.run_in_executor(self._pool, body.open)

    async def read(self, stream: BinaryIO, size: int) -> bytes:
        """Read from a file in a thread of the pool. Raises OSError."""
        return await self.loop.run_in_executor(self._pool, stream.read, size)

    def close_file(self, stream: BinaryIO) -> None:
        """Close a file once nobody reads it; not here, since that waits for a read that may hang."""
        if not self.stopping:
            self._pool.submit(stream.close)

    def opened(self, connection: Connection) -> bool:
        """A connection came. When there are too many, the one that idles longest goes; False when none idles."""
        self._connections.add(connection)
        if len(self._connections) <= self.limits.connections:
            return True
        if self._idle:
            longest = next(iter(self._idle))
            del self._idle[longest]
            longest.abort()
            return True
        if len(self._connections) > self.limits.connections + _OVERFLOW:
            connection.abort()
        return False

    def closed(self, connection: Connection) -> None:
        """A connection went."""
        self._connections.discard(connection)
        self._idle.pop(connection, None)

    def idle(self, connection: Connection, is_idle: bool) -> None:
        """Keep the idle connections in the order in which they became so."""
        self._idle.pop(connection, None)
        if is_idle:
            self._idle[connection] = None

    def refresh_keys(self) -> None:
        """Take over keys that were added."""
        self._keys.refresh()

    async def stop(self) -> None:
        """Finish the answers that are under way, within the limit, and the spool."""
        self.stopping = True
        for connection in list(self._connections):
            connection.stop()
        end = self.loop.time() + self.limits.shutdown_seconds
        while self._connections and self.loop.time() < end:
            await asyncio.sleep(0.01)
        for connection in list(self._connections):
            connection.abort()
        self._pool.shutdown(wait=False, cancel_futures=True)
        if not await self._spool.close(0.5):
            log.error("the spool did not finish in time; hits that were not answered yet may be lost")

    def health(self) -> str:
        """How this process is, in Prometheus' text format; nothing of any person or organisation."""
        counts, spool = self._recorder.counts, self._spool.state
        figures: list[tuple[str, str, float, str]] = [
            ("hits_recorded_total", "counter", counts.recorded, "Hits that were durable before their answer left."),
            ("hits_failed_total", "counter", counts.failed, "Hits answered without having been recorded by then."),
            ("hits_late_total", "counter", counts.late, "Of the failed: recorded after their answer had left."),
            ("requests_refused_total", "counter", self.door.refused, "Requests whose identifier is none of ours."),
            ("spool_up", "gauge", not spool.error, "Whether the last commit of the spool succeeded."),
            ("spool_commits_total", "counter", spool.batches, "Commits of the spool."),
            ("spool_waiting", "gauge", spool.waiting, "Hits that wait for the disk."),
            ("spool_commit_seconds", "gauge", round(spool.commit_seconds, 6), "How long the last commit took."),
            ("connections", "gauge", len(self._connections), "Open connections."),
            ("uptime_seconds", "gauge", round(self.loop.time() - self._started, 1), "Time since the start."),
        ]
        return "".join(
            f"# HELP odziv_edge_{name} {about}\n# TYPE odziv_edge_{name} {kind}\nodziv_edge_{name} {value + 0}\n"
            for name, kind, value, about in figures
        )

    def _every_second(self) -> None:
        if not self.stopping:
            self.loop.call_later(1, self._every_second)
        now = self.loop.time()
        for connection in list(self._connections):
            connection.check(now)
        self._keys.refresh()
