"""What is held, and what becomes of it when an administrator has decided (D3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odziv.deliver.due import deliver_due, recover_abandoned
from odziv.models import (
    ActivityState,
    Decision,
    Delivery,
    DeliveryState,
    Digest,
    DigestState,
    FollowState,
    Happening,
    Message,
    MessageState,
    Organisation,
    OutgoingHold,
    User,
)
from odziv.notify.digest.run import send_digests
from odziv.restored.holding import hold_all, let_go
from tests.deliver.letters import NOW, later, mailbox_at, waiting_message
from tests.support.cast import Cast
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.django_db

RESTORED = later(hours=6)


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("party__address", "state"))


def decide(user: User, decision: Decision) -> None:
    assert OutgoingHold.objects.decide(user, decision, RESTORED)
    while let_go(RESTORED + timedelta(minutes=1)):
        pass


def test_what_was_under_way_when_the_backup_was_made_may_have_left(cast: Cast) -> None:
    message = waiting_message(cast.ana.mailboxes.get(), cast.ana, to=["a@x.example", "b@x.example", "c@x.example"])
    first, second, _third = Delivery.objects.order_by("party__position")
    under_way = {"state": DeliveryState.IN_TRANSIT, "lease_until": NOW, "attempts": 1}
    Delivery.objects.filter(pk=first.pk).update(**under_way)
    Delivery.objects.filter(pk=second.pk).update(**under_way, phase="content")
    hold_all(RESTORED)
    recover_abandoned(RESTORED)
    assert states() == {"a@x.example": "waiting", "b@x.example": "uncertain", "c@x.example": "waiting"}
    hold = OutgoingHold.objects.get(organisation=cast.lipa)
    assert Delivery.objects.doubtful(hold).count() == 2
    assert Delivery.objects.doubtful(hold).by_message(5) == [(message, 2, NOW)]


def test_what_is_taken_for_sent_has_left_at_its_time(cast: Cast) -> None:
    message = waiting_message(cast.ana.mailboxes.get(), cast.ana, to=["a@x.example", "b@x.example"])
    hold_all(RESTORED)
    decide(cast.dora, Decision.SENT)
    message.refresh_from_db()
    assert (message.state, message.sent_at) == (MessageState.SENT, NOW)
    assert message.activity.state == ActivityState.DONE
    assert set(Delivery.objects.values_list("state", "accepted_at", "followed")) == {("accepted", NOW, True)}
    hold = OutgoingHold.objects.get(organisation=cast.lipa)
    assert (hold.copies, hold.ended_at, hold.decided_by) == (2, RESTORED + timedelta(minutes=1), cast.dora)
    assert list(Organisation.objects.holding_mail()) == [cast.hrast]
    assert deliver_due(RESTORED, threads=False) == 0


def test_what_is_left_to_its_sender_is_uncertain_and_makes_a_card(cast: Cast) -> None:
    message = waiting_message(cast.ana.mailboxes.get(), cast.ana)
    hold_all(RESTORED)
    decide(cast.dora, Decision.ASK)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == (DeliveryState.UNCERTAIN, "restored")
    assert list(Happening.objects.values_list("message_id", "kind")) == [(message.pk, "uncertain")]


def test_what_is_to_be_sent_leaves_then_and_only_then(cast: Cast) -> None:
    with SmtpServer() as server:
        mailbox = mailbox_at(server, cast.ana)
        waiting_message(mailbox, cast.ana, to=["before@x.example"])
        coming = waiting_message(mailbox, cast.ana, to=["later@x.example"])
        Delivery.objects.filter(message=coming).update(due_at=later(hours=9))
        hold_all(RESTORED)
        fresh = waiting_message(mailbox, cast.ana, to=["fresh@x.example"])
        Delivery.objects.filter(message=fresh).update(due_at=RESTORED)
        moment = RESTORED + timedelta(minutes=2)
        assert deliver_due(moment, threads=False) == 0 and not server.taken
        decide(cast.dora, Decision.LEAVE)
        assert deliver_due(moment, threads=False) == 2
        assert deliver_due(later(hours=9), threads=False) == 1
    assert [mail.recipient.split("@")[0] for mail in server.taken] == ["before", "fresh", "later"]


def test_many_messages_are_decided_in_steps_that_go_on_where_they_were(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("odziv.restored.holding._AT_A_TIME", 2)
    for number in range(5):
        waiting_message(cast.ana.mailboxes.get(), cast.ana, to=[f"{number}@x.example"])
    hold_all(RESTORED)
    OutgoingHold.objects.decide(cast.dora, Decision.SENT, RESTORED)
    let_go(RESTORED)
    assert Message.objects.filter(state=MessageState.SENT).count() == 2
    while let_go(RESTORED):
        pass
    assert OutgoingHold.objects.get(organisation=cast.lipa).copies == 5


def test_others_stay_held_and_nobody_decides_twice(cast: Cast) -> None:
    hold_all(RESTORED)
    decide(cast.dora, Decision.LEAVE)
    assert list(Organisation.objects.holding_mail()) == [cast.hrast]
    assert not OutgoingHold.objects.decide(cast.dora, Decision.SENT, RESTORED)


def test_a_second_restore_asks_again_also_about_what_came_since(cast: Cast) -> None:
    hold_all(RESTORED)
    OutgoingHold.objects.decide(cast.dora, Decision.SENT, RESTORED)
    fresh = waiting_message(cast.ana.mailboxes.get(), cast.ana)
    Delivery.objects.filter(message=fresh).update(due_at=RESTORED)
    hold_all(later(hours=8))
    hold = OutgoingHold.objects.get(organisation=cast.lipa)
    assert not hold.decision and Delivery.objects.doubtful(hold).count() == 1
    assert let_go() == 0


def test_what_is_not_followed_stays_so(cast: Cast) -> None:
    waiting_message(cast.ana.mailboxes.get(), cast.ana, follow_state=FollowState.BLOCKED)
    hold_all(RESTORED)
    assert not Delivery.objects.get().followed


def test_summaries_that_may_have_left_are_left_out(cast: Cast) -> None:
    User.objects.filter(pk=cast.ana.pk).update(digest=True, digest_work_days=False, time_zone="UTC")
    ana = User.objects.get(pk=cast.ana.pk)
    at = NOW.replace(hour=ana.digest_at.hour, minute=ana.digest_at.minute)
    Digest.objects.begin(User.objects.get(pk=cast.bor.pk), at.date(), at)
    hold_all(at + timedelta(minutes=5))
    assert set(Digest.objects.values_list("user__name", "state")) == {
        ("Ana", DigestState.EMPTY), ("Bor", DigestState.UNKNOWN),
    }  # fmt: skip
    assert send_digests(at + timedelta(minutes=6)) == 0
    assert send_digests(at + timedelta(days=1)) == 0  # nothing is begun while mail is held
    assert Digest.objects.count() == 2
