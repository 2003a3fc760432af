"""Workers die and compete, and still no copy is sent twice or lost (D3, invariant 2)."""

from __future__ import annotations

import signal
import time
from collections import Counter
from datetime import datetime, timedelta

import pytest

from odziv.deliver.claim import Claim, ClaimLost, lease
from odziv.deliver.due import deliver_due, recover_abandoned
from odziv.deliver.trouble import Answer
from odziv.lib import clock
from odziv.models import Delivery, Message, MessageState
from tests.deliver.letters import NOW, later, mailbox_at, waiting_message
from tests.support.cast import Cast
from tests.support.child import run_child
from tests.support.smtp import HANG, SmtpServer
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

DELIVER = "from odziv.deliver.due import deliver_due\nwhile deliver_due(threads=False): pass\n"


def kill_at(server: SmtpServer, line: str) -> None:
    """Start a worker and kill it -9 once the server has seen a line."""
    child = run_child(DELIVER)
    try:
        wait_until(lambda: line in " ".join(server.log))
        time.sleep(0.3)
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()


@pytest.mark.faults
@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_worker_killed_before_the_end_of_a_message_leaves_a_copy_that_is_tried_again(cast: Cast, step: str) -> None:
    with SmtpServer(does={step: [HANG]}) as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
        kill_at(server, {"mail": "MAIL", "rcpt": "RCPT", "data": "DATA"}[step])
        assert recover_abandoned() == 0  # its lease still runs
        assert deliver_due(threads=False) == 0
        moment = clock.now() + timedelta(hours=1)
        assert recover_abandoned(moment) == 1
        assert deliver_due(moment, threads=False) == 1
    assert len(server.taken) == 1
    assert message.deliveries.get().attempts == 2


@pytest.mark.faults
def test_a_worker_killed_after_the_end_of_a_message_leaves_it_uncertain(cast: Cast) -> None:
    with SmtpServer(does={"end": [HANG]}) as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
        kill_at(server, "DATA")
        wait_until(lambda: message.deliveries.get().phase == "content")
        moment = clock.now() + timedelta(hours=1)
        assert recover_abandoned(moment) == 1
        assert deliver_due(moment + timedelta(days=5), threads=False) == 0
    delivery = message.deliveries.get()
    assert (delivery.state, delivery.reason, server.taken) == ("uncertain", "abandoned", [])
    message.refresh_from_db()
    assert message.state == MessageState.FAILED


def test_several_processes_send_each_copy_once(cast: Cast) -> None:
    with SmtpServer() as server:
        mailboxes = [mailbox_at(server, cast.ana), mailbox_at(server, cast.bor)]
        for number in range(20):
            waiting_message(mailboxes[number % 2], cast.ana, to=[f"r{number}-{copy}@example.com" for copy in range(6)])
        children = [run_child(DELIVER) for _ in range(4)]
        outputs = [child.communicate(timeout=120)[0] for child in children]
    assert [child.returncode for child in children] == [0] * 4, outputs
    counts = Counter(mail.recipient for mail in server.taken)
    assert set(counts.values()) == {1} and len(counts) == 120
    assert set(Delivery.objects.values_list("state", "attempts")) == {("accepted", 1)}
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT}


@pytest.mark.faults
def test_workers_killed_at_random_send_no_copy_twice_and_lose_none(cast: Cast) -> None:
    with SmtpServer(slow=0.0001) as server:
        for number in range(10):
            waiting_message(
                mailbox_at(server, cast.ana), cast.ana, to=[f"r{number}-{copy}@example.com" for copy in range(6)]
            )
        for pause in (0.05, 0.1, 0.2, 0.15):
            started = len(server.taken)
            child = run_child(DELIVER)
            while len(server.taken) == started and child.poll() is None:
                time.sleep(0.01)
            time.sleep(pause)
            child.kill()
            child.communicate()
        moment = clock.now() + timedelta(hours=1)
        recover_abandoned(moment)
        while deliver_due(moment, threads=False):
            pass
    counts = Counter(mail.recipient for mail in server.taken)
    assert set(counts.values()) == {1}
    accepted = set(Delivery.objects.filter(state="accepted").values_list("party__address", flat=True))
    uncertain = set(Delivery.objects.filter(state="uncertain").values_list("party__address", flat=True))
    assert accepted | uncertain == {f"r{number}-{copy}@example.com" for number in range(10) for copy in range(6)}
    assert accepted <= set(counts) and len(uncertain) <= 5


def test_a_worker_that_is_asked_to_stop_finishes_its_copy_and_begins_no_other(cast: Cast) -> None:
    with SmtpServer(slow=0.001) as server:
        waiting_message(mailbox_at(server, cast.ana), cast.ana, to=[f"r{number}@example.com" for number in range(60)])
        child = run_child("from odziv.work import run\nraise SystemExit(run([]))\n")
        wait_until(lambda: len(server.taken) > 3 or child.poll() is not None)
        child.send_signal(signal.SIGTERM)
        output, _ = child.communicate(timeout=20)
    assert child.returncode == 0, output
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert set(states) == {"accepted", "waiting"} and states["accepted"] == len(server.taken) < 60


def claim_of(message: Message, moment: datetime = NOW) -> Claim:
    claim = Claim.take(message.deliveries.get().pk, lambda: moment)
    assert claim is not None
    return claim


def test_a_copy_is_claimed_once(cast: Cast) -> None:
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
    claim_of(message)
    assert Claim.take(message.deliveries.get().pk, lambda: NOW) is None


def test_a_worker_that_was_overtaken_stops_before_the_end(cast: Cast) -> None:
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
    slow = claim_of(message)
    moment = NOW + lease() * 2
    assert recover_abandoned(moment) == 1
    fast = claim_of(message, moment)
    with pytest.raises(ClaimLost):
        slow.begin_end()
    with pytest.raises(ClaimLost):
        slow.accept(Answer(250, "Fine"))
    fast.begin_end()
    fast.accept(Answer(250, "Fine"))
    assert message.deliveries.get().state == "accepted"


def test_an_answer_after_the_lease_settles_what_was_uncertain(cast: Cast) -> None:
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
    claim = claim_of(message)
    claim.begin_end()
    recover_abandoned(later(days=1))
    assert message.deliveries.get().state == "uncertain"
    claim.accept(Answer(250, "Fine"))
    message.refresh_from_db()
    assert (message.deliveries.get().state, message.state) == ("accepted", MessageState.SENT)


def test_a_long_upload_keeps_its_lease(cast: Cast) -> None:
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
    moments = [NOW]
    claim = Claim.take(message.deliveries.get().pk, lambda: moments[-1])
    assert claim is not None
    for _ in range(10):
        moments.append(moments[-1] + lease() * 0.6)
        claim.stay_alive()
        assert recover_abandoned(moments[-1] + lease() * 0.3) == 0


def test_a_message_deleted_on_its_way_is_let_go(cast: Cast) -> None:
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
    claim = claim_of(message)
    message.activity.delete()
    with pytest.raises(ClaimLost):
        claim.accept(Answer(250, "Fine"))
