"""A reminder may wait for somebody's return; it is offered, and nothing moves by itself (M, P2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from odziv.assist.away import Away, accept, offer_of, offers, refuse
from odziv.assist.reminding import remind
from odziv.models import Arrival, Card, Message, Organisation, ReminderState, User
from odziv.replies.matching import Match
from odziv.replies.storing import Came, store
from tests.assist.test_reminders import DUE, message, reminder  # noqa: F401
from tests.support.cast import Cast
from tests.support.journal import NOON, delivery_of

pytestmark = pytest.mark.django_db
RETURN = date(2026, 5, 15)  # a Friday


def away(message: Message, until: date = RETURN, **fields: object) -> Arrival:  # noqa: F811
    copy = delivery_of(message)
    wanted = {"kind": "auto-reply", "delivery": copy, "from_name": "Maja Novak", "away_until": until, **fields}
    return Arrival.objects.create(
        organisation=message.organisation, message=message, key=str(Arrival.objects.count()), at=NOON,
        matched_by="message-id", **wanted,
    )  # fmt: skip


def test_it_offers_the_working_morning_behind_the_return(message: Message) -> None:  # noqa: F811
    one = reminder(message)
    away(message, RETURN - timedelta(days=3))
    away(message)
    offer = offer_of(one, NOON)
    assert offer is not None and (offer.who, offer.until, offer.wall) == ("Maja Novak", RETURN, "2026-05-18T08:00")
    assert offer.at == datetime(2026, 5, 18, 8, tzinfo=ZoneInfo("Europe/Ljubljana"))
    one.refresh_from_db()
    assert (one.at, one.state) == (DUE, ReminderState.WAITING)


@pytest.mark.parametrize(
    ("zone", "days", "wall"),
    [
        ("Pacific/Kiritimati", "12345", "2026-05-18T08:00"),
        ("America/Los_Angeles", "12345", "2026-05-18T08:00"),
        ("Europe/Ljubljana", "6", "2026-05-16T08:00"),
        ("Nowhere/Land", "12345", "2026-05-18T08:00"),
    ],
)
def test_the_morning_is_that_of_whoever_is_reminded(message: Message, zone: str, days: str, wall: str) -> None:  # noqa: F811
    User.objects.filter(pk=message.owner_id).update(time_zone=zone)
    Organisation.objects.update(work_days=days)
    away(message)
    offer = offer_of(reminder(message), NOON)
    assert offer is not None and offer.wall == wall


@pytest.mark.parametrize(
    "case",
    ["back-before", "long-ago", "far-away", "end-of-time", "answered", "satisfied", "stranger", "a-person", "no-day"],
)
def test_nothing_is_offered_when(message: Message, case: str) -> None:  # noqa: F811
    until = {
        "back-before": NOON.date(), "long-ago": date(1970, 1, 1), "far-away": date(2099, 1, 1),
        "end-of-time": date.max, "no-day": None,
    }.get(case, RETURN)  # fmt: skip
    one = reminder(message)
    more = {"stranger": {"delivery": None}, "a-person": {"kind": "human"}}.get(case, {})
    away(message, until, **more)  # type: ignore[arg-type]
    if case == "answered":
        away(message, None, kind="human", counts=True)  # type: ignore[arg-type]
    if case == "satisfied":
        one.state = ReminderState.SATISFIED
        one.save()
    assert offer_of(one, NOON) is None
    assert accept(one, until or RETURN, NOON) is None and not refuse(one, until or RETURN, NOON)


def test_accepting_moves_it_and_puts_its_card_away(message: Message) -> None:  # noqa: F811
    one = reminder(message)
    remind(now=DUE)
    one.refresh_from_db()
    assert one.state == ReminderState.FIRED and Card.objects.filter(state="open").count() == 1
    away(message)
    moved = accept(one, RETURN, DUE)
    assert isinstance(moved, Away)
    one.refresh_from_db()
    assert (one.state, one.at, one.wall, one.round) == (ReminderState.WAITING, moved.at, moved.wall, 2)
    assert not Card.objects.filter(state="open").exists() and offer_of(one, DUE) is None
    remind(now=moved.at)
    assert Card.objects.filter(state="open").count() == 1


def test_refusing_leaves_it_and_asks_no_more_until_a_later_day_is_named(message: Message) -> None:  # noqa: F811
    one = reminder(message)
    away(message)
    assert refuse(one, RETURN, NOON)
    one.refresh_from_db()
    assert one.at == DUE and offer_of(one, NOON) is None
    away(message, RETURN + timedelta(days=7))
    assert (offer_of(one, NOON) or pytest.fail()).until == RETURN + timedelta(days=7)


def test_only_what_was_shown_can_be_accepted(message: Message) -> None:  # noqa: F811
    one = reminder(message)
    away(message)
    assert accept(one, RETURN + timedelta(days=1), NOON) is None
    one.refresh_from_db()
    assert one.at == DUE


def test_it_takes_three_queries_for_any_number(cast: Cast, message: Message, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    one = reminder(message)
    away(message)
    with django_assert_max_num_queries(3):
        assert offers([one] * 20, NOON).keys() == {one.pk}


def test_a_real_automatic_reply_is_enough(message: Message) -> None:  # noqa: F811
    one = reminder(message)
    copy = delivery_of(message)
    raw = (
        f"From: Maja Novak <{copy.party.address}>\r\nTo: ana@lipa.example\r\nSubject: Samodejni odgovor: Ponudba\r\n"
        "Auto-Submitted: auto-replied\r\nDate: Mon, 4 May 2026 14:00:00 +0200\r\nMessage-ID: <a@b.example>\r\n"
        f"In-Reply-To: {message.message_id}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "Pozdravljeni, odsotna sem do vključno 15. 5. 2026.\r\n"
    )
    assert store(Came(raw.encode(), NOON, None), Match(message, "message-id"), NOON) is not None
    offer = offer_of(one, NOON)
    assert offer is not None and (offer.who, offer.until) == ("Maja Novak", RETURN)
