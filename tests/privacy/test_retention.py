"""Events that are older than an organisation keeps go; what they came to stays (L4)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from odziv.discarding import discard, restore
from odziv.ingest.run import ingest
from odziv.lib.hit import Hit
from odziv.lib.seal import Kind
from odziv.lib.uuid7 import first_of, uuid7
from odziv.measure import journal
from odziv.measure import message as measured
from odziv.measure import run as measure_run
from odziv.measure.evidence import Figures
from odziv.measure.journal import MOST_EVENTS, Copy
from odziv.measure.rebuild import run as rebuild
from odziv.measure.run import measure
from odziv.models import (
    Delivery,
    DomainHabit,
    Interaction,
    JournalLimit,
    JournalMonths,
    KeptFigures,
    Message,
    Settled,
)
from odziv.privacy.retention import ahead, keep_for, let_go
from tests.support.cast import Cast
from tests.support.journal import IPHONE, SCANNER, WINDOWS, delivery_of, followed_message, happened, hit, spool

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
JULY = datetime(2026, 7, 10, 14, tzinfo=UTC)
SENT = JULY - timedelta(hours=5)
AUGUST = datetime(2026, 8, 1, tzinfo=UTC)  # the oldest month of three before November
OCTOBER = datetime(2026, 10, 5, 9, tzinfo=UTC)


def sent(cast: Cast, at: datetime = SENT, **more: Any) -> Message:
    return followed_message(more.pop("owner", cast.ana), sent_at=at, made_at=at - timedelta(minutes=5), **more)


def seen(copy: Delivery, at: datetime, kind: Kind = Kind.OPEN, **more: Any) -> Hit:
    """What the edge records at that time."""
    return msgspec.structs.replace(hit(copy, kind, **more), id=uuid7(at.timestamp()), at=at.timestamp())


def links(message: Message) -> list[measured.LinkRow]:
    return measured.links(message, measured.settled(message))


def let_all_go(now: datetime = NOW) -> None:
    while let_go(now):
        pass


def figures(row: Delivery | Message) -> Figures:
    row.refresh_from_db()
    return Figures(*(getattr(row, name) for name in Figures._fields))


def all_figures() -> dict[object, object]:
    """All but when something was opened last, which the end of a month may move by the seconds that an open lasts."""
    rows = (*Delivery.objects.all(), *Message.objects.all())
    found: dict[object, object] = {row.pk: figures(row)._replace(last_opened_at=None) for row in rows}
    rows = DomainHabit.objects.order_by("place").values_list("place", "copies", "people", "unsure", "machines")
    return found | {("habits", row[0]): row for row in rows}


def test_figures_stay_and_events_go(cast: Cast) -> None:
    message = sent(cast)
    copy = delivery_of(message)
    happened(seen(copy, JULY), seen(copy, JULY + timedelta(hours=2), Kind.CLICK), seen(copy, OCTOBER, Kind.CLICK))
    before, clicked = all_figures(), links(message)
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    let_all_go()
    assert all_figures() == before
    assert [row.at for row in Interaction.objects.all()] == [OCTOBER]
    assert links(message) == clicked and clicked[0].clicks == 2
    assert rebuild(["--check"]) == 0
    assert rebuild([]) == 0
    assert all_figures() == before


def test_what_happens_to_an_old_copy_later_is_counted_as_always(cast: Cast) -> None:
    message = sent(cast)
    copy = delivery_of(message)
    happened(seen(copy, JULY), seen(copy, JULY + timedelta(hours=2), Kind.CLICK))
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    let_all_go()
    happened(seen(copy, NOW, Kind.CLICK, agent=WINDOWS))
    after = figures(copy)
    assert (after.opens, after.link_clicks, after.first_opened_at) == (1, 2, JULY)
    assert figures(message) == after
    assert links(message)[0].clicks == 2
    happened(seen(copy, NOW + timedelta(hours=1)))
    assert figures(copy).opens == 2
    assert figures(copy).last_opened_at == NOW + timedelta(hours=1)
    assert rebuild(["--check"]) == 0


def test_a_month_ends_with_its_last_moment_in_utc(cast: Cast) -> None:
    copy = delivery_of(sent(cast))
    last, first = AUGUST - timedelta(milliseconds=1), AUGUST
    happened(seen(copy, last), seen(copy, first, agent=WINDOWS))
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    let_all_go()
    assert [row.at for row in Interaction.objects.all()] == [first]
    let_all_go(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    assert Interaction.objects.count() == 1
    let_all_go(datetime(2026, 12, 1, tzinfo=UTC))
    assert Interaction.objects.count() == 0
    assert figures(copy).opens == 2
    assert rebuild(["--check"]) == 0


def test_an_open_and_a_burst_that_the_end_of_a_month_parts_count_for_what_they_did(cast: Cast) -> None:
    message = sent(cast, AUGUST - timedelta(minutes=1), links=[f"https://odziv.example/{n}" for n in range(4)])
    copy = delivery_of(message)
    happened(
        seen(copy, AUGUST - timedelta(seconds=2)),
        seen(copy, AUGUST + timedelta(seconds=1), Kind.IMAGE),
        *(
            seen(copy, AUGUST + timedelta(milliseconds=300 * (n - 2)), Kind.CLICK, ordinal=n, agent=SCANNER)
            for n in range(4)
        ),
    )
    before = all_figures()
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    let_all_go()
    while measure():
        pass
    assert 0 < Interaction.objects.count() < 6
    assert all_figures() == before
    assert rebuild(["--check"]) == 0


def test_what_is_kept_for_ever_stays(cast: Cast) -> None:
    copy = delivery_of(sent(cast))
    happened(seen(copy, JULY))
    let_all_go()
    keep_for(cast.dora, JournalMonths.YEAR, NOW)
    let_all_go()
    keep_for(cast.dora, None, NOW)
    let_all_go(NOW + timedelta(days=4000))
    assert Interaction.objects.count() == 1


def test_another_organisation_keeps_what_it_wants(cast: Cast) -> None:
    ours, theirs = delivery_of(sent(cast)), delivery_of(sent(cast, owner=cast.eva))
    happened(seen(ours, JULY), seen(theirs, JULY))
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    let_all_go()
    assert [row.delivery_id for row in Interaction.objects.all()] == [theirs.pk]
    assert rebuild(["--check"]) == 0


def test_once_more_changes_nothing(cast: Cast) -> None:
    copy = delivery_of(sent(cast))
    happened(seen(copy, JULY), seen(copy, OCTOBER))
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    let_all_go()
    before = all_figures(), list(KeptFigures.objects.values_list("pk", "figures"))
    JournalLimit.objects.update(since=None, swept=None, place=None)  # a worker that died before it noted anything
    let_all_go()
    assert (all_figures(), list(KeptFigures.objects.values_list("pk", "figures"))) == before
    let_all_go(NOW + timedelta(days=90))
    assert all_figures() == before[0]
    assert not Interaction.objects.exists()
    assert rebuild(["--check"]) == 0


def test_events_that_come_in_between_are_counted_once(cast: Cast) -> None:
    message = sent(cast, to=["maja@hrast.example", "jan@brest.example"])
    first, second = delivery_of(message), delivery_of(message, 1)
    happened(seen(first, JULY))
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    assert let_go(NOW) == 1
    assert JournalLimit.objects.get().since == AUGUST and Interaction.objects.count() == 1  # settled, and not swept yet
    assert links(message)[0].clicks == 0
    assert rebuild(["--check"]) == 0
    # Of now, and from a spool that lay for months.
    happened(seen(first, NOW, Kind.CLICK), seen(second, JULY + timedelta(days=3)), seen(first, JULY, Kind.CLICK))
    after = all_figures()
    assert (figures(first).link_clicks, figures(first).opens, figures(second).opens) == (2, 1, 1)
    let_all_go()
    assert all_figures() == after
    assert Interaction.objects.count() == 3
    assert rebuild(["--check"]) == 0


def test_a_fold_that_was_overtaken_by_it_begins_anew(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = delivery_of(sent(cast))
    happened(seen(copy, JULY), seen(copy, OCTOBER, Kind.CLICK))
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    looked = []

    def look(*arguments: Any, **more: Any) -> Any:
        folding = measure_run.look(*arguments, **more)
        if not looked:
            looked.append(let_go(NOW))  # between reading and writing
        return folding

    monkeypatch.setattr("odziv.ingest.batch.look", look)
    happened(seen(copy, NOW, Kind.CLICK))
    assert looked == [1] and Settled.objects.exists()
    assert (figures(copy).opens, figures(copy).link_clicks) == (1, 2)
    let_all_go()
    assert rebuild(["--check"]) == 0
    monkeypatch.undo()
    found = journal.read([Copy(copy.pk, copy.message_id, 0, 0)])[copy.pk]
    assert found.floor == first_of(AUGUST) and not journal.weighed_anew(*journal.weighed([found]))
    assert journal.weighed_anew(*journal.weighed([found._replace(floor=None)]))


def test_events_that_wait_for_a_fold_are_folded_before_they_go(cast: Cast) -> None:
    copy = delivery_of(sent(cast))
    happened(seen(copy, JULY))
    spool([seen(copy, JULY + timedelta(days=1))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("odziv.measure.journal._LONG", 0)  # ingest leaves the fold of a long one to `measure`
        ingest()
    assert figures(copy).opens == 1
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    let_all_go()
    while measure():
        pass
    assert figures(copy).opens == 2
    assert not Interaction.objects.exists()
    assert rebuild(["--check"]) == 0


def test_a_hammered_copy_keeps_its_count(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odziv.measure.journal.MOST_EVENTS", 20)
    assert MOST_EVENTS > 20
    copy = delivery_of(sent(cast))
    happened(*(seen(copy, JULY + timedelta(seconds=n), Kind.CLICK, agent=SCANNER) for n in range(50)))
    happened(*(seen(copy, OCTOBER + timedelta(seconds=n), Kind.CLICK, agent=SCANNER) for n in range(30)))
    Delivery.objects.update(figures_at=None)
    while measure():
        pass
    assert figures(copy).machine_link_clicks == 80
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    let_all_go()
    assert Interaction.objects.count() == 30
    assert figures(copy).machine_link_clicks == 80
    happened(seen(copy, NOW, Kind.CLICK, agent=SCANNER))
    Delivery.objects.update(figures_at=None)
    while measure():
        pass
    assert figures(copy).machine_link_clicks == 81
    assert rebuild(["--check"]) == 0


def test_whatever_happened_no_figure_changes(cast: Cast) -> None:
    chance = random.Random(7)
    messages = [
        sent(
            cast,
            JULY + timedelta(days=20 * n),
            to=[f"n{m}@hrast.example" for m in range(4)],
            links=["https://a.example/"] * 3,
        )
        for n in range(5)
    ]
    hits = []
    for message in messages:
        for number in range(4):
            copy, at = delivery_of(message, number), message.sent_at or JULY
            for _event in range(chance.randrange(12)):
                at += timedelta(seconds=chance.choice([0.2, 1, 30, 4_000, 400_000]))
                kind = chance.choice([Kind.OPEN, Kind.IMAGE, Kind.CLICK, Kind.CLICK])
                agent, peer = chance.choice([IPHONE, WINDOWS, SCANNER]), f"84.112.{chance.randrange(3)}.5"
                hits.append(seen(copy, at, kind, agent=agent, peer=peer, ordinal=chance.randrange(3)))
    happened(*hits)
    before = all_figures()
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    for month in range(11, 13):
        number = Interaction.objects.count()
        let_all_go(datetime(2026, month, 2, tzinfo=UTC))
        while measure():
            pass
        assert all_figures() == before
        assert Interaction.objects.count() < number
        assert rebuild(["--check"]) == 0


def test_what_is_deleted_takes_what_was_kept_along_and_brings_it_back(cast: Cast) -> None:
    message = sent(cast)
    copy = delivery_of(message)
    happened(seen(copy, JULY), seen(copy, OCTOBER, agent=WINDOWS))
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    let_all_go()
    before = figures(copy)
    gone = discard([message.activity], cast.dora, NOW)
    assert not (Interaction.objects.exists() or KeptFigures.objects.exists() or Settled.objects.exists())
    restore(gone)
    happened(seen(copy, NOW, Kind.CLICK, agent=WINDOWS))
    assert figures(copy).opens == before.opens == 2
    assert figures(copy).link_clicks == 1
    assert rebuild(["--check"]) == 0


def test_what_is_brought_back_while_the_others_go_keeps_its_figures(cast: Cast) -> None:
    message, other = sent(cast), sent(cast)
    happened(seen(delivery_of(message), JULY), seen(delivery_of(other), JULY))
    before = figures(delivery_of(message))
    gone = discard([message.activity], cast.dora, NOW)
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    assert let_go(NOW) == 1  # settled, and not swept yet
    restore(gone)
    let_all_go()
    assert not Interaction.objects.exists()
    assert figures(delivery_of(message)) == before and before.opens == 1
    assert rebuild(["--check"]) == 0


def test_one_is_told_before_what_would_go(cast: Cast) -> None:
    ours, theirs = delivery_of(sent(cast)), delivery_of(sent(cast, owner=cast.eva))
    happened(seen(ours, JULY), seen(ours, OCTOBER, agent=WINDOWS), seen(theirs, JULY))
    loss = ahead(cast.dora, JournalMonths.THREE, NOW)
    assert (loss.before, loss.events, loss.more, loss.oldest) == (AUGUST, 1, False, JULY)
    assert ahead(cast.dora, JournalMonths.SIX, NOW).events == 0


def test_an_event_never_stands_before_its_message(cast: Cast) -> None:
    """Whatever the clock of the edge says: so a reader of a message's events knows from where to read."""
    message = followed_message(cast.ana)
    past = seen(delivery_of(message), datetime(1999, 1, 1, tzinfo=UTC))
    happened(past, past)
    row = Interaction.objects.get()
    assert row.pk > message.pk and row.at.year == 1999
    assert row.pk >= first_of(datetime(2026, 1, 1, tzinfo=UTC))
    happened(past)
    assert Interaction.objects.count() == 1
    assert figures(delivery_of(message)).opens + figures(delivery_of(message)).unsure_opens == 1
