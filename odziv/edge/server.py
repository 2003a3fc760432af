"""The server around the connections: how many there are, their times, and the parts that they share."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from odziv.edge import figures
from odziv.edge.answers import FileBody, http_date
from odziv.edge.connection import Connection
from odziv.edge.door import Door
from odziv.edge.express import express
from odziv.edge.keys import Keys
from odziv.edge.limits import Limits
from odziv.edge.private import PrivateDoor
from odziv.edge.recorder import Recorder
from odziv.edge.request import Familiar
from odziv.lib.files import FileStore
from odziv.lib.peer import Proxies
from odziv.lib.spool.reader import SpoolReader

log = logging.getLogger("odziv.edge")

_FILE_THREADS = 8
_OVERFLOW = 256
_LOOKED_AT = 256


class EdgeServer:
    """Everything of the edge but its listening socket. To be made on the running event loop."""

    def __init__(self, *, limits: Limits, keys: Keys, spool_folder: Path, store: FileStore, proxies: Proxies) -> None:
        self.limits = limits
        self.loop = asyncio.get_running_loop()
        self.stopping = False
        self._keys = keys
        self._recorder = Recorder(spool_folder, limits.record_seconds)
        self._spool = self._recorder.spool
        self._pool = ThreadPoolExecutor(_FILE_THREADS, thread_name_prefix="files")
        self.familiar = Familiar()
        self._connections: OrderedDict[Connection, float] = OrderedDict()
        self._started = self.loop.time()
        self.date = http_date(time.time())
        self.door = Door(
            keys=keys,
            store=store,
            recorder=self._recorder,
            proxies=proxies,
            pool=self._pool,
            health=self.health,
        )
        self.express = express(
            familiar=self.familiar, keys=keys, recorder=self._recorder, proxies=proxies, limits=limits
        )
        self.private = PrivateDoor(metrics=self.metrics, trouble=self.trouble, pool=self._pool)
        self._every_second()

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
        """A connection came. When there are too many, one that has idled long goes; False when none idles."""
        has_place = len(self._connections) < self.limits.connections or self._make_room()
        self._connections[connection] = connection.idle_since
        if not has_place and len(self._connections) > self.limits.connections + _OVERFLOW:
            connection.abort()
        return has_place

    def closed(self, connection: Connection) -> None:
        """A connection went."""
        self._connections.pop(connection, None)

    def _make_room(self) -> bool:
        """End the connection that idles longest, nearly: who was asking since last looked at, gets another turn.

        So no request has to keep an order of connections, and a crowd of newcomers makes us look at few of them.
        """
        for _ in range(min(_LOOKED_AT, 2 * len(self._connections))):
            connection, since = next(iter(self._connections.items()))
            if connection.is_idle and connection.idle_since == since:
                del self._connections[connection]
                connection.abort()
                return True
            self._connections[connection] = connection.idle_since
            self._connections.move_to_end(connection)
        return False

    def refresh_keys(self) -> None:
        """Take over keys that were added."""
        self._keys.refresh()

    async def stop(self) -> None:
        """Finish the answers that are under way, within the limit, and the spool."""
        self.stopping = True
        self.familiar.end()
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
        """How this process is."""
        return figures.figures(self._now())

    def metrics(self) -> str:
        """The same, how long commits took, and what the spool folder holds. Blocks."""
        backlog = SpoolReader(self._spool.folder).backlog()
        return (
            figures.figures(self._now()) + figures.commit_times(self._spool.state) + figures.depth(backlog, time.time())
        )

    def trouble(self) -> str:
        """Why requests should go to another edge, if there is one; empty when there is no reason."""
        if self.stopping:
            return "ending"
        return f"the spool: {self._spool.state.error}" if self._spool.state.error else ""

    def _now(self) -> figures.Now:
        uptime = self.loop.time() - self._started
        return figures.Now(
            self._recorder.recorded,
            self._recorder.failed,
            self._spool.state,
            self._spool.waiting,
            self.door.refused,
            len(self._connections),
            uptime,
        )

    def _every_second(self) -> None:
        wall = time.time()
        self.date = http_date(wall)
        # With the second's beginning, since a Date has no smaller part.
        self.loop.call_later(1 - wall % 1, self._every_second)
        now = self.loop.time()
        for connection in list(self._connections):
            connection.check(now)
        self._keys.refresh()
