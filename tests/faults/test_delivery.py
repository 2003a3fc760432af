"""Workers and databases die, senders change their minds: nothing leaves twice, nothing is lost.

Real processes against a server that notes what it takes before it says so (D3, invariant 2). What `bin/test` does a
little of, `bin/test faults` does in full.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from odziv.models.mailboxes import DEFAULT_CONNECTIONS
from tests.faults.installation import Installation, Workers
from tests.faults.letters import Letters, write
from tests.support.smtp import SWALLOW, SmtpServer, Taken

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(600)]

SETTLED = {"accepted", "uncertain"}
WITHIN = 300  # seconds, till every copy has come to an end


def until(done: Callable[[], bool], seconds: float, pause: float = 0.2) -> bool:
    end = time.monotonic() + seconds
    while not (over := done()) and time.monotonic() < end:
        time.sleep(pause)
    return over


def settled(letters: Letters) -> Callable[[], bool]:
    return lambda: set(letters.states().values()) <= SETTLED


def counts(sink: SmtpServer) -> Counter[str]:
    return Counter(mail.recipient for mail in sink.taken)


def test_workers_and_the_database_die_again_and_again(place: Installation, full: bool) -> None:
    kills, restarts = (150, 5) if full else (15, 1)
    chance, amid = random.Random(20261129), 0
    with SmtpServer(slow=0.012) as sink:
        letters = write(place, sink, messages=300 if full else 40, copies=5, mailboxes=3)
        with Workers(place, 3) as workers:
            assert until(lambda: len(sink.taken) > 0, 60)
            for number in range(kills):
                time.sleep(chance.uniform(0.05, 0.5))
                assert until(lambda: bool(workers.alive), 30, 0.01)
                amid += len(sink.taken) < len(letters.written)
                workers.kill(chance.choice(workers.alive))
                if place.server and number % (kills // restarts) == kills // restarts - 1:
                    place.server.restart()
            assert until(settled(letters), WITHIN, 2), Counter(letters.states().values())
        assert amid > kills / 2, "most were killed when there was nothing left to do"
        found = letters.states()
        assert found.keys() == letters.written.keys()  # none lost
        assert set(counts(sink).values()) == {1}  # none taken twice
        accepted = {address for address, state in found.items() if state == "accepted"}
        assert accepted <= counts(sink).keys()
        # A killed worker leaves at most one copy of each connection open, of which each mailbox has a few.
        assert len(found) - len(accepted) <= 3 * DEFAULT_CONNECTIONS * kills
        assert len(accepted) > len(found) / 3


def test_a_server_that_takes_a_message_and_hangs_up_is_never_given_it_again(place: Installation, full: bool) -> None:
    copies = 100 if full else 20
    with SmtpServer(does={"end": [SWALLOW] * copies}) as sink:
        letters = write(place, sink, messages=copies)
        with Workers(place, 2):
            assert until(settled(letters), WITHIN, 1)
            time.sleep(2)  # and nobody begins anew
        assert Counter(letters.states().values()) == {"uncertain": copies}
        assert counts(sink) == dict.fromkeys(letters.written, 1)


_CANCEL = """
import json, random, sys, time
from odziv.compose import schedule
from odziv.compose.hold import AlreadyLeaving
from odziv.models import Message
chance = random.Random(int(sys.argv[2]))
answer = []
for address, one in sorted(json.loads(sys.argv[1]).items(), key=lambda item: item[1]["due"]):
    message = Message.objects.get(pk=one["message"])
    time.sleep(max(0.0, one["due"] + chance.uniform(-0.05, 0.05) - time.time()))
    try:
        schedule.delete(message)
        answer.append(address)
    except AlreadyLeaving:
        pass
"""


def test_what_says_deleted_never_arrives(place: Installation, full: bool) -> None:
    messages = 500 if full else 60
    begun = time.monotonic()
    place.ask("answer = 0")
    start = time.monotonic() - begun  # of one process, on this machine as it is now
    with SmtpServer() as sink:
        letters = write(place, sink, messages=messages, mailboxes=4, first=4 + 2 * start, apart=0.1)
        with Workers(place, 3, period=0.01):
            cancelled = set(place.ask(_CANCEL, json.dumps(letters.written), "7"))
            left = letters.written.keys() - cancelled
            assert until(lambda: counts(sink).keys() >= left, 60)
            time.sleep(1)
        assert not cancelled & counts(sink).keys()
        assert counts(sink) == dict.fromkeys(left, 1)
        assert letters.states() == dict.fromkeys(left, "accepted")
        assert cancelled and left, "the race was never a race"


def test_what_is_due_in_one_minute_leaves_in_time_and_never_early(place: Installation, full: bool) -> None:
    messages, minute = (1000, 60.0) if full else (100, 6.0)
    with SmtpServer() as sink:
        letters = write(place, sink, messages=messages, mailboxes=5, first=15 if full else 6, apart=minute / messages)
        with Workers(place, 1):
            assert until(lambda: len(sink.taken) == messages, 180 + minute + 20)
        late = sorted(mail.at - letters.written[mail.recipient]["due"] for mail in sink.taken)
        assert set(counts(sink).values()) == {1}
        assert late[0] >= 0
        assert late[int(messages * 0.95)] <= 30
        assert late[-1] <= 180


def test_a_clock_that_jumps_sends_nothing_early_and_nothing_twice(
    place: Installation, full: bool, tmp_path: Path
) -> None:
    """The workers' clock is set an hour forth and back, again and again, while messages fall due."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    messages = 400 if full else 60
    clock = tmp_path / "clock"
    clock.write_text("+0")
    faked = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    with SmtpServer() as sink:
        letters = write(place, sink, messages=messages, mailboxes=4, first=4, apart=0.1)
        with Workers(place, 3, period=0.05, **faked):
            for number in range(messages // 8):
                _set(clock, (0, -3600, 3600)[number % 3])
                time.sleep(0.8)
            time.sleep(5)  # all have fallen due
            # What was put off by an hour at a moment that lay an hour ahead is not waited for.
            _set(clock, 3 * 3600)
            assert until(settled(letters), WITHIN, 2), Counter(letters.states().values())
        assert counts(sink) == dict.fromkeys(letters.written, 1)
        for mail in sink.taken:
            assert _dated(mail) + 1 > letters.written[mail.recipient]["due"]


def _set(clock: Path, offset: int) -> None:
    fresh = clock.with_suffix(".new")
    fresh.write_text(f"{offset:+d}")
    fresh.replace(clock)


def _dated(mail: Taken) -> float:
    """What the worker's clock showed when the copy was claimed, in whole seconds of the epoch."""
    return parsedate_to_datetime(message_from_bytes(mail.content)["Date"]).timestamp()
