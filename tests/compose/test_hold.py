"""C3: what was sent a moment ago can be taken back, until the first of its copies is taken by a worker."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from odziv.compose import attachments, drafts, hold, send
from odziv.compose.drafts import DraftFields
from odziv.lib import clock
from odziv.models import ActivityState, Delivery, DeliveryState, Link, Message, MessageState
from tests.compose.support import contact, draft, now
from tests.support.cast import Cast, make_cast

TEN = timedelta(seconds=10)
LEASE = timedelta(minutes=1)


def sent(cast: Cast, **fields: Any) -> Message:
    return send.submit(draft(cast.ana, **fields), cast.ana, now(), hold=TEN)


def what_was_written(message: Message) -> Any:
    """All that its writer made of it."""
    lines = (message.to_line, message.cc_line, message.bcc_line, message.recipients)
    content = (message.subject, message.html, message.text, message.mailbox_id, message.wants_following)
    parties = list(message.parties.values_list("role", "position", "name", "address", "record"))
    files = list(message.attachments.values_list("pk", "name", "followed", "inline", "ordinal"))
    return lines, content, parties, files


def test_its_copies_wait(cast: Cast) -> None:
    message = sent(cast, cc="jan@x.si")
    assert message.is_held(message.at) and not message.is_held(message.at + TEN)
    assert {copy.due_at for copy in message.deliveries.all()} == {message.at + TEN}
    assert Delivery.objects.due_in(message.mailbox_id, message.at + timedelta(seconds=9), 10) == []


def test_taken_back_it_is_the_draft_that_it_was(cast: Cast) -> None:
    contact(cast.ana, "Maja", "maja@hrast.example")
    message = draft(
        cast.ana, cc="Maja <maja@hrast.example>, jan@", bcc="b@x.si", html='<p><a href="https://x.si/">a</a></p>'
    )
    attachments.attach(message, "a.pdf", "application/pdf", [b"x"], followed=True)
    drafts.save(message, DraftFields(cc="Maja <maja@hrast.example>"))
    before = what_was_written(Message.objects.get(pk=message.pk))
    taken = hold.take_back(send.submit(message, cast.ana, now(), hold=TEN), now())
    stored = Message.objects.get(pk=message.pk)
    assert what_was_written(stored) == before
    assert (stored.state, stored.follow_state, stored.message_id, stored.send_at) == ("draft", "off", "", None)
    assert (stored.activity.state, stored.version) == (ActivityState.OPEN, taken.version)
    assert not stored.deliveries.exists() and not Link.objects.filter(message=stored).exists()


def test_a_text_that_its_writer_gave_stays(cast: Cast) -> None:
    assert hold.take_back(sent(cast, text="Kratko."), now()).text == "Kratko."


def test_it_can_be_sent_again(cast: Cast) -> None:
    message = sent(cast, html="<p>Prvič</p>")
    hold.take_back(message, now())
    drafts.save(message, DraftFields(html="<p>Drugič</p>"))
    again = send.submit(message, cast.ana, now())
    assert (again.text, again.send_at, again.deliveries.get().due_at) == ("Drugič", None, again.at)


def test_what_a_worker_has_taken_is_not_taken_back(cast: Cast) -> None:
    message = sent(cast, cc="jan@x.si")
    first = message.deliveries.first()
    assert first is not None and Delivery.objects.claim([first.pk], now=message.at + TEN, lease=LEASE)
    with pytest.raises(hold.AlreadyLeaving):
        hold.take_back(message, now())
    states = sorted(copy.state for copy in message.deliveries.all())
    assert states == [DeliveryState.IN_TRANSIT, DeliveryState.WAITING]
    assert Message.objects.get().state == MessageState.SENDING


def test_what_failed_for_now_is_not_taken_back(cast: Cast) -> None:
    message = sent(cast)
    message.deliveries.update(attempts=1)
    with pytest.raises(hold.AlreadyLeaving):
        hold.take_back(message, now())


def test_a_draft_and_what_has_left_are_not_taken_back(cast: Cast) -> None:
    message = draft(cast.ana)
    with pytest.raises(hold.AlreadyLeaving):
        hold.take_back(message, now())
    sent_one = sent(cast)
    sent_one.deliveries.update(state=DeliveryState.ACCEPTED)
    Message.objects.filter(pk=sent_one.pk).update(state=MessageState.SENT, sent_at=now())
    with pytest.raises(hold.AlreadyLeaving):
        hold.take_back(sent_one, now())


@pytest.mark.django_db(transaction=True)
def test_a_worker_and_an_undo_at_the_same_moment_never_both_win() -> None:
    cast = make_cast()
    outcomes = [race(cast) for _ in range(12)]
    assert all(claimed != undone for claimed, undone in outcomes)


def race(cast: Cast) -> tuple[bool, bool]:
    """Two threads at one message: whether the worker got a copy, and whether it became a draft again."""
    message = send.submit(draft(cast.ana, cc="jan@x.si"), cast.ana, clock.now() - TEN, hold=TEN)
    copies = list(message.deliveries.values_list("pk", flat=True))
    both = threading.Barrier(2)
    found: dict[str, bool] = {}

    def work() -> None:
        both.wait()
        found["claimed"] = bool(Delivery.objects.claim(copies, now=clock.now(), lease=LEASE))

    def undo() -> None:
        both.wait()
        try:
            hold.take_back(message, clock.now())
            found["undone"] = True
        except hold.AlreadyLeaving:
            found["undone"] = False

    threads = [threading.Thread(target=_then_close, args=(act,)) for act in (work, undo)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Message.objects.get(pk=message.pk).state == MessageState.DRAFT) == found["undone"]
    assert message.deliveries.filter(state=DeliveryState.CANCELLED).count() == 0
    return found["claimed"], found["undone"]


def _then_close(act: Any) -> None:
    try:
        act()
    finally:
        connection.close()
