"""Other weights: what they would change is seen before they hold; the past follows, whatever crashes (J1, J5)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from odziv.lib.plain import PlainError
from odziv.lib.seal import Kind
from odziv.measure import journal, weighing
from odziv.measure.rebuild import run as rebuild
from odziv.models import Delivery, Interaction, Message, Organisation, WeighingState, WeightChange
from tests.support.cast import Cast
from tests.support.journal import NOON, delivery_of, followed_message, happened, hit

pytestmark = pytest.mark.django_db
NOW = NOON + timedelta(days=1)
KINDER = {"soon-click": 0}


@pytest.fixture
def message(cast: Cast) -> Message:
    """Maja clicked three minutes after she got it, which may be either; Jan an hour after, which is a person's."""
    message = followed_message(cast.ana, to=("maja@hrast.example", "jan@brest.example"))
    happened(hit(delivery_of(message), Kind.CLICK, after=180), hit(delivery_of(message, 1), Kind.CLICK, after=3600))
    return message


def work() -> None:
    while weighing.make_next(NOW):
        pass


def looked(cast: Cast, points: dict[str, int], days: int = 30) -> WeightChange:
    cast.lipa.refresh_from_db()
    cast.dora.organisation.refresh_from_db()
    change = weighing.propose(cast.dora, points, days, NOW)
    work()
    change.refresh_from_db()
    return change


def clicks(message: Message) -> tuple[int, int, int]:
    message.refresh_from_db()
    return message.link_clicks, message.unsure_link_clicks, message.machine_link_clicks


def test_what_would_change_is_known_before_anything_does(cast: Cast, message: Message) -> None:
    change = looked(cast, KINDER)
    assert change.state == WeighingState.LOOKED
    assert (change.done, change.total) == (2, 2)
    assert (change.found["copies"], change.found["messages"]) == (1, 1)
    assert change.found["figures"]["link_clicks"] == [1, 2]
    assert change.found["figures"]["unsure_link_clicks"] == [1, 0]
    assert change.found["verdicts"] == {"click": {"unsure": {"human": 1}}}
    assert [one["after"] for one in change.found["examples"]] == ["human"]
    assert clicks(message) == (1, 1, 0)
    cast.lipa.refresh_from_db()
    assert cast.lipa.weights == {}


def test_applied_they_hold_for_the_past_and_for_what_comes(cast: Cast, message: Message) -> None:
    change = looked(cast, KINDER)
    weighing.apply(change, cast.dora, NOW)
    happened(hit(delivery_of(message, 1), Kind.CLICK, after=200, peer="84.112.67.5"))
    work()
    change.refresh_from_db()
    assert (change.state, change.user) == (WeighingState.APPLIED, cast.dora)
    assert clicks(message) == (3, 0, 0)
    assert rebuild(["--check"]) == 0
    back = looked(cast, {})
    weighing.apply(back, cast.dora, NOW)
    work()
    assert clicks(message) == (2, 1, 0)  # Jan's later click from elsewhere speaks for his first
    assert rebuild(["--check"]) == 0
    assert [one.pk for one in WeightChange.objects.history(cast.dora)] == [back.pk, change.pk]


def test_only_the_days_that_were_asked_for_are_looked_at(cast: Cast, message: Message) -> None:
    Delivery.objects.update(accepted_at=NOW - timedelta(days=8))
    assert looked(cast, KINDER, days=7).total == 0


