"""Who looks at the next batches while this one is stored: another thread, or, in the worker, another process.

Python lets one thread of a process compute at a time, so a thread only helps while the database works. The worker has a
process for it (`Process`): it is there while there is more than a batch to take in, ends when it was not needed for a
while, and in any case with the worker. It reads the database and writes nothing; when it fails, its batch is looked at
here, and nothing else changes.
"""

from __future__ import annotations

import logging
import socket
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Protocol

import msgspec
from django.db import connections

from odziv.ingest.batch import Looked, Looker

log = logging.getLogger("odziv.ingest")

COMMAND = (sys.executable, "-m", "odziv.ingest.ahead")
_MOST_SECONDS = 120.0

ENCODER = msgspec.msgpack.Encoder(uuid_format="bytes")


class Looking(Protocol):
    """Looks at one batch of records after the other."""

    def look(self, records: Sequence[bytes]) -> Looked:
        """At once, by what stands in the database."""

    def begin(self, records: Sequence[bytes]) -> bool:
        """Meanwhile, as though those before were stored as they were looked at; whether that is possible."""

    def result(self) -> Looked:
        """What was begun first. After `look` nothing that was begun before it is wanted any more."""

    def close(self) -> None:
        """What was begun is no longer wanted."""


class Thread:
    """Another thread, with a database connection of its own, which is there when something is begun in it."""

    def __init__(self) -> None:
        self._looker = Looker()
        self._threads = ThreadPoolExecutor(1, "ingest ahead")
        self._begun: deque[Future[Looked]] = deque()
        self._used = False

    def look(self, records: Sequence[bytes]) -> Looked:
        for begun in self._begun:
            if not begun.cancel():
                begun.exception()  # the looker does one thing at a time
        self._begun.clear()
        return self._looker.look(records)

    def begin(self, records: Sequence[bytes]) -> bool:
        self._used = True
        self._begun.append(self._threads.submit(self._looker.look, records, onward=True))
        return True

    def result(self) -> Looked:
        return self._begun.popleft().result()

    def close(self) -> None:
        for begun in self._begun:
            begun.cancel()
        if self._used:
            self._threads.submit(connections.close_all)
        self._threads.shutdown()


class Process:
    """Another process. One for each worker: `start` it before each use."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._asked = 0
        self._wanted: deque[tuple[int, Sequence[bytes]]] = deque()  # what it was asked, and has not told yet
        self._onward = False  # whether it looked at the last batch

    def start(self) -> None:
        """Have it, if need be; what was begun for whoever used it before is forgotten."""
        self._onward = False
        self._wanted.clear()
        if self._running and self._running.poll() is not None:
            self._end()
        if self._running:
            return
        ours, theirs = socket.socketpair()
        for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", int(_MOST_SECONDS), 0))
        with theirs:
            number = theirs.fileno()
            command = [*COMMAND, str(number)]
            self._running = subprocess.Popen(command, pass_fds=[number], stdin=subprocess.DEVNULL)
        self._connection = Connection(ours.detach())

    def look(self, records: Sequence[bytes]) -> Looked:
        self._wanted.clear()
        return self.result() if self._ask(records, onward=False) else self._here(records)

    def begin(self, records: Sequence[bytes]) -> bool:
        return self._onward and self._ask(records, onward=True)

    def result(self) -> Looked:
        number, records = self._wanted.popleft()
        if self._connection is None:
            return self._here(records)
        try:
            answer = self._answer(number)
        except (OSError, EOFError, msgspec.DecodeError) as error:
            return self._failed(error, records)
        if isinstance(answer, str):
            return self._failed(answer, records)
        self._onward = True
        return answer

    def close(self) -> None:
        """It stays; what it still answers is passed over."""

    def _ask(self, records: Sequence[bytes], *, onward: bool) -> bool:
        if self._connection is None:
            return False
        self._asked += 1
        try:
            self._connection.send_bytes(ENCODER.encode(Question(self._asked, onward, list(records))))
        except OSError as error:
            log.warning("the process that looks ahead is gone: %s", error)
            self._end()
            return False
        self._wanted.append((self._asked, records))
        return True

    def _answer(self, number: int) -> Looked | str:
        answer = self._read()
        while answer.number != number:  # nobody waits for that one any more
            answer = self._read()
        return answer.looked or answer.failed

    def _read(self) -> Answer:
        if self._connection is None or not self._connection.poll(_MOST_SECONDS):
            raise TimeoutError("it does not answer")
        answer: Answer = _answers.decode(self._connection.recv_bytes())
        return answer

    def _failed(self, why: object, records: Sequence[bytes]) -> Looked:
        log.warning("the process that looks ahead failed, so this one looks: %s", why)
        self._end()
        return self._here(records)

    def _here(self, records: Sequence[bytes]) -> Looked:
        self._onward = False
        return Looker().look(records)

    def _end(self) -> None:
        if self._connection:
            self._connection.close()
        if self._running:
            self._running.kill()
            self._running.wait()
        self._running = self._connection = None


class Question(msgspec.Struct, array_like=True):
    """What a process is asked (`ahead`)."""

    number: int
    onward: bool
    records: list[bytes]


class Answer(msgspec.Struct, array_like=True):
    """What it says to the question of that number; `failed` names what went wrong."""

    number: int
    looked: Looked | None = None
    failed: str = ""


_answers = msgspec.msgpack.Decoder(Answer)
