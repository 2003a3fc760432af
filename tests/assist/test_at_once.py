"""A thousand opens at the same moment, seen by several workers: one card, and one notification (A2)."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from odziv.assist.run import assist
from odziv.lib import clock
from odziv.models import Card, CardKind, Delivery, Happening, Message, PushNotice, PushSubscription
from tests.support.cast import Cast
from tests.support.journal import followed_message


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_thousand_opens_at_once_make_one_card_and_one_notice(cast: Cast) -> None:
    PushSubscription.objects.keep(cast.ana, "https://p.example/1", "https://p.example", ("k", "s"), "", clock.now())
    message = followed_message(cast.ana, sent_at=clock.now())
    for rows in (Message.objects.filter(pk=message.pk), Delivery.objects.filter(message=message)):
        rows.update(opens=1000, first_opened_at=clock.now())
    fields = {"organisation": cast.lipa, "message": message, "kind": CardKind.OPENED}
    Happening.objects.bulk_create(Happening(**fields) for _ in range(1000))
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _number: _work(), range(4)))
    assert not Happening.objects.exists()
    assert (Card.objects.count(), PushNotice.objects.count()) == (1, 1)


def _work() -> None:
    until = time.monotonic() + 60
    try:
        while Happening.objects.exists() and time.monotonic() < until:
            assist(limit=50)
    finally:
        connection.close()
