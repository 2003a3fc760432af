"""All background work, in one literal table (`JOBS`), and the process that does it (`odziv work`).

The row is the queue: a job finds its own due rows and claims them, so any number of these processes may run.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.db import close_old_connections, connection, connections
from django.utils.module_loading import import_string

from odziv.commands import no_options
from odziv.deliver import due
from odziv.environment import ENV
from odziv.health.metrics import WorkFigures
from odziv.health.private import Private
from odziv.ingest import run as ingesting
from odziv.lib import memory
from odziv.lib.logs import Own
from odziv.lib.sqlite_pages import keep_pages_apart
from odziv.replies import reading
from odziv.restored import notice
from odziv.supervise.preflight import bind

log = logging.getLogger("odziv.work")

_SECONDS_TO_END = 3.0
_LONGEST_PAUSE = 60.0
_LONG_SLEEP = 60.0
_CONNECTION_KEPT = 600.0


class Job(NamedTuple):
    """What is done, by which function, and how many seconds after it found nothing it looks again.

    The function takes no arguments and returns how much it did: after more than nothing it is called again at once.
    Where mail leaves by it (`sends`), it is first looked whether the database was restored.
    """

    about: str
    function: str
    period: float
    sends: bool = False


JOBS: tuple[Job, ...] = (
    Job("deliver what is due", "odziv.deliver.due.deliver_due", 0.5, sends=True),
    Job("let mail go that was held", "odziv.restored.holding.let_go", 1),
    Job("take up what a dead worker left", "odziv.deliver.due.recover_abandoned", 10),
    Job("put what was sent into its sender's folder", "odziv.replies.filing.file_sent", 2),
    Job("look for replies in mailboxes", "odziv.replies.reading.read_mailboxes", 1),
    Job("read mail that was handed in", "odziv.replies.handing.work_on_handed", 0.5),
    Job("let go of mail that was handed in long ago", "odziv.replies.handing.forget", 600),
    Job("take what the edge recorded into the journal", "odziv.ingest.run.ingest", 0.3),
    Job("bring figures up to the journal", "odziv.measure.run.measure", 0.3),
    Job("make cards of what happened", "odziv.assist.run.assist", 0.3),
    Job("judge reminders whose time has come", "odziv.assist.reminding.remind", 1),
    Job("tell of mailboxes without access", "odziv.assist.mailboxes.tell_mailboxes", 5),
    Job("say cards to browsers", "odziv.notify.push.push", 0.5),
    Job("send summaries whose time has come", "odziv.notify.digest.run.send_digests", 15, sends=True),
    Job("let go of notifications that are over", "odziv.notify.push.forget", 300),
    Job("count what came of templates", "odziv.measure.templates.fold_templates", 2),
    Job("try the mailboxes that somebody tests", "odziv.mailboxes.trial.try_next", 0.5),
    Job("look up the records of signing keys", "odziv.signing.records.look_up_due", 300),
    Job("make the sample data that were asked for", "odziv.sample.making.make_next", 1),
    Job("forget on which networks the team was", "odziv.ingest.team.forget", 600),
    Job("judge the past by other weights", "odziv.measure.weighing.make_next", 1),
    Job("carry on with actions on many rows", "odziv.bulk.run.make_next", 0.5),
    Job("let go of events that are older than is kept", "odziv.privacy.retention.let_go", 60),
    Job("let go of actions that can no longer be undone", "odziv.bulk.run.forget", 600),
    Job("let go of what was deleted and not brought back", "odziv.discarding.forget", 600),
    Job("check, write and undo imports", "odziv.records.importing.run.work_on_imports", 1),
    Job("let the database know how its tables are", "odziv.upkeep.survey", 600),
    Job("make room for the months to come", "odziv.upkeep.months_ahead", 3600),
    Job("give back memory that nothing needs any more", "odziv.lib.memory.collect_and_give_back", 30),
    Job("show that the worker is alive", "odziv.health.beat", 10),
)


def run(argv: Sequence[str]) -> int:
    """Work until SIGTERM or SIGINT; then what is under way gets 3 seconds."""
    no_options("work", "Deliver what is due and turn what the edge recorded into figures.", argv)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    memory.few_arenas()
    if connection.vendor == "sqlite":
        keep_pages_apart(memory.SQLITE_HOLDS)
    spare_the_collector()
    ingesting.look_beside()
    private = _private()
    work(JOBS, stopping, [ingesting.stop, due.stop, reading.stop])
    if private:
        private.close()
    return 0


def _private() -> Private | None:
    """The listener of ODZIV_WORK_PRIVATE_LISTEN. Raises PlainError when the port is taken."""
    if ENV.work_private_listen is None:
        return None
    listener = bind("ODZIV_WORK_PRIVATE_LISTEN", ENV.work_private_listen)
    return Private(listener, WorkFigures(ENV).now)


def spare_the_collector() -> None:
    """Let Python look for cycles of objects less often, and never among those that stay until the end.

    A batch of hits makes hundreds of thousands of small objects and no cycle; looking through them all again and again
    took a fifth of the processor time of ingest.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


def work(jobs: Sequence[Job], stopping: threading.Event, ends: Sequence[Callable[[float], None]] = ()) -> None:
    """Do the jobs, each in a thread of its own, until `stopping` is set; then call `ends` with the seconds left.

    Ends the process when something is still at work after that: what is due stays due, what was begun has a lease.
    """
    loops = [(job, import_string(job.function)) for job in jobs]
    threads = [
        threading.Thread(target=_repeat, args=(job, function, stopping), name=job.about, daemon=True)
        for job, function in loops
    ]
    for thread in threads:
        thread.start()
    # A wait without limit would keep the signal handler from running.
    while not stopping.wait(3600):
        pass
    until = time.monotonic() + _SECONDS_TO_END
    for end in ends:
        end(max(0.0, until - time.monotonic()))
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    if late := [thread.name for thread in threads if thread.is_alive()]:
        log.warning("ended before it was done: %s", Own(", ".join(late)))
        sys.stderr.flush()
        os._exit(0)


def _repeat(job: Job, function: Callable[[], int], stopping: threading.Event) -> None:
    failures, opened = 0, time.monotonic()
    while not stopping.is_set():
        # PostgreSQL's go back into the pool. One to SQLite is kept a while: to open it costs more than most looks do.
        if failures or connection.vendor != "sqlite" or time.monotonic() > opened + _CONNECTION_KEPT:
            close_old_connections()
            opened = time.monotonic()
        try:
            if job.sends:
                notice.look()
            done = function()
            failures = 0
            if not done:
                _let_go(job)
        except Exception:
            # Whatever it is, the other jobs and the next attempt must not suffer: rows that are due stay due.
            failures += 1
            done = 0
            log.exception("could not %s (attempt %d)", Own(job.about), failures)
        if not done:
            stopping.wait(min(job.period * 2 ** min(failures, 10), max(job.period, _LONGEST_PAUSE)))
    connections.close_all()


def _let_go(job: Job) -> None:
    """What the job has read is not held while it sleeps: thirty connections to SQLite would keep 32 MB each."""
    if job.period > _LONG_SLEEP:
        connections.close_all()
    elif connection.vendor == "sqlite" and connection.connection is not None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA shrink_memory")
