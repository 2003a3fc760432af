"""F1, I4, C3: the draft becomes a message with one waiting delivery for each recipient."""

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from odziv.compose import attachments, drafts, send
from odziv.compose.drafts import DraftFields
from odziv.compose.problems import NotSendable, StaleDraft
from odziv.compose.ready import Ready
from odziv.models import (
    ActivityState,
    DeliveryState,
    FollowState,
    Link,
    Mailbox,
    Message,
    MessageState,
    PartyRole,
    User,
)
from tests.compose.support import contact, draft, now
from tests.support.cast import Cast, make_cast


def test_everything_is_fixed_in_one_step(cast: Cast) -> None:
    maja = contact(cast.ana, "Maja Novak", "maja@hrast.example")
    moment = now()
    html = '<p>Več <a href="https://x.si/?a=1&amp;b">tu</a> <a href="mailto:a@b.si">ali</a> https://y.si/</p>'
    sent = send.submit(draft(cast.ana, cc="Jan <jan@x.si>", bcc="skrit@y.si", html=html), cast.ana, moment)
    assert (sent.state, sent.follow_state, sent.activity.at) == (MessageState.SENDING, FollowState.ON, moment)
    assert sent.activity.state == ActivityState.DONE
    assert sent.text == "Več tu <https://x.si/?a=1&b> ali https://y.si/"
    assert sent.html == html
    assert re.fullmatch(r"<[0-9a-f-]{36}\.[0-9a-f]{12}@lipa\.example>", sent.message_id)
    rows = [(party.role, party.address, party.record) for party in sent.parties.all()]
    assert rows == [
        (PartyRole.FROM, "ana@lipa.example", None),
        (PartyRole.TO, "maja@hrast.example", maja),
        (PartyRole.CC, "jan@x.si", None),
        (PartyRole.BCC, "skrit@y.si", None),
    ]
    assert [(link.ordinal, link.address, link.part, link.followed) for link in Link.objects.filter(message=sent)] == [
        (0, "https://x.si/?a=1&b", "html", True),
        (1, "mailto:a@b.si", "html", False),
        (2, "https://x.si/?a=1&b", "text", True),
        (3, "https://y.si/", "text", True),
    ]
    assert [(one.state, one.due_at, one.followed) for one in sent.deliveries.all()] == [
        (DeliveryState.WAITING, moment, False)
    ] * 3


def test_an_address_that_comes_twice_gets_one_copy_and_both_places_in_the_head(cast: Cast) -> None:
    message = draft(cast.ana, to="maja@hrast.example, Bor <bor@x.si>", cc="MAJA@Hrast.example", bcc="bor@x.si")
    sent = send.submit(message, cast.ana, now())
    roles = [(one.party.role, one.party.key) for one in sent.deliveries.order_by("party__position")]
    assert roles == [("to", "maja@hrast.example"), ("to", "bor@x.si")]
    assert sent.parties.count() == 5


def test_the_text_that_the_writer_gave_stays(cast: Cast) -> None:
    sent = send.submit(draft(cast.ana, text="Kratko.\r\n"), cast.ana, now())
    assert sent.text == "Kratko.\r\n"


@pytest.mark.parametrize(
    ("allow", "wants", "state"), [(True, True, "on"), (True, False, "off"), (False, True, "blocked")]
)
def test_the_follow_state_is_evaluated_when_it_is_sent(cast: Cast, allow: bool, wants: bool, state: str) -> None:
    maja = contact(cast.ana, "Maja", "maja@hrast.example", allow=not allow)
    message = draft(cast.ana, wants_following=wants)
    maja.follow_email = "allow" if allow else "deny"
    maja.save()
    sent = send.submit(message, cast.ana, now())
    assert sent.follow_state == state
    assert not Link.objects.filter(message=sent, followed=True).exists()


def test_a_message_leaves_once(cast: Cast) -> None:
    message = draft(cast.ana)
    sent = send.submit(message, cast.ana, now())
    with pytest.raises(StaleDraft):
        send.submit(message, cast.ana, now())
    assert sent.deliveries.count() == 1


def test_nobody_edits_it_afterwards(cast: Cast) -> None:
    message = draft(cast.ana)
    send.submit(message, cast.ana, now())
    with pytest.raises(StaleDraft):
        drafts.save(message, DraftFields(subject="Drugo"))
    with pytest.raises(StaleDraft):
        drafts.discard(message)


