"""Ingest folds what it takes in, in the same transaction; what it cannot is left to `measure` (J1, J5, invariant 4)."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from odziv.ingest import batch
from odziv.ingest.run import ingest
from odziv.lib.seal import Kind
from odziv.measure import journal
from odziv.measure import run as measuring
from odziv.measure.rebuild import rebuild
from odziv.measure.run import look, measure
from odziv.models import Delivery, Interaction, Message
from tests.support.cast import Cast
from tests.support.journal import NOON, WINDOWS, any_hits, delivery_of, followed_message, hit, spool

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(cast: Cast) -> Message:
    return followed_message(cast.ana, to=[f"{name}@hrast.example" for name in ("maja", "jan", "eva", "ivo")])


def test_figures_are_there_when_the_journal_is(message: Message) -> None:
    spool([hit(delivery_of(message)), hit(delivery_of(message, 1), Kind.CLICK)])
    assert ingest() == 2
    assert measure() == 0
    message.refresh_from_db()
    assert (message.opens, message.link_clicks) == (2, 1)
    assert set(Interaction.objects.values_list("verdict", flat=True)) == {"human"}


@pytest.mark.parametrize("seed", range(8))
def test_whatever_comes_in_whatever_batches_the_figures_equal_the_journal(message: Message, seed: int) -> None:
    hits, dice = any_hits(message, seed), random.Random(seed)
    dice.shuffle(hits)
    while hits:
        batch = [hits.pop() for _ in range(min(len(hits), dice.randrange(1, 9)))]
        spool([*batch, *batch[:2]])
        ingest()
        outcome = rebuild(None, check=True, now=NOON)
        assert (outcome.verdicts, outcome.figures) == (0, 0)
    assert Interaction.objects.count() == 60


def test_a_copy_that_changes_meanwhile_is_left_to_the_fold(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    Delivery.objects.update(accepted_at=None)

    def slow(*args: object) -> object:
        found = look(*args)  # type: ignore[arg-type]
        Delivery.objects.filter(pk=delivery_of(message).pk).update(accepted_at=NOON, touched=Delivery.JUDGED_AGAIN)
        return found

    monkeypatch.setattr(batch, "look", slow)
    spool([hit(delivery_of(message), Kind.CLICK, after=20), hit(delivery_of(message, 1), Kind.CLICK, after=9999)])
    ingest()
    changed, other = delivery_of(message), delivery_of(message, 1)
    assert (changed.link_clicks, changed.machine_link_clicks, changed.touched > changed.folded) == (0, 0, True)
    assert (other.link_clicks, other.touched) == (1, other.folded)
    assert measure() == 1
    assert delivery_of(message).machine_link_clicks == 1
    assert rebuild(None, check=True, now=NOON).equal


def test_a_copy_that_was_deleted_meanwhile_holds_up_no_other(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[UUID] = [delivery_of(message).pk]

    def slow(*args: object) -> object:
        found = look(*args)  # type: ignore[arg-type]
        Delivery.objects.filter(pk__in=gone).delete()
        return found

    monkeypatch.setattr(batch, "look", slow)
    spool([hit(delivery_of(message)), hit(delivery_of(message, 1))])
    assert ingest() == 2
    assert list(Interaction.objects.values_list("delivery", flat=True)) == [delivery_of(message).pk]
    assert measure() == 1  # the one that is gone had spoken about it: the same program in the same second
    assert Message.objects.get(pk=message.pk).opens == 1
    assert rebuild(None, check=True, now=NOON).equal


def test_a_copy_with_very_many_events_is_left_to_the_fold(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_EVENTS", 20)
    maja, jan = delivery_of(message), delivery_of(message, 1)
    spool([*(hit(maja, Kind.CLICK, after=400 + number * 61) for number in range(30)), hit(jan, after=9000)])
    ingest()
    assert Delivery.objects.get(pk=jan.pk).opens == 1
    assert Delivery.objects.get(pk=maja.pk).folded == 0
    assert measure() == 1
    # What a colleague does is judged at once; the long copy is looked at again by itself.
    spool([hit(jan, Kind.CLICK, after=400 + 61 + timedelta(seconds=1).total_seconds())])
    ingest()
    long = Delivery.objects.get(pk=maja.pk)
    assert long.touched > long.folded
    assert measure() == 1
    assert rebuild(None, check=True, now=NOON).equal


def test_what_a_batch_holds_of_the_journal_is_bounded(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_IN_PASSING", 12)
    maja, jan, eva = (delivery_of(message, number) for number in range(3))
    spool([hit(one, Kind.CLICK, after=400 + 61 * number) for one in (maja, eva) for number in range(8)])
    ingest()
    measure()
    spool([hit(one, after=9000) for one in (maja, jan, eva)])  # 9, 1 and 9 events
    ingest()
    behind = {one.pk for one in Delivery.objects.unfolded()}
    assert jan.pk not in behind and len(behind) == 1, "those with few events first"
    assert measure() == 1
    assert rebuild(None, check=True, now=NOON).equal


def test_what_is_held_of_colleagues_is_bounded_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever folds: with one company of each message alone there are as many events as may be held."""
    letters = [followed_message(cast.ana, to=[f"{who}@{at}.example" for who in ("maja", "jan")]) for at in ("a", "b")]
    copies = [delivery_of(letter, number) for letter in letters for number in range(2)]
    spool([hit(copy, Kind.CLICK, after=400 + 61 * n, agent=WINDOWS) for copy in copies for n in range(5)])
    ingest()
    held: list[set[UUID]] = []
    real = journal._events

    def events(some: Iterable[journal.Copy], *rest: Any) -> Any:
        some = list(some)
        held.append({copy.message for copy in some})
        assert sum(copy.events for copy in some) <= 14
        return real(some, *rest)

    monkeypatch.setattr(journal, "MOST_AT_ONCE", 14)
    monkeypatch.setattr(journal, "_events", events)
    spool([hit(copy, after=9000, peer=f"84.112.{number}.5") for number, copy in enumerate(copies)])
    ingest()
    assert held == [{letters[0].pk}], "the others wait for measure"
    assert {one.message_id for one in Delivery.objects.unfolded()} == {letters[1].pk}
    assert measure() == 2
    assert not Delivery.objects.unfolded().exists()
    Delivery.objects.update(folded=0)
    assert measure() == 4
    assert rebuild(None, check=True, now=NOON).equal
    assert rebuild(None, check=False, now=NOON).equal
    assert [len(messages) for messages in held] == [1] * 10


