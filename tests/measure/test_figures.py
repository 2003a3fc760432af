"""Figures on copies and messages (J3), rebuilt from the journal (J1)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models import F
from pytest_django.fixtures import DjangoAssertNumQueries

from odziv.deliver.uncertain import consider_sent
from odziv.ingest.run import ingest
from odziv.lib.addresses import HONEYPOT_ORDINAL
from odziv.lib.plain import PlainError
from odziv.lib.seal import Kind
from odziv.measure import journal
from odziv.measure.rebuild import run as rebuild
from odziv.measure.run import measure
from odziv.measure.timeline import timeline
from odziv.measure.wording import sentence
from odziv.models import Delivery, DeliveryState, Interaction, Message
from tests.support.cast import Cast
from tests.support.journal import NOON, SCANNER, WINDOWS, delivery_of, followed_message, happened, hit, spool, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(cast: Cast) -> Message:
    return followed_message(cast.ana, to=("maja@hrast.example", "jan@hrast.example"))


def play(message: Message) -> None:
    maja, jan = delivery_of(message, 0), delivery_of(message, 1)
    happened(
        hit(maja, after=100),
        hit(maja, after=5000),
        hit(maja, Kind.CLICK, after=5010),
        hit(jan, after=9000),
        hit(jan, Kind.FILE, after=9100),
        hit(jan, Kind.CLICK, after=3, agent=SCANNER),
        hit(jan, after=3, method="HEAD"),
    )


def test_a_messages_figures_are_its_copies_together(message: Message) -> None:
    play(message)
    message.refresh_from_db()
    assert (message.opens, message.link_clicks, message.attachment_views) == (3, 1, 1)
    assert (message.machine_opens, message.machine_link_clicks) == (1, 1)
    assert message.first_opened_at == NOON + timedelta(seconds=100)
    assert message.last_opened_at == NOON + timedelta(seconds=9000)
    assert message.figures_at is not None
    assert delivery_of(message, 0).opens == 2


def test_the_worker_folds_what_was_touched_and_nothing_else(message: Message, cast: Cast) -> None:
    other = followed_message(cast.ana)
    play(message)
    assert measure() == 0
    assert Message.objects.get(pk=other.pk).figures_at is None


@pytest.mark.slow
def test_many_copies_are_folded_in_a_bounded_number_of_queries(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    message = followed_message(cast.ana, to=[f"p{number}@hrast.example" for number in range(200)])
    for number, copy in enumerate(message.deliveries.all()):
        peer = f"193.2.{number}.66"
        spool([hit(copy, peer=peer), hit(copy, Kind.CLICK, after=9999, peer=peer), hit(copy, agent=SCANNER)])
    while ingest():
        pass
    message.deliveries.update(touched=F("touched") + 1)
    with django_assert_max_num_queries(22):
        assert measure() == 200
    message.refresh_from_db()
    assert (message.opens, message.link_clicks, message.machine_opens) == (200, 200, 200)


def test_a_copy_with_very_many_events_is_read_only_so_far(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_EVENTS", 20)
    maja = delivery_of(message)
    happened(*[hit(maja, Kind.CLICK, after=400 + number * 61) for number in range(70)], hit(maja, after=10))
    copy = Delivery.objects.get(pk=maja.pk)
    assert (copy.opens, copy.link_clicks, copy.machine_link_clicks) == (1, 19, 51)
    assert Interaction.objects.filter(verdict="machine", reasons=["flood"], counted=True).count() == 51
    assert rebuild(["--check"]) == 0


def test_rebuild_finds_and_mends_what_is_not_as_the_journal_says(
    message: Message, capsys: pytest.CaptureFixture[str]
) -> None:
    play(message)
    assert rebuild(["--check"]) == 0
    Delivery.objects.filter(message=message).update(opens=77)
    Message.objects.filter(pk=message.pk).update(link_clicks=9, last_opened_at=None)
    Interaction.objects.update(verdict="unsure")
    assert rebuild(["--check"]) == 1
    assert Message.objects.get(pk=message.pk).link_clicks == 9
    assert rebuild([]) == 0
    assert "opens 77 -> " in capsys.readouterr().out
    assert rebuild(["--check"]) == 0
    message.refresh_from_db()
    assert (message.opens, message.link_clicks, message.last_opened_at) == (3, 1, NOON + timedelta(seconds=9000))


def test_rebuild_of_one_organisation_leaves_the_others(message: Message, cast: Cast) -> None:
    Message.objects.filter(pk=message.pk).update(opens=5)
    assert rebuild(["--check", "--organisation", str(cast.hrast.pk)]) == 0
    assert rebuild(["--check", "--organisation", str(cast.lipa.pk)]) == 1


@pytest.mark.parametrize("text", ["nonsense", str(UUID(int=1))])
def test_rebuild_of_an_organisation_that_is_none(cast: Cast, text: str) -> None:
    with pytest.raises(PlainError, match="organisation"):
        rebuild(["--organisation", text])


def test_an_event_that_comes_late_is_put_where_it_belongs(message: Message) -> None:
    maja = delivery_of(message)
    happened(hit(maja, after=5000))
    happened(hit(maja, after=100))
    maja.refresh_from_db()
    assert (maja.opens, maja.first_opened_at) == (2, NOON + timedelta(seconds=100))
    assert maja.last_opened_at == NOON + timedelta(seconds=5000)
    assert take_in() == 0


def test_what_may_be_either_stands_apart(message: Message) -> None:
    maja = delivery_of(message)
    happened(hit(maja, after=3), hit(maja, Kind.CLICK, after=200, peer="84.112.67.5"), hit(maja, method="HEAD"))
    message.refresh_from_db()
    assert (message.opens, message.link_clicks, message.machine_opens) == (0, 0, 1)
    assert (message.unsure_opens, message.unsure_link_clicks) == (1, 1)
    assert message.first_opened_at is None


def test_a_burst_turns_the_open_before_it_into_a_machines(message: Message) -> None:
    maja = delivery_of(message)
    happened(hit(maja, after=30))
    assert Delivery.objects.get(pk=maja.pk).opens == 1
    happened(*(hit(maja, Kind.CLICK, after=40 + number / 2, ordinal=number) for number in range(3)))
    copy = Delivery.objects.get(pk=maja.pk)
    assert (copy.opens, copy.link_clicks, copy.machine_opens, copy.machine_link_clicks) == (0, 0, 1, 3)


def test_what_happens_to_colleagues_changes_the_verdict_and_rebuild_agrees(cast: Cast) -> None:
    message = followed_message(cast.ana, to=[f"{name}@hrast.example" for name in ("maja", "jan", "eva")])
    copies = [delivery_of(message, number) for number in range(3)]
    happened(hit(copies[0], Kind.CLICK))
    assert Delivery.objects.get(pk=copies[0].pk).link_clicks == 1
    happened(*(hit(copy, Kind.CLICK, after=3601) for copy in copies[1:]))
    assert [Delivery.objects.get(pk=copy.pk).machine_link_clicks for copy in copies] == [1, 1, 1]
    assert rebuild(["--check"]) == 0


def test_the_hidden_link_counts_as_nothing_and_gives_its_follower_away(message: Message) -> None:
    maja = delivery_of(message)
    at_work = {"agent": WINDOWS, "peer": "84.112.67.5"}
    happened(
        hit(maja, Kind.CLICK, after=3590, **at_work),
        hit(maja, Kind.HONEYPOT, after=3600, ordinal=HONEYPOT_ORDINAL, **at_work),
        hit(maja, after=9000),
    )
    message.refresh_from_db()
    assert (message.opens, message.link_clicks, message.machine_link_clicks, message.machine_opens) == (1, 0, 1, 0)
    told = [(entry.kind, entry.verdict, entry.reasons) for entry in timeline(message).entries[:3]]
    assert told == [("open", "human", ("person-agent",)), ("hidden", "machine", ("honeypot",)),
                    ("click", "machine", ("same-source",))]  # fmt: skip
    assert str(sentence(timeline(message).entries[1])) == "Chrome followed the hidden link in the copy for Maja"
    assert rebuild(["--check"]) == 0


def test_people_at_a_provider_for_everybody_are_no_colleagues(cast: Cast) -> None:
    message = followed_message(cast.ana, to=[f"{name}@gmail.com" for name in ("maja", "jan", "eva")])
    happened(*(hit(copy, Kind.CLICK) for copy in message.deliveries.all()))
    message.refresh_from_db()
    assert message.link_clicks == 3


def test_an_event_before_its_copy_was_known_to_be_accepted_is_judged_again(message: Message) -> None:
    maja = delivery_of(message)
    Delivery.objects.filter(pk=maja.pk).update(accepted_at=None, state=DeliveryState.UNCERTAIN)
    happened(hit(maja, Kind.CLICK, after=20))
    assert Delivery.objects.get(pk=maja.pk).link_clicks == 1
    consider_sent(message, NOON)
    take_in()
    copy = Delivery.objects.get(pk=maja.pk)
    assert (copy.link_clicks, copy.machine_link_clicks) == (0, 1)
    assert rebuild(["--check"]) == 0


def test_a_reply_makes_an_unsure_open_a_persons(message: Message) -> None:
    maja = delivery_of(message)
    happened(hit(maja, after=3))
    assert Delivery.objects.get(pk=maja.pk).unsure_opens == 1
    Delivery.objects.filter(pk=maja.pk).update(replies=1, touched=Delivery.JUDGED_AGAIN)
    take_in()
    assert Delivery.objects.get(pk=maja.pk).opens == 1
    assert rebuild(["--check"]) == 0
