"""Many copies leave over several connections, several steps at a time, and each comes to its own end (D3, D4)."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from odziv.deliver.due import deliver_due
from odziv.deliver.session import Hooks, Server, Session
from odziv.deliver.trouble import Outcome, Reason, Trouble
from odziv.models import Delivery, Message
from tests.deliver.letters import NOW, mailbox_at, waiting_message
from tests.support.cast import Cast
from tests.support.smtp import CLOSE, HANG, SWALLOW, SmtpServer

PIPELINING = ("PIPELINING", "8BITMIME", "SMTPUTF8")
MAIL = b"Subject: Hello\r\n\r\n.leading dot\r\n..\r\nend\r\n"


def to_many(server: SmtpServer, cast: Cast, copies: int = 60, **mailbox: Any) -> Message:
    to = [f"r{number}@example.com" for number in range(copies)]
    return waiting_message(mailbox_at(server, cast.ana, **mailbox), cast.ana, to=to)


def states(message: Message) -> Counter[tuple[str, str]]:
    return Counter(message.deliveries.values_list("state", "reason"))


@pytest.mark.django_db
@pytest.mark.parametrize("extensions", [PIPELINING, PIPELINING[1:]])
def test_each_copy_leaves_once_over_as_many_connections_as_the_mailbox_may_have(
    cast: Cast, extensions: tuple[str, ...]
) -> None:
    with SmtpServer(extensions=extensions) as server:
        message = to_many(server, cast, connections=4)
        assert deliver_due(NOW, threads=False) == 60
    assert Counter(mail.recipient for mail in server.taken) == {f"r{number}@example.com": 1 for number in range(60)}
    assert server.connections == 4 and states(message) == {("accepted", ""): 60}


@pytest.mark.django_db
def test_copies_that_go_together_are_written_together(cast: Cast) -> None:
    with SmtpServer(extensions=PIPELINING) as server:
        to_many(server, cast, connections=6)
        with CaptureQueriesContext(connection) as queries:
            deliver_due(NOW, threads=False)
    assert sum(query["sql"].startswith('UPDATE "odziv_delivery"') for query in queries) < 3 * 60 / 2


@pytest.mark.django_db
@pytest.mark.parametrize("does", ["421 4.7.0 Too many connections", CLOSE])
def test_a_server_that_grants_fewer_connections_is_sent_to_over_fewer(cast: Cast, does: str) -> None:
    with SmtpServer() as server:
        server.does["greeting"] = ["220 server.example ESMTP", "220 server.example ESMTP", *[does] * 5]
        message = to_many(server, cast, connections=5)
        deliver_due(NOW, threads=False)
    assert states(message) == {("accepted", ""): 60} and len(server.taken) == 60


@pytest.mark.django_db
def test_one_that_says_so_only_later_delays_a_single_copy(cast: Cast) -> None:
    with SmtpServer() as server:
        server.does["mail"] = ["250 2.1.0 Fine", "421 4.7.0 Too many connections"]
        message = to_many(server, cast, connections=3)
        deliver_due(NOW, threads=False)
    assert states(message) == {("accepted", ""): 59, ("waiting", "busy"): 1} and len(server.taken) == 59


@pytest.mark.django_db
def test_a_server_that_shuts_down_is_left_alone(cast: Cast) -> None:
    with SmtpServer(does={"mail": "421 4.3.2 Shutting down"}) as server:
        message = to_many(server, cast, connections=3)
        deliver_due(NOW, threads=False)
    assert states(message) == {("waiting", "busy"): 60} and server.connections == 3


@pytest.mark.django_db
def test_each_copy_has_its_own_end_whatever_becomes_of_those_beside_it(cast: Cast) -> None:
    refused = {"r3@example.com": "550 5.1.1 No such user", "r5@example.com": "450 4.2.0 Greylisted"}
    with SmtpServer(recipients=dict(refused), extensions=PIPELINING) as server:
        server.does["end"] = ["250 2.0.0 Queued"] * 9 + [SWALLOW, CLOSE, "552 5.3.4 Too big"]
        message = to_many(server, cast, connections=4)
        deliver_due(NOW, threads=False)
    assert states(message) == {
        ("accepted", ""): 55, ("uncertain", "unanswered"): 2, ("refused", "content"): 1,
        ("refused", "recipient"): 1, ("waiting", "recipient"): 1,
    }  # fmt: skip
    taken = Counter(mail.recipient for mail in server.taken)
    accepted = Delivery.objects.filter(state="accepted").values_list("party__address", flat=True)
    assert set(taken.values()) == {1} and set(accepted) <= set(taken)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_hangs_holds_up_no_other(cast: Cast) -> None:
    with SmtpServer(recipients={"r0@example.com": HANG}) as server:
        message = to_many(server, cast, connections=3)
        deliver_due()
        end = time.monotonic() + 20
        while (accepted := message.deliveries.filter(state="accepted").count()) < 59 and time.monotonic() < end:
            time.sleep(0.05)
        assert len(server.taken) == accepted == 59


def send(server: SmtpServer, one: Session, recipient: str = "maja@example.com") -> None:
    one.deliver("ana@lipa.example", recipient, MAIL, hooks=Hooks())


def session(server: SmtpServer) -> Session:
    return Session(Server(server.host, server.port, "none"), timeout=1, name="lipa.example")


@pytest.mark.parametrize(
    ("step", "reason"),
    [("mail", Reason.SENDER), ("rcpt", Reason.RECIPIENT), ("data", Reason.CONTENT), ("end", Reason.CONTENT)],
)
def test_a_refusal_of_what_was_said_at_once_leaves_nothing_behind(step: str, reason: Reason) -> None:
    """The server goes on with DATA even when there is nobody to take it: such a message must never be completed."""
    with SmtpServer(does={step: ["554 5.7.1 No"]}, extensions=PIPELINING) as server:
        one = session(server)
        with pytest.raises(Trouble) as caught:
            send(server, one)
        send(server, one, "next@example.com")
    assert (caught.value.reason, caught.value.outcome, caught.value.code) == (reason, Outcome.PERMANENT, 554)
    assert [(mail.recipient, mail.content) for mail in server.taken] == [("next@example.com", MAIL)]


def test_a_used_connection_that_was_ended_is_opened_anew_when_all_was_said_at_once() -> None:
    with SmtpServer(extensions=PIPELINING) as server:
        one = session(server)
        send(server, one)
        server.does["mail"] = [CLOSE]
        send(server, one, "second@example.com")
    assert [mail.recipient for mail in server.taken] == ["maja@example.com", "second@example.com"]