def test_a_copy_with_many_events_rests_between_two_folds(message: Message) -> None:
    maja, jan = delivery_of(message), delivery_of(message, 1)
    spool([hit(maja, Kind.CLICK, after=400 + number) for number in range(250)])
    ingest()
    assert measure(now=NOON) == 1
    spool([hit(maja, after=99999), hit(jan, after=99999, peer="84.112.67.5")])
    ingest()
    assert Delivery.objects.get(pk=jan.pk).opens == 1
    assert measure(now=NOON + timedelta(seconds=0.9)) == 0
    assert measure(now=NOON + timedelta(seconds=1)) == 1
    assert Delivery.objects.get(pk=maja.pk).opens == 1
    assert rebuild(None, check=True, now=NOON).equal


def test_a_fold_that_was_overtaken_by_a_colleagues_event_is_made_again(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had read the copy before two colleagues' showed a gateway, and writes what it made of it after them."""
    maja, jan, eva = (delivery_of(message, number) for number in range(3))
    gateway = {"peer": "84.112.67.5", "agent": WINDOWS, "after": 9000.0}
    spool([hit(maja, Kind.CLICK, **gateway)])  # type: ignore[arg-type]
    ingest()
    Delivery.objects.filter(pk=maja.pk).update(replies=1, touched=Delivery.JUDGED_AGAIN)
    real, calls = look, []

    def slow(*args: object) -> object:
        found = real(*args)  # type: ignore[arg-type]
        calls.append(found)
        if len(calls) == 1:
            spool([hit(jan, Kind.CLICK, **gateway), hit(eva, Kind.CLICK, **gateway)])  # type: ignore[arg-type]
            ingest()
        return found

    monkeypatch.setattr(measuring, "look", slow)
    while measure():
        pass
    assert len(calls) == 2
    assert [delivery_of(message, number).machine_link_clicks for number in range(3)] == [1, 1, 1]
    assert rebuild(None, check=True, now=NOON).equal
