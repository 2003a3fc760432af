"""The process that looks at batches for the worker (`beside.Process`): `python -m odziv.ingest.ahead SOCKET`."""

from __future__ import annotations

import gc
import os
import signal
import sys
from multiprocessing.connection import Connection

import msgspec

_RESTS = 300.0  # seconds
_COLLECTS = 50  # batches


def main(socket: int) -> None:
    """Answer the questions on this socket until the other side is gone, or silent for a while."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it is the worker that ends, and this with it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "odziv.settings")
    import django

    django.setup()

    from django.db import connections

    from odziv.ingest.batch import Looker
    from odziv.ingest.beside import ENCODER, Answer, Question
    from odziv.lib import memory

    # A batch is hundreds of thousands of small objects without a cycle; to look for one took a tenth of the time.
    gc.freeze()
    gc.disable()
    questions = msgspec.msgpack.Decoder(Question)
    looker, connection = Looker(), Connection(socket)
    while connection.poll(_RESTS):
        try:
            question = questions.decode(connection.recv_bytes())
        except (EOFError, OSError):
            return
        answer = Answer(question.number)
        try:
            answer.looked = looker.look(question.records, onward=question.onward)
        except Exception as error:
            # Whoever asked looks for itself then, and meets what is wrong.
            answer.failed = type(error).__name__
            connections.close_all()
        try:
            connection.send_bytes(ENCODER.encode(answer))
        except OSError:
            return
        if question.number % _COLLECTS == 0:
            memory.collect_and_give_back()


if __name__ == "__main__":
    main(int(sys.argv[1]))
