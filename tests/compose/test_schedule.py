"""Send later: a chosen time, kept on the wall and as an instant; until it leaves all can be changed (D1, C3)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from odziv.compose import chosen, hold, reminders, schedule, send
from odziv.compose.drafts import DraftFields, new_draft, save
from odziv.compose.problems import NotSendable
from odziv.models import Condition, Delivery, DeliveryState, Message, MessageState, Reminder, User
from tests.support.cast import Cast

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LJUBLJANA = ZoneInfo("Europe/Ljubljana")
MORNING = chosen.read("2026-05-05T08:00", LJUBLJANA)


def draft(user: User, to: str = "maja@hrast.example") -> Message:
    fields = DraftFields(to=to, subject="Offer", html="<p>Good morning</p>")
    return save(new_draft(user, now=NOW), fields, now=NOW)


def scheduled(user: User) -> Message:
    return send.submit(schedule.delay(draft(user), MORNING, NOW), user, NOW)


@pytest.mark.django_db
def test_it_waits_for_the_time_that_was_chosen_on_the_wall(cast: Cast) -> None:
    sent = scheduled(cast.ana)
    assert sent.state == MessageState.SCHEDULED
    assert (sent.send_zone, sent.send_wall) == ("Europe/Ljubljana", "2026-05-05T08:00")
    assert list(Delivery.objects.values_list("due_at", flat=True)) == [datetime(2026, 5, 5, 6, tzinfo=UTC)]
    assert Delivery.objects.due_mailboxes(MORNING.at - timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    ("wall", "instant", "clock"),
    [
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1, tzinfo=UTC), "skipped"),
        ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "repeated"),
        ("2026-05-05T08:00:59", datetime(2026, 5, 5, 6, tzinfo=UTC), ""),
    ],
)
def test_clock_changes_are_resolved_and_said(wall: str, instant: datetime, clock: str) -> None:
    found = chosen.read(wall, LJUBLJANA)
    assert (found.at, found.clock) == (instant, clock)


@pytest.mark.parametrize(
    "wall", ["", "soon", "2026-13-01T00:00", "2026-05-05T08:00+02:00", "0001-01-01T00:00", "9" * 90]
)
def test_what_is_no_time_is_refused(wall: str) -> None:
    with pytest.raises(ValueError):  # whatever it says, the door has its own words
        chosen.read(wall, LJUBLJANA)


@pytest.mark.django_db
@pytest.mark.parametrize("wall", ["2026-05-04T13:59", "2028-05-04T08:00"])
def test_a_time_that_is_over_or_too_far_is_refused(cast: Cast, wall: str) -> None:
    with pytest.raises(schedule.DelayRefused):
        schedule.delay(draft(cast.ana), chosen.read(wall, LJUBLJANA), NOW)


@pytest.mark.django_db
def test_a_delay_that_is_over_when_send_is_pressed_stops_it(cast: Cast) -> None:
    waiting = schedule.delay(draft(cast.ana), MORNING, NOW)
    with pytest.raises(NotSendable):
        send.submit(waiting, cast.ana, MORNING.at + timedelta(minutes=1))
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_it_can_be_moved_sent_at_once_edited_and_deleted(cast: Cast) -> None:
    sent = scheduled(cast.ana)
    later = chosen.read("2026-05-06T09:00", LJUBLJANA)
    assert schedule.delay(sent, later, NOW).send_at == later.at
    assert Delivery.objects.get().due_at == later.at
    back = hold.take_back(sent, NOW)
    assert (back.state, back.send_at) == (MessageState.DRAFT, later.at)
    again = send.submit(back, cast.ana, NOW)
    assert schedule.leave_now(again, NOW).state == MessageState.SENDING
    assert Delivery.objects.get().due_at == NOW
    schedule.delete(again)
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_what_has_begun_to_leave_stays_as_it_is(cast: Cast) -> None:
    sent = scheduled(cast.ana)
    Delivery.objects.claim([Delivery.objects.get().pk], now=MORNING.at, lease=timedelta(minutes=1))
    sent.refresh_from_db()
    assert sent.state == MessageState.SENDING
    for change in (
        lambda: schedule.delay(sent, chosen.read("2026-05-06T09:00", LJUBLJANA), NOW),
        lambda: schedule.leave_now(sent, NOW),
        lambda: schedule.delete(sent),
    ):
        with pytest.raises(hold.AlreadyLeaving):
            change()
    assert Delivery.objects.get().state == DeliveryState.IN_TRANSIT


@pytest.mark.django_db(transaction=True)
def test_a_deletion_and_a_worker_never_both_win(cast: Cast) -> None:
    for _ in range(15):
        sent = scheduled(cast.ana)
        key = Delivery.objects.get(message=sent).pk
        won: list[str] = []

        def delete(message: Message = sent, won: list[str] = won) -> None:
            try:
                schedule.delete(message)
                won.append("deleted")
            except hold.AlreadyLeaving:
                pass

        def claim(key: Any = key, won: list[str] = won) -> None:
            if Delivery.objects.claim([key], now=MORNING.at, lease=timedelta(minutes=1)):
                won.append("claimed")

        run_together(delete, claim)
        assert len(won) == 1, won
        Message.objects.all().delete()


def run_together(*functions: Any) -> None:
    start = threading.Barrier(len(functions))

    def run(function: Any) -> None:
        start.wait()
        try:
            function()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db
def test_not_opened_after_three_days_is_offered_from_the_delivery(cast: Cast) -> None:
    waiting = schedule.delay(draft(cast.ana), MORNING, NOW)
    condition, time = reminders.offered(waiting, True, NOW, LJUBLJANA)
    assert (condition, time.wall) == (Condition.NOT_OPENED, "2026-05-08T08:00")
    assert reminders.offered(waiting, False, NOW, LJUBLJANA)[0] == Condition.ANYWAY


@pytest.mark.django_db
def test_a_condition_that_needs_following_stops_an_unfollowed_message(cast: Cast) -> None:
    message = draft(cast.ana)
    reminders.remind(message, cast.ana, Condition.NOT_OPENED, MORNING, "", NOW)
    save(message, DraftFields(wants_following=False), now=NOW)
    with pytest.raises(NotSendable) as refused:
        send.submit(message, cast.ana, NOW)
    assert [problem.code for problem in refused.value.problems] == ["reminder-unfollowed"]
    reminders.remind(message, cast.ana, Condition.ANYWAY, MORNING, "", NOW)
    assert send.submit(message, cast.ana, NOW).state == MessageState.SENDING


@pytest.mark.django_db
def test_a_reminder_before_the_delivery_is_refused_and_stops_a_later_delivery(cast: Cast) -> None:
    message = draft(cast.ana)
    reminders.remind(message, cast.ana, Condition.ANYWAY, MORNING, "Ring", NOW)
    later = schedule.delay(message, chosen.read("2026-05-06T09:00", LJUBLJANA), NOW)
    with pytest.raises(NotSendable):
        send.submit(later, cast.ana, NOW)
    with pytest.raises(reminders.ReminderRefused):
        reminders.remind(later, cast.ana, Condition.ANYWAY, MORNING, "Ring", NOW)


@pytest.mark.django_db
def test_a_changed_reminder_waits_anew_and_a_removed_one_is_gone(cast: Cast) -> None:
    message = draft(cast.ana)
    first = reminders.remind(message, cast.ana, Condition.ANYWAY, MORNING, "", NOW)
    assert first.title == "Follow up: Offer"
    second = reminders.remind(message, cast.ana, Condition.NOT_OPENED, MORNING, "Ring\r\nMaja", NOW)
    assert (second.pk, second.round, second.title) == (first.pk, 2, "Ring Maja")
    reminders.forget(message)
    assert not Reminder.objects.exists()
