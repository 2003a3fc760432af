"""Server-sent events of a real web process: told quickly, to those who may know, and ended when it is to stop (V3)."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from odziv.models import Delivery, Message, User
from odziv.web import live
from tests.support.cast import Cast, make_cast
from tests.support.journal import delivery_of, followed_message, happened, hit
from tests.support.processes import free_port, running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def web(cast: Cast) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    with running("web", web=port, edge=free_port()) as processes:
        yield port, processes["web"]


class Stream:
    """An open connection to a stream of events."""

    def __init__(self, port: int, path: str, user: User | None = None) -> None:
        client = Client()
        cookie = ""
        if user:
            client.force_login(user)
            cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.connection.request("GET", path, headers={"Cookie": cookie, "Accept": "text/event-stream"})
        self.answer = self.connection.getresponse()
        self.status = self.answer.status

    def line(self) -> str:
        """The next line that is not empty. "" at the end of the stream."""
        while line := self.answer.readline():
            if line.strip():
                return line.decode().strip()
        return ""

    def close(self) -> None:
        self.connection.close()


def test_a_change_is_told_within_two_seconds(cast: Cast, web: tuple[int, subprocess.Popen[bytes]]) -> None:
    message, other = followed_message(cast.ana), followed_message(cast.ana)
    stream = Stream(web[0], f"/messages/{message.pk}/live", cast.bor)
    assert (stream.status, stream.answer.getheader("Content-Type")) == (200, "text/event-stream")
    assert stream.line() == "retry: 2000"
    happened(hit(delivery_of(other)))
    happened(hit(delivery_of(message)))
    since = time.monotonic()
    assert stream.line() == "event: changed"
    assert stream.line() == f"data: {message.pk}"
    assert time.monotonic() - since < 2
    Delivery.objects.filter(message=message).update(state="bounced", attempts=2)
    assert stream.line() == "event: changed"
    stream.close()


def test_a_list_hears_of_each_of_its_rows(cast: Cast, web: tuple[int, subprocess.Popen[bytes]]) -> None:
    messages = [followed_message(cast.ana) for _ in range(5)]
    ids = ",".join(message.pk.hex for message in messages)
    stream = Stream(web[0], f"/activities/live?ids={ids}", cast.ana)
    assert stream.line() == "retry: 2000"
    happened(hit(delivery_of(messages[3])))
    assert [stream.line(), stream.line()] == ["event: changed", f"data: {messages[3].pk}"]
    stream.close()


def test_strangers_hear_nothing(cast: Cast, web: tuple[int, subprocess.Popen[bytes]]) -> None:
    message = followed_message(cast.ana)
    assert Stream(web[0], f"/messages/{message.pk}/live", cast.eva).status == 404
    assert Stream(web[0], f"/messages/{message.pk}/live").status == 401


def test_open_streams_do_not_hold_up_the_end(cast: Cast, web: tuple[int, subprocess.Popen[bytes]]) -> None:
    port, process = web
    message = followed_message(cast.ana)
    streams = [Stream(port, f"/messages/{message.pk}/live", cast.ana) for _ in range(20)]
    for stream in streams:
        assert stream.line() == "retry: 2000"
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0  # a stream lasts ten minutes
    assert [stream.line() for stream in streams] == [""] * 20


def test_closed_tabs_leave_nothing_behind(cast: Cast, web: tuple[int, subprocess.Popen[bytes]]) -> None:
    port, _process = web
    message = followed_message(cast.ana)
    for _ in range(30):
        stream = Stream(port, f"/messages/{message.pk}/live", cast.ana)
        assert stream.line() == "retry: 2000"
        if stream.connection.sock:
            stream.connection.sock.shutdown(socket.SHUT_RDWR)
        stream.close()
    stream = Stream(port, f"/messages/{message.pk}/live", cast.ana)
    assert stream.line() == "retry: 2000"
    happened(hit(delivery_of(message)))
    assert stream.line() == "event: changed"
    stream.close()


def test_all_pages_together_cost_one_query(cast: Cast, django_assert_num_queries: pytest.FixtureRequest) -> None:
    messages = [followed_message(cast.ana) for _ in range(20)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        marks = Message.objects.marks([message.pk for message in messages])
    assert len(marks) == 20
    assert live.EVERY < 1
