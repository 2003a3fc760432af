"""Servers say by themselves what came (RFC 2177); whoever hangs, dies or floods delays no other mailbox (P1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from odziv.lib import clock
from odziv.models import Arrival, Mailbox, Reading
from odziv.replies import reading
from odziv.replies.connection import Connection, Server
from odziv.replies.trouble import ImapTrouble
from odziv.replies.watch import Watch
from tests.replies.desk import Desk, read_mailbox
from tests.support.cast import Cast
from tests.support.faulty_imap import FaultyImap
from tests.support.imap import Dovecot, dovecot
from tests.support.smtp import HANG

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
IDLE: dict[str, str | list[str]] = {
    "capability": "* CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE\r\nTAG OK done\r\n",
    "authenticate": "+ \r\n",
    "continue": ["TAG OK in\r\n"],
    "idle": "+ idling\r\n",
}


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """That of a worker of its own, which ends with the test."""
    fresh = Watch()
    monkeypatch.setattr(reading, "_watch", fresh)
    yield fresh
    reading.stop(30)
    reading._stopping.clear()
    reading._under_way.clear()


def works_until(true: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        reading.read_mailboxes()
        time.sleep(0.05)


def idle(server: FaultyImap) -> tuple[Connection, Server]:
    one = Server(server.host, server.port, "none", "ana", "x")
    connection = Connection(one, timeout=1)
    connection.open()
    return connection, one


def test_a_reply_shows_at_once_where_the_server_says_that_it_came(server: Dovecot, cast: Cast, watch: Watch) -> None:
    desk = Desk(server, cast.ana, begin=False)
    works_until(lambda: len(watch) == 1 and not Reading.objects.get().lease_until)
    due = Reading.objects.get().due_at
    assert due > clock.now() + timedelta(seconds=60)  # so it is not found by chance
    desk.server.deliver(desk.address, bytes(desk.reply()))
    works_until(Arrival.objects.exists)
    assert clock.now() < due
    works_until(lambda: len(watch) == 1)
    desk.server.deliver(desk.address, bytes(desk.reply("Še nekaj.")))
    works_until(lambda: Arrival.objects.count() == 2)
    assert server.log().count(f"user=<{desk.address}>") - server.log().count("Disconnected: Logged out") <= 4


def test_what_comes_between_the_look_and_the_waiting_is_not_overlooked(server: Dovecot, cast: Cast) -> None:
    desk = Desk(server, cast.ana)
    one = Server(server.host, server.port, "none", desk.address, server.password)
    watch, key = Watch(), uuid4()
    with Connection(one, timeout=30) as connection:
        connection.select("INBOX")
        server.deliver(desk.address, b"Subject: x\r\n\r\nx\r\n")
        connection.uids_from(1)
        assert watch.keep(key, connection)
        assert watch.news().came == [key]
        assert watch.take(key, one) is connection and connection.uids_from(1)


def test_a_server_that_says_nothing_by_itself_is_asked(
    cast: Cast, watch: Watch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    silent = "imap_capability = IMAP4rev1 LITERAL+"
    with dovecot(tmp_path_factory.mktemp("no-idle"), settings=[silent]) as server:
        desk = Desk(server, cast.ana, begin=False)
        works_until(lambda: Mailbox.objects.get(pk=desk.mailbox.pk).read_until)
        works_until(lambda: not Reading.objects.get().lease_until)
        assert not len(watch) and Reading.objects.get().due_at <= clock.now() + reading.PERIOD
        server.deliver(desk.address, bytes(desk.reply()))
        Reading.objects.update(due_at=clock.now())
        works_until(Arrival.objects.exists)


def test_a_mailbox_that_hangs_delays_no_other(server: Dovecot, cast: Cast, watch: Watch) -> None:
    with FaultyImap({"greeting": HANG}) as faulty:
        hanging = [read_mailbox(cast.bor, f"bor{number}@lipa.example", faulty.port) for number in range(3)]
        desk = Desk(server, cast.ana, begin=False)
        works_until(lambda: len(watch) == 1)
        server.deliver(desk.address, bytes(desk.reply()))
        works_until(Arrival.objects.exists, 25)  # they hang for 30 s
        assert {one.mailbox for one in reading._under_way.values() if one.is_alive()} >= {one.pk for one in hanging}


def test_a_connection_that_died_unheard_is_noticed_and_opened_anew() -> None:
    with FaultyImap({**IDLE, "continue": ["TAG OK in\r\n", HANG]}) as faulty:
        (connection, one), watch, key = idle(faulty), Watch(), uuid4()
        assert watch.keep(key, connection)
        began = time.monotonic()
        assert watch.take(key, one) is None and time.monotonic() - began < 20
        assert not len(watch) and watch.take(key, one) is None


@pytest.mark.parametrize(
    "said", ["+ idling\r\n* BYE maintenance\r\n", "+ idling\r\n* 1 " + 9000 * "x"], ids=["bye", "endless"]
)
def test_a_server_that_hangs_up_or_floods_is_let_go(said: str) -> None:
    with FaultyImap({**IDLE, "idle": said}) as faulty:
        (connection, _), watch, key = idle(faulty), Watch(), uuid4()
        try:
            assert watch.keep(key, connection)
        except ImapTrouble:
            return  # noticed at once
        until = time.monotonic() + 30
        while not (news := watch.news()).lost:
            assert time.monotonic() < until
            time.sleep(0.01)
        assert news.lost == [key] and not news.came and not len(watch)


def test_there_are_enough_connections_at_some_point_and_a_changed_mailbox_has_a_new_one() -> None:
    with FaultyImap({**IDLE, "continue": 3 * ["TAG OK in\r\n"]}) as faulty:
        (first, one), (second, _), watch, key = idle(faulty), idle(faulty), Watch(most=1), uuid4()
        assert watch.keep(key, first) and not watch.keep(uuid4(), second)
        assert watch.take(key, Server(one.host, one.port, "none", "ana", "new")) is None
        assert not len(watch) and watch.keep(uuid4(), second)


def test_the_end_closes_all_and_lets_others_go_on_at_once(server: Dovecot, cast: Cast, watch: Watch) -> None:
    desks = [Desk(server, cast.ana, begin=False) for _ in range(8)]
    threads = threading.active_count()
    works_until(lambda: len(watch) == len(desks) and not any(one.is_alive() for one in reading._under_way.values()))
    assert threading.active_count() <= threads + 1  # none for an open connection
    reading.stop(30)
    assert not len(watch) and reading.read_mailboxes() == 0
    assert all(row.due_at <= clock.now() for row in Reading.objects.all())