def test_what_cannot_be_sent_stays_a_draft(cast: Cast) -> None:
    message = draft(cast.ana, to="maja@")
    with pytest.raises(NotSendable):
        send.submit(message, cast.ana, now())
    message.refresh_from_db()
    assert (message.state, message.message_id, message.deliveries.count()) == (MessageState.DRAFT, "", 0)


def test_five_hundred_recipients_take_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    message = draft(cast.ana, to=", ".join(f"p{n}@x.si" for n in range(500)))
    with django_assert_max_num_queries(51):
        sent = send.submit(message, cast.ana, now())
    assert sent.deliveries.count() == 500


def test_it_leaves_with_the_name_that_the_mailbox_has_now(cast: Cast) -> None:
    message = draft(cast.ana)
    cast.ana.mailboxes.update(name="Ana Lipovec")
    assert send.submit(message, cast.ana, now()).from_name == "Ana Lipovec"


def test_an_internationalised_sender_has_an_ascii_message_id(cast: Cast) -> None:
    mailbox = Mailbox.objects.get(user=cast.ana)
    mailbox.address = "ana@čebelar.si"
    mailbox.save()
    sent = send.submit(draft(cast.ana, mailbox=mailbox), cast.ana, now())
    assert sent.message_id.endswith("@xn--ebelar-h2a.si>")


def test_it_leaves_from_the_address_that_its_mailbox_has_now(cast: Cast) -> None:
    message = draft(cast.ana)
    Mailbox.objects.filter(user=cast.ana).update(name="Ana K.", address="ana@nova.example")
    sent = send.submit(message, cast.ana, now())
    assert (sent.from_name, sent.from_address) == ("Ana K.", "ana@nova.example")
    assert sent.message_id.endswith("@nova.example>")


@pytest.mark.parametrize("break_", ["\r\nBcc: eve@y.si", "\nX: y", "\r", "\0"])
def test_no_header_can_be_smuggled_in(cast: Cast, break_: str) -> None:
    message = draft(cast.ana, subject=f"Ponudba{break_}", to=f'"Maja{break_}" <maja@hrast.example>, jan@x.si')
    row = attachments.attach(message, f"a{break_}.pdf", f"application/pdf{break_}", [b"x"])
    if break_ == "\0":  # nothing can hold it, so it is gone before anything is read
        send.submit(message, cast.ana, now())
    else:
        assert [problem.code for problem in _blocking(message, cast)] == ["bad-address"]
    for text in (message.subject, row.name, row.content_type):
        assert not any(character in text for character in "\r\n\0")


def _blocking(message: Message, cast: Cast) -> Any:
    with pytest.raises(NotSendable) as caught:
        send.submit(message, cast.ana, now())
    return caught.value.problems


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fifty_thousand_links_keep_no_other_writer_waiting() -> None:
    """What takes long is done before the transaction, in which SQLite lets nobody else write."""
    cast = make_cast()
    links = "".join(f'<p><a href="https://x.si/{n}">Izdelek {n}</a></p>' for n in range(50_000))
    message = draft(cast.ana, html=links)
    sending = threading.Thread(target=_in_thread, args=(lambda: send.submit(message, cast.ana, now()),))
    sending.start()
    started, longest = time.monotonic(), 0.0
    while sending.is_alive():
        begun = time.monotonic()
        User.objects.filter(pk=cast.bor.pk).update(name="Bor")
        longest = max(longest, time.monotonic() - begun)
        time.sleep(0.05)
    sent = Message.objects.get(pk=message.pk)
    assert (sent.state, Link.objects.filter(message=sent).count()) == (MessageState.SENDING, 100_000)
    assert sent.text.startswith("Izdelek 0 <https://x.si/0>\n")
    assert longest < (time.monotonic() - started) * 0.6  # seconds depend on whoever shares the processor


def _in_thread(act: Callable[[], Any]) -> None:
    try:
        act()
    finally:
        connection.close()


def test_a_draft_that_changes_while_it_is_worked_out_is_worked_out_anew(cast: Cast) -> None:
    message = draft(cast.ana, html="<p>Staro</p>")
    ready = Ready.of(message)
    drafts.save(message, DraftFields(html="<p>Novo</p>"))
    assert send.submit(message, cast.ana, now(), ready=ready).text == "Novo"
