"""The next batch is looked at while the last one is stored, and comes out as if it had waited (invariants 3 and 4)."""

from __future__ import annotations

import random
import threading
import time
from uuid import UUID

import pytest
from django.db import DatabaseError, connections

from odziv.ingest import batch as batches
from odziv.ingest.batch import Batch
from odziv.ingest.run import ingest
from odziv.lib.hit import Hit
from odziv.lib.seal import Kind
from odziv.measure import journal
from odziv.measure.rebuild import rebuild
from odziv.measure.run import measure
from odziv.models import Contact, Delivery, Interaction, Message, RecordEmail
from odziv.privacy.refusing import Said, refuse
from tests.support.cast import Cast
from tests.support.journal import NOON, WINDOWS, any_hits, delivery_of, followed_message, hit, spool
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def message(cast: Cast) -> Message:
    return followed_message(cast.ana, to=[f"{name}@hrast.example" for name in ("maja", "jan", "eva", "ivo")])


def in_batches(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """The next batch is read now before, now after the last one was stored, and now in the middle."""
    dice, real_known, real_look = random.Random(seed), batches.known, batches.look

    def known(copies: set[UUID]) -> object:
        time.sleep(dice.choice((0, 0, 0.03)))
        return real_known(copies)

    def look(*args: object) -> object:
        time.sleep(dice.choice((0, 0, 0.03)))
        return real_look(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "known", known)
    monkeypatch.setattr(batches, "look", look)


def all_in(batch: int) -> None:
    while ingest(batch=batch) + measure():
        pass


@pytest.mark.parametrize("seed", range(6))
def test_figures_equal_the_journal_however_batches_overlap(
    message: Message, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    hits = any_hits(message, seed)
    random.Random(seed).shuffle(hits)
    spool([*hits, *random.Random(seed).sample(hits, 20)])
    in_batches(monkeypatch, seed)
    all_in(3 + seed)
    assert Interaction.objects.count() == 60
    outcome = rebuild(None, check=True, now=NOON)
    assert (outcome.verdicts, outcome.figures) == (0, 0)
    assert not Delivery.objects.unfolded().exists()


def test_what_is_looked_at_ahead_needs_no_second_fold(message: Message) -> None:
    spool([hit(delivery_of(message, number % 4), Kind.CLICK, after=900 + number * 100) for number in range(24)])
    assert ingest(batch=6) == 24
    assert measure() == 0
    assert Message.objects.get(pk=message.pk).link_clicks == 24


@pytest.mark.parametrize("seed", range(4))
def test_copies_with_very_many_events_are_left_to_the_fold(
    message: Message, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(journal, "MOST_EVENTS", 12)
    spool(any_hits(message, seed))
    in_batches(monkeypatch, seed)
    all_in(7)
    assert Interaction.objects.count() == 60
    assert rebuild(None, check=True, now=NOON).equal


def test_a_refusal_holds_for_what_comes_in_the_next_batch(message: Message) -> None:
    maja = delivery_of(message)
    spool([hit(maja, after=100), hit(maja, Kind.PREFERENCE, after=200, method="POST"), hit(maja, after=300)])
    assert ingest(batch=2) == 3
    assert Interaction.objects.count() == 1


@pytest.fixture
def at_store(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is done, one after the other, before a batch is stored."""
    real, todo = Batch.store, list[object]()

    def store(self: Batch, *args: object) -> bool:
        time.sleep(0.05)  # the next one is looked at meanwhile
        if todo and callable(what := todo.pop(0)):
            what()
        return real(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Batch, "store", store)
    return todo


def company_at_work(message: Message) -> list[Hit]:
    """One program with three colleagues' copies in the same second: a gateway, which the last one shows."""
    return [hit(delivery_of(message, number), Kind.CLICK, after=9000, agent=WINDOWS) for number in (0, 1, 2)]


def test_a_batch_is_looked_at_again_when_the_one_before_was_stored_otherwise_than_expected(
    message: Message, at_store: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody answers while the first is looked at, so that it is stored without figures."""
    looks, real = [], batches.look

    def look(*args: object) -> object:
        looks.append(args)
        return real(*args)  # type: ignore[arg-type]

    def replied() -> None:
        Delivery.objects.filter(pk=delivery_of(message).pk).update(replies=1, touched=Delivery.JUDGED_AGAIN)

    at_store.append(replied)
    monkeypatch.setattr(batches, "look", look)
    spool([*company_at_work(message), hit(delivery_of(message), after=9900)])
    all_in(1)
    assert len(looks) == 6  # two were begun when it showed
    assert [delivery_of(message, number).machine_link_clicks for number in range(3)] == [1, 1, 1]
    assert rebuild(None, check=True, now=NOON).equal


def test_a_refusal_holds_for_all_that_was_looked_at_meanwhile(
    message: Message, at_store: list[object], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is looked at again for it, and what the refusing one's event showed of colleagues counts no more."""
    looks, real = [], batches.look

    def look(*args: object) -> object:
        looks.append(args)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "look", look)
    at_store.append(lambda: wait_until(lambda: len(looks) == 3))
    maja, jan, eva = company_at_work(message)
    no = hit(delivery_of(message), Kind.PREFERENCE, after=8000, method="POST")
    spool([no, hit(delivery_of(message, 3)), jan, eva, maja, hit(delivery_of(message, 3), after=500)])
    with caplog.at_level("INFO", "odziv.ingest"):
        all_in(2)
    assert Interaction.objects.filter(delivery=delivery_of(message)).count() == 0
    assert Interaction.objects.count() == 4
    assert "1 consent was withdrawn" in caplog.text
    assert rebuild(None, check=True, now=NOON).equal
    assert not Delivery.objects.unfolded().exists()
    assert len(looks) == 3


@pytest.mark.parametrize("known", [True, False], ids=["on a record", "an address alone"])
@pytest.mark.parametrize("before", [0, 1], ids=["before the one at hand is stored", "before the next one"])
def test_a_refusal_that_somebody_else_stores_holds_for_what_was_looked_at(
    message: Message, cast: Cast, at_store: list[object], before: int, known: bool
) -> None:
    """By hand, or in another worker."""
    copy = delivery_of(message)
    if known:
        contact = Contact.objects.create(organisation=cast.lipa, owner=cast.ana, name="Maja")
        RecordEmail.objects.create(organisation=cast.lipa, record=contact, address=copy.party.address)

    def refused() -> None:
        refuse([Said(cast.lipa.pk, copy.pk, NOON)])

    at_store += [None] * before + [refused]
    spool([hit(copy, after=900), hit(copy, after=1800), hit(copy, after=2700), hit(delivery_of(message, 1))])
    all_in(1)
    assert Interaction.objects.filter(delivery=copy).count() == before
    assert Interaction.objects.count() == before + 1
    assert rebuild(None, check=True, now=NOON).equal
    assert not Delivery.objects.unfolded().exists()


def test_a_copy_that_is_deleted_while_the_next_batch_is_looked_at(message: Message, at_store: list[object]) -> None:
    """Its event, that was expected to be stored, would have shown the gateway."""
    maja, jan, eva = company_at_work(message)
    at_store += [None, None, lambda: Delivery.objects.filter(pk=delivery_of(message).pk).delete()]
    spool([jan, hit(delivery_of(message, 3)), maja, eva])
    all_in(1)
    assert Message.objects.get(pk=message.pk).machine_link_clicks == 0
    assert rebuild(None, check=True, now=NOON).equal
    assert not Delivery.objects.unfolded().exists()


def test_a_batch_that_cannot_be_stored_takes_nothing_of_the_next_one_in(
    message: Message, at_store: list[object]
) -> None:
    def away() -> None:
        raise DatabaseError("away")

    at_store += [None, away]
    spool(company_at_work(message))
    with pytest.raises(DatabaseError):
        ingest(batch=1)
    assert Interaction.objects.count() == 1
    all_in(1)
    assert Interaction.objects.count() == 3
    assert rebuild(None, check=True, now=NOON).equal


def test_several_workers_that_look_ahead_take_everything_in_once(message: Message) -> None:
    hits = [one for seed in range(3) for one in any_hits(message, seed)]
    spool(hits)

    def work() -> None:
        all_in(5)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    all_in(5)
    assert Interaction.objects.count() == len(hits)
    assert sum(Delivery.objects.values_list("touched", flat=True)) == len(hits)
    assert rebuild(None, check=True, now=NOON).equal
