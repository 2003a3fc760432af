"""`odziv forward`: sends what the edge recorded on to the workers of other machines.

The edge records on its own disk and answers; this process takes the records from there, batch by batch, and deletes
them when the stream has them. While the stream is away they stay where they are. What was sent when this process died
is sent again, and passed over by whoever reads.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from odziv.lib.spool.files import SpoolError
from odziv.lib.spool.reader import SpoolReader, SpoolRecord
from odziv.lib.stream import LARGEST, Stream, StreamError

log = logging.getLogger("odziv.forward")

_AT_ONCE = 5_000  # records
_IDLE_SECONDS = 0.1
_AWAY_SECONDS = 1.0
_TIDIED_EVERY = 300  # looks that found nothing


class Forwarder:
    """From a spool folder to a stream."""

    def __init__(self, folder: Path, address: str) -> None:
        self._reader = SpoolReader(folder)
        self._address = address
        self._after: dict[str, int] = {}  # by file: what the stream has
        self._sent: set[str] = set()  # files in which that stands still
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `run` when the batch that is under way is through."""
        self._stopping.set()

    async def run(self) -> None:
        """Forward until `stop`; when the stream is away, try again and again."""
        away = False
        while not self._stopping.is_set():
            try:
                async with Stream(self._address) as stream:
                    if away:
                        log.info("the stream is back")
                    away = False
                    await self._forward(stream)
            except StreamError as error:
                if not away:
                    log.error("hits wait in the spool: %s", error)
                away = True
                await self._pause(_AWAY_SECONDS)

    async def _forward(self, stream: Stream) -> None:
        idle = 0
        while not self._stopping.is_set():
            records = await asyncio.to_thread(self._reader.read, self._after, _AT_ONCE)
            for batch in _batches(records):
                first, last = batch[0], batch[-1]
                key = f"{first.file}:{first.position}:{last.position}"
                for number, piece in enumerate(_pieces(batch)):
                    await stream.publish(piece, f"{key}:{number}")
                self._after[last.file] = last.position
                self._sent.add(last.file)
            for file in list(self._sent):
                await asyncio.to_thread(self._delete, file)
            idle = 0 if records else idle + 1
            if idle % _TIDIED_EVERY == 1:
                await asyncio.to_thread(self._tidy)
            if not records:
                await self._pause(_IDLE_SECONDS)

    def _delete(self, file: str) -> None:
        try:
            self._reader.delete_through(file, self._after[file])
            self._sent.discard(file)
        except SpoolError as error:
            # Harmless: it is passed over, and deleted another time.
            log.warning("%s", error)

    def _tidy(self) -> None:
        try:
            self._reader.tidy()
        except SpoolError as error:
            log.warning("%s", error)
        gone = self._after.keys() - set(self._reader.files())
        self._sent -= gone
        for file in gone:
            del self._after[file]

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def _batches(records: Sequence[SpoolRecord]) -> Iterator[list[SpoolRecord]]:
    """Those of one file that stand one after the other, as many as a message takes."""
    for _file, ours in groupby(records, key=lambda record: record.file):
        batch: list[SpoolRecord] = []
        size = 0
        for record in ours:
            if batch and size + len(record.record) + 4 > LARGEST:
                yield batch
                batch, size = [], 0
            batch.append(record)
            size += len(record.record) + 4
        if batch:
            yield batch


def _pieces(batch: Sequence[SpoolRecord]) -> Iterator[list[bytes]]:
    """What one message takes of a batch. A record that no message takes is no hit but a damaged commit: it goes in
    pieces, which the worker sets aside, and holds up nothing behind it.
    """
    first = batch[0].record
    if len(first) + 4 <= LARGEST:
        yield [one.record for one in batch]
        return
    for start in range(0, len(first), LARGEST - 4):
        yield [first[start : start + LARGEST - 4]]


def run(folder: Path, address: str) -> int:
    """Forward until SIGTERM or SIGINT."""
    asyncio.run(_run(folder, address))
    return 0


async def _run(folder: Path, address: str) -> None:
    forwarder = Forwarder(folder, address)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, forwarder.stop)
    await forwarder.run()