def test_a_worker_that_dies_is_followed_by_another(
    cast: Cast, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = looked(cast, KINDER)
    weighing.apply(change, cast.dora, NOW)
    monkeypatch.setattr(weighing, "_STEP", 1)
    real, calls = weighing._step, []

    def dying(change: WeightChange, rows: list[Delivery], now: object) -> None:
        calls.append(rows)
        if len(calls) == 2:
            raise SystemExit
        real(change, rows, NOW)

    monkeypatch.setattr(weighing, "_step", dying)
    with pytest.raises(SystemExit):
        weighing.make_next(NOW)
    change.refresh_from_db()
    assert (change.state, change.done) == (WeighingState.APPLYING, 1)
    assert weighing.make_next(NOW) == 0  # its lease holds
    assert weighing.make_next(NOW + timedelta(minutes=3)) == 1
    change.refresh_from_db()
    assert (change.state, len(calls)) == (WeighingState.APPLIED, 3)
    assert rebuild(["--check"]) == 0


def test_events_that_were_read_before_other_weights_held_are_judged_by_those(
    cast: Cast, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = journal.read, []

    def slow(*args: object, **more: object) -> object:
        found = real(*args, **more)  # type: ignore[arg-type]
        calls.append(found)
        if len(calls) == 1:
            Organisation.objects.filter(pk=cast.lipa.pk).update(weights=KINDER)
        return found

    monkeypatch.setattr(journal, "read", slow)
    happened(hit(delivery_of(message), Kind.CLICK, after=200, peer="84.112.67.5"))
    assert len(calls) == 2
    assert clicks(message) == (3, 0, 0)


def test_what_was_looked_at_before_somebody_elses_change_is_not_applied(cast: Cast, message: Message) -> None:
    first, second = looked(cast, KINDER), looked(cast, {"soon-click": 4})
    first.refresh_from_db()
    assert first.state == WeighingState.DROPPED
    Organisation.objects.filter(pk=cast.lipa.pk).update(weights={"head": 7})
    for change in (first, second):
        with pytest.raises(weighing.Overtaken):
            weighing.apply(change, cast.dora, NOW)
    cast.lipa.refresh_from_db()
    assert cast.lipa.weights == {"head": 7}


def test_one_change_at_a_time_is_applied(cast: Cast, message: Message) -> None:
    weighing.apply(looked(cast, KINDER), cast.dora, NOW)
    cast.dora.organisation.refresh_from_db()
    next_one = weighing.propose(cast.dora, {}, 30, NOW)
    WeightChange.objects.filter(pk=next_one.pk).update(state=WeighingState.LOOKED)
    with pytest.raises(weighing.Overtaken):
        weighing.apply(next_one, cast.dora, NOW)


def test_another_organisations_weights_are_its_own(cast: Cast, message: Message) -> None:
    theirs = followed_message(cast.eva)
    happened(hit(delivery_of(theirs), Kind.CLICK, after=180))
    weighing.apply(looked(cast, KINDER), cast.dora, NOW)
    work()
    assert clicks(theirs) == (0, 1, 0)
    assert clicks(message) == (2, 0, 0)


def test_nothing_new_is_refused(cast: Cast) -> None:
    with pytest.raises(weighing.NothingNew):
        weighing.propose(cast.dora, {"soon-click": 3}, 30, NOW)


def test_a_dry_run_says_what_would_change_and_writes_nothing(
    message: Message, capsys: pytest.CaptureFixture[str]
) -> None:
    before = list(Interaction.objects.order_by("pk").values_list("verdict", "reasons", "against"))
    assert rebuild(["--dry-run", "--json", "--weight", "soon-click=0"]) == 0
    one, totals = map(json.loads, capsys.readouterr().out.splitlines())
    assert one["message"] == str(message.pk)
    assert one["figures"]["link_clicks"] == [1, 2]
    assert one["figures"]["unsure_link_clicks"] == [1, 0]
    assert (totals["totals"]["changed"], totals["totals"]["messages"]) == (1, 1)
    assert totals["totals"]["events"] == [{"kind": "click", "before": "unsure", "after": "human", "number": 1}]
    assert list(Interaction.objects.order_by("pk").values_list("verdict", "reasons", "against")) == before
    assert clicks(message) == (1, 1, 0)


def test_a_dry_run_of_what_is_right_finds_nothing(message: Message, capsys: pytest.CaptureFixture[str]) -> None:
    assert rebuild(["--dry-run"]) == 0
    assert capsys.readouterr().out == "1 messages: the figures of 0 would change; nothing was written.\n"


def test_a_dry_run_sees_figures_that_the_journal_does_not_bear_out(
    message: Message, capsys: pytest.CaptureFixture[str]
) -> None:
    Message.objects.filter(pk=message.pk).update(opens=77)
    rebuild(["--dry-run"])
    told = capsys.readouterr().out
    assert f"message {message.pk}: opens 77 -> 1" in told
    assert Message.objects.get(pk=message.pk).opens == 77


@pytest.mark.parametrize("text", ["nothing=3", "soon-click=much", "soon-click=99", "soon-click"])
def test_a_dry_run_refuses_weights_that_cannot_be(message: Message, text: str) -> None:
    with pytest.raises(PlainError, match=r"soon-click|nothing"):
        rebuild(["--dry-run", "--weight", text])
