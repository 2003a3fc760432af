"""What the worker tells Prometheus and whoever watches it, on a listener of its own (O6, issue 6)."""

from __future__ import annotations

import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from odziv.environment import ENV
from odziv.health.metrics import WorkFigures
from odziv.health.private import Private
from odziv.lib.prometheus import Figure, text
from odziv.models import Delivery, DeliveryState, Mailbox
from tests.support.cast import Cast
from tests.support.journal import delivery_of, followed_message, hit, spool, take_in

pytestmark = pytest.mark.django_db(transaction=True)
_LINE = re.compile(r"# (HELP|TYPE) odziv_\w+ .+|odziv_\w+(\{\w+=\"\w+\"\})? [0-9.]+")


@pytest.fixture(autouse=True)
def empty_spool() -> None:
    for file in ENV.spool_folder.glob("*"):
        file.unlink()


@pytest.fixture
def address() -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    private = Private(listener, WorkFigures(ENV).now)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    private.close()


def ask(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def told(address: str) -> dict[str, float]:
    status, body = ask(f"{address}/metrics")
    assert status == 200
    lines = body.splitlines()
    assert all(_LINE.fullmatch(line) for line in lines), lines
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name.removeprefix("odziv_"): float(value) for name, value in pairs}


def test_what_waits_in_the_spool_is_told_until_it_is_taken(cast: Cast, address: str) -> None:
    spool([hit(delivery_of(followed_message(cast.ana))) for _ in range(3)])
    assert told(address)["ingest_waiting_hits"] == 3
    take_in()
    figures = told(address)
    assert (figures["ingest_waiting_hits"], figures["ingest_lag_seconds"], figures["unfolded_copies"]) == (0, 0, 0)


def test_copies_are_counted_by_state_and_a_late_one_shows(cast: Cast, address: str) -> None:
    followed_message(cast.ana, to=("maja@hrast.example", "jan@hrast.example"))
    due = timezone.now() - timedelta(seconds=90)
    late = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=late.pk).update(state=DeliveryState.WAITING, due_at=due, touched=1)
    figures = told(address)
    assert figures['deliveries{state="accepted"}'] == figures['deliveries{state="waiting"}'] == 1
    assert figures['deliveries{state="bounced"}'] == 0
    assert 90 <= figures["delivery_overdue_seconds"] < 200
    assert figures["unfolded_copies"] == 1


def test_a_mailbox_that_is_not_looked_into_shows(cast: Cast, address: str) -> None:
    before = told(address)["mailboxes"]
    tried = timezone.now() - timedelta(minutes=20)
    Mailbox.objects.create(
        organisation=cast.lipa, user=cast.ana, kind="smtp", name="Ana", address="ana@lipa.example",
        imap_host="imap.lipa.example", imap_tried_at=tried, imap_reason="unreachable",
    )  # fmt: skip
    figures = told(address)
    assert (figures["mailboxes"], figures["mailboxes_failing"]) == (before + 1, 1)
    assert 1200 <= figures["mailbox_age_seconds"] < 1300


def test_nobody_is_named(cast: Cast, address: str) -> None:
    spool([hit(delivery_of(followed_message(cast.ana)))])
    body = ask(f"{address}/metrics")[1]
    assert not re.search(r"ana|lipa|hrast|@|\d+\.\d+\.\d+\.\d+", body)


def test_it_says_whether_it_lives_and_is_ready(address: str) -> None:
    assert ask(f"{address}/healthz") == (200, "alive\n")
    assert ask(f"{address}/readyz") == (200, "ready\n")
    assert ask(f"{address}/activities/")[0] == 404


def test_without_its_database_it_lives_and_is_not_ready() -> None:
    def away(_at: object) -> list[Figure]:
        raise DatabaseError

    listener = socket.create_server(("127.0.0.1", 0))
    private = Private(listener, away)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert ask(f"{address}/metrics")[0] == 503
    assert ask(f"{address}/healthz")[0] == 200
    private.close()


def test_labels_are_escaped() -> None:
    figure = Figure("odziv_x", "gauge", "About.", [({"a": 'b"c\\\n'}, 1)])
    assert text([figure]).splitlines()[2] == 'odziv_x{a="b\\"c\\\\\\n"} 1'
