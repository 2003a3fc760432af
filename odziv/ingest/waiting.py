"""What the edges recorded and no worker has taken in yet: for the health list and the figures of the worker."""

from __future__ import annotations

from odziv.environment import Environment
from odziv.ingest.stream import source
from odziv.lib.spool.reader import Backlog, SpoolReader
from odziv.lib.stream import StreamError
from odziv.models import SpoolPosition

STREAM = "NATS"
"""Stands for the stream among what cannot be read."""


def backlog(env: Environment) -> Backlog:
    """In the spool of this machine, and in the stream where there is one: of that, batches are counted.

    Raises DatabaseError.
    """
    positions = dict(SpoolPosition.objects.values_list("file", "position"))
    here = SpoolReader(env.spool_folder).backlog(positions)
    if not env.spool:
        return here
    try:
        there = source(env.spool).waiting()
    except StreamError as error:
        return Backlog(here.records, here.oldest, {STREAM: str(error), **here.broken})
    times = [here.oldest] if here.oldest is not None else []
    times += [there.oldest.timestamp()] if there.oldest is not None else []
    return Backlog(here.records + there.batches, min(times, default=None), here.broken)
