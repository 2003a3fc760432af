"""A mailbox sends no more within an hour than it may; the rest waits for the next one and nothing is lost (D3)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client

from odziv.deliver.due import deliver_due
from odziv.models import Delivery, Mailbox
from tests.deliver.letters import NOW, mailbox_at, waiting_message
from tests.support.cast import Cast
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db


def test_what_is_beyond_waits_for_the_next_hour(cast: Cast) -> None:
    with SmtpServer() as server:
        limited, free = mailbox_at(server, cast.ana, hourly_limit=3), mailbox_at(server, cast.bor)
        waiting_message(limited, cast.ana, to=[f"r{number}@example.com" for number in range(8)])
        waiting_message(free, cast.bor, to=[f"f{number}@example.com" for number in range(8)])
        deliver_due(NOW, threads=False)
        assert Counter(mail.recipient[0] for mail in server.taken) == {"r": 3, "f": 8}
        waiting = Delivery.objects.filter(state="waiting")
        assert set(waiting.values_list("reason", "attempts", "due_at")) == {("limit", 0, NOW + timedelta(hours=1))}
        assert deliver_due(NOW + timedelta(minutes=59), threads=False) == 0
        for hour in (1, 2):
            deliver_due(NOW + timedelta(hours=hour, minutes=1), threads=False)
        deliver_due(NOW + timedelta(hours=3, minutes=2), threads=False)
        counts = Counter(mail.recipient for mail in server.taken)
        assert len(counts) == 16 and set(counts.values()) == {1}
    assert set(Delivery.objects.values_list("state", "reason")) == {("accepted", "")}


def test_a_clock_that_is_set_back_does_not_hold_up_a_mailbox(cast: Cast) -> None:
    with SmtpServer() as server:
        mailbox = mailbox_at(server, cast.ana, hourly_limit=1, hour_began_at=NOW + timedelta(days=1), hour_sent=1)
        waiting_message(mailbox, cast.ana)
        assert deliver_due(NOW, threads=False) == 1


def test_its_page_says_why_it_waits(cast: Cast, client: Client) -> None:
    with SmtpServer() as server:
        message = waiting_message(
            mailbox_at(server, cast.ana, hourly_limit=1), cast.ana, to=("a@example.com", "b@example.com")
        )
        deliver_due(NOW, threads=False)
    client.force_login(cast.ana)
    assert "as many e-mails as it may within an hour" in client.get(f"/messages/{message.pk}/").content.decode()


@pytest.mark.parametrize(("typed", "stored"), [("250", 250), ("", 0), ("-1", None), ("x", None)])
def test_it_is_set_in_the_mailbox(cast: Cast, client: Client, typed: str, stored: int | None) -> None:
    with SmtpServer() as server:
        mailbox = mailbox_at(server, cast.ana)
    client.force_login(cast.ana)
    sent = {
        "name": "Ana", "address": "ana@lipa.example", "smtp_host": server.host, "smtp_port": server.port,
        "smtp_security": "none", "hourly_limit": typed,
    }  # fmt: skip
    answer = client.post(f"/settings/mailboxes/{mailbox.pk}/", sent)
    assert answer.status_code == (302 if stored is not None else 422)
    assert Mailbox.objects.get(pk=mailbox.pk).hourly_limit == (stored or 0)


@pytest.mark.parametrize(("typed", "stored"), [("12", 12), ("", 3), ("0", None), ("51", None)])
def test_over_how_many_connections_it_sends_is_set_there_too(
    cast: Cast, client: Client, typed: str, stored: int | None
) -> None:
    with SmtpServer() as server:
        mailbox = mailbox_at(server, cast.ana)
    client.force_login(cast.ana)
    sent = {
        "name": "Ana", "address": "ana@lipa.example", "smtp_host": server.host, "smtp_port": server.port,
        "smtp_security": "none", "connections": typed,
    }  # fmt: skip
    answer = client.post(f"/settings/mailboxes/{mailbox.pk}/", sent)
    assert answer.status_code == (302 if stored is not None else 422)
    assert Mailbox.objects.get(pk=mailbox.pk).connections == (stored or 3)
