"""Events go while others come: no figure is lost, and none is counted twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from odziv.ingest.run import ingest
from odziv.lib.seal import Kind
from odziv.measure.rebuild import run as rebuild
from odziv.measure.run import measure
from odziv.models import Delivery, JournalMonths, Settled
from odziv.privacy import retention
from odziv.privacy.retention import keep_for, let_go
from tests.privacy.test_retention import JULY, NOW, OCTOBER, seen, sent
from tests.support.cast import make_cast
from tests.support.journal import WINDOWS, happened, spool

MESSAGES, LATER = 30, 6


def _take_all_in() -> None:
    try:
        while ingest(7) or measure(50):
            pass
    finally:
        connections.close_all()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_while_ingest_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast()
    monkeypatch.setattr(retention, "_EVENTS", 11)
    copies = list(Delivery.objects.filter(pk__in=[sent(cast).deliveries.get().pk for _number in range(MESSAGES)]))
    happened(
        *(seen(copy, JULY + timedelta(minutes=n)) for n, copy in enumerate(copies)),
        *(seen(copy, OCTOBER + timedelta(minutes=n), Kind.CLICK) for n, copy in enumerate(copies)),
    )
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    # Of now, and from a spool that lay for months.
    spool(
        seen(copy, (JULY if n == 0 else NOW) + timedelta(hours=1 + n), Kind.CLICK, agent=WINDOWS)
        for n in range(LATER)
        for copy in copies
    )
    retention_begun = let_go(NOW)
    with ThreadPoolExecutor(1) as beside:
        ingesting = beside.submit(_take_all_in)
        while let_go(NOW) or not ingesting.done():
            pass
        ingesting.result()
    assert retention_begun == 1 and Settled.objects.count() == MESSAGES
    while measure():
        pass
    while let_go(NOW):
        pass
    found = {(copy.opens, copy.link_clicks) for copy in Delivery.objects.all()}
    assert found == {(1, 1 + LATER)}
    assert rebuild(["--check"]) == 0
