"""Who looks at the next batch while this one is stored: another thread, or, in the worker, another process.

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
        """Meanwhile, as though the last one were stored as it was looked at; whether that is possible."""

    def result(self) -> Looked:
        """What was begun."""

    def close(self) -> None:
        """What was begun is no longer wanted."""


class Thread:
    """Another thread, with a database connection of its own, which is there when something is begun in it."""

    def __init__(self) -> None:
        self._looker = Looker()
        self._threads = ThreadPoolExecutor(1, "ingest ahead")
        self._begun: Future[Looked] | None = None

    def look(self, records: Sequence[bytes]) -> Looked:
        if self._begun:
            self._begun.exception()  # the looker does one thing at a time
        return self._looker.look(records)

    def begin(self, records: Sequence[bytes]) -> bool:
        self._begun = self._threads.submit(self._looker.look, records, onward=True)
        return True

    def result(self) -> Looked:
        assert self._begun
        return self._begun.result()

    def close(self) -> None:
        if self._begun:
            self._threads.submit(connections.close_all)
        self._threads.shutdown()


class Process:
    """Another process. One for each worker: `start` it before each use."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._asked = self._answered = 0
        self._records: Sequence[bytes] = ()
        self._onward = False  # whether it looked at the last batch

    def start(self) -> None:
        """Have it, if need be; what was begun for whoever used it before is forgotten."""
        self._onward = False
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
        self._asked = self._answered = 0

    def look(self, records: Sequence[bytes]) -> Looked:
        return self.result() if self._ask(records, onward=False) else self._here(records)

    def begin(self, records: Sequence[bytes]) -> bool:
        return self._onward and self._ask(records, onward=True)

    def result(self) -> Looked:
        try:
            answer = self._answer()
        except (OSError, EOFError, msgspec.DecodeError) as error:
            return self._failed(error)
        if isinstance(answer, str):
            return self._failed(answer)
        self._onward = True
        return answer

    def close(self) -> None:
        """It stays; what it still answers is passed over."""

    def _ask(self, records: Sequence[bytes], *, onward: bool) -> bool:
        self._records = records
        if self._connection is None:
            return False
        try:
            # What nobody waits for any more first: it cannot be asked while it still tells.
            while self._answered < self._asked:
                self._read()
            self._asked += 1
            self._connection.send_bytes(ENCODER.encode(Question(self._asked, onward, list(records))))
        except (OSError, EOFError, msgspec.DecodeError) as error:
            log.warning("the process that looks ahead is gone: %s", error)
            self._end()
            return False
        return True

    def _answer(self) -> Looked | str:
        answer = self._read()
        while answer.number != self._asked:
            answer = self._read()
        return answer.looked or answer.failed

    def _read(self) -> Answer:
        if self._connection is None or not self._connection.poll(_MOST_SECONDS):
            raise TimeoutError("it does not answer")
        answer: Answer = _answers.decode(self._connection.recv_bytes())
        self._answered = answer.number
        return answer

    def _failed(self, why: object) -> Looked:
        log.warning("the process that looks ahead failed, so this one looks: %s", why)
        self._end()
        return self._here(self._records)

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
