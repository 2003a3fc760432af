"""The process that looks at batches for the worker (`beside.Process`): `python -m odziv.ingest.ahead SOCKET`."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from odziv.ingest.beside import Question

_RESTS = 300.0  # seconds
_COLLECTS = 50  # batches
_TURN = 0.0005  # seconds


class _Correspondence:
    """Questions come and answers go in threads of their own: a question may wait while another is thought about, and
    an answer until it is fetched, without that either side holds up the other."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._came: SimpleQueue[Question | None] = SimpleQueue()
        self._going: SimpleQueue[bytes] = SimpleQueue()
        for work in (self._read, self._write):
            threading.Thread(target=work, daemon=True).start()

    def questions(self) -> Iterator[Question]:
        """Until the other side is gone, or silent for a while; those that nobody wants any more are passed over."""
        waiting: list[Question] = []
        while True:
            while not waiting or not self._came.empty():
                question = self._came.get()
                if question is None:
                    return
                if not question.onward:
                    waiting.clear()
                waiting.append(question)
            yield waiting.pop(0)

    def answer(self, text: bytes) -> None:
        """Send it, as soon as the other side takes it."""
        self._going.put(text)

    def _read(self) -> None:
        from odziv.ingest.beside import Question

        decoder = msgspec.msgpack.Decoder(Question)
        try:
            while self._connection.poll(_RESTS):
                self._came.put(decoder.decode(self._connection.recv_bytes()))
        except (EOFError, OSError):
            pass
        self._came.put(None)

    def _write(self) -> None:
        try:
            while True:
                self._connection.send_bytes(self._going.get())
        except OSError:
            return  # it is gone, which who reads sees too


def main(socket: int) -> None:
    """Answer the questions on this socket until the other side is gone, or silent for a while."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it is the worker that ends, and this with it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "odziv.settings")
    import django

    django.setup()

    from django.db import connections

    from odziv.ingest.batch import Looker
    from odziv.ingest.beside import ENCODER, Answer
    from odziv.lib import memory

    # A batch is hundreds of thousands of small objects without a cycle; to look for one took a tenth of the time.
    gc.freeze()
    gc.disable()
    # Who reads and who writes wait for their turn at each piece that the socket holds: 5 ms, twenty times a batch.
    sys.setswitchinterval(_TURN)
    looker, correspondence = Looker(), _Correspondence(Connection(socket))
    for question in correspondence.questions():
        answer = Answer(question.number)
        try:
            answer.looked = looker.look(question.records, onward=question.onward)
        except Exception as error:
            # Whoever asked looks for itself then, and meets what is wrong.
            answer.failed = type(error).__name__
            connections.close_all()
        correspondence.answer(ENCODER.encode(answer))
        if question.number % _COLLECTS == 0:
            memory.collect_and_give_back()


if __name__ == "__main__":
    main(int(sys.argv[1]))
