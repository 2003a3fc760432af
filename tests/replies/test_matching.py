"""To which e-mail a mail belongs: identifiers, reply address, Outlook's conversation; never the subject (P1)."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

import pytest

from odziv.compose.send import submit
from odziv.deliver.copies import Original
from odziv.environment import ENV
from odziv.lib import clock
from odziv.lib.files import store_from
from odziv.lib.reply_address import reply_address
from odziv.lib.seal import KeyRing
from odziv.lib.thread_index import head_of, header_for
from odziv.models import Arrival, Delivery, Mailbox, Message, User
from odziv.replies.matching import Match, match
from odziv.replies.storing import Came, store
from tests.compose.support import draft
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def sent(user: User, *, tokens: bool = True, **fields: Any) -> Message:
    Mailbox.objects.filter(user=user).update(reply_tokens=tokens)
    given = {"to": "maja@hrast.example", "cc": "jan@alpine.example", **fields}
    return submit(draft(user, **given), user, clock.now())


def copies(message: Message) -> list[tuple[Delivery, Any]]:
    message = Message.objects.get(pk=message.pk)
    original = Original(message, followed=False, keys=keys(), store=store_from(ENV.file_store))
    rows = Delivery.objects.filter(message=message).order_by("party__position")
    return [(row, message_from_bytes(original.copy(row.pk, utf8=False))) for row in rows]


def keys() -> KeyRing:
    return KeyRing.load_or_create(ENV.seal_keys)


def answer(user: User, **headers: str) -> Match | None:
    mail = EmailMessage()
    for name, value in {"From": "maja@hrast.example", "Subject": "Re: Ponudba", **headers}.items():
        mail[name.replace("_", "-")] = value
    return match(user.organisation_id, mail)


def test_each_copy_has_a_reply_address_of_its_own(cast: Cast) -> None:
    message = sent(cast.ana)
    (first, one), (second, other) = copies(message)
    assert one["Reply-To"] != other["Reply-To"] and one["From"] == other["From"]
    found = answer(cast.ana, To=str(other["Reply-To"]))
    assert found and (found.message, found.by, found.copy) == (message, "reply-address", second)
    own = Original(message, followed=False, keys=keys(), store=store_from(ENV.file_store)).own()
    assert "Reply-To" not in message_from_bytes(own)
    assert first.pk != second.pk


def test_no_mailbox_has_them_unless_it_wants_them(cast: Cast) -> None:
    assert all("Reply-To" not in copy for _, copy in copies(sent(cast.ana, tokens=False)))


def test_identifiers_go_before_the_reply_address(cast: Cast) -> None:
    one, other = sent(cast.ana), sent(cast.ana)
    address = str(copies(other)[0][1]["Reply-To"])
    found = answer(cast.ana, To=address, References=f"<x@y.example> {one.message_id}")
    assert found and (found.message, found.by) == (one, "references")


def test_a_token_of_others_damaged_or_forged_matches_nothing(cast: Cast) -> None:
    message = sent(cast.ana)
    copy, mail = copies(message)[0]
    address = str(mail["Reply-To"]).rpartition("<")[2].rstrip(">")
    assert answer(cast.ana, To=address)
    assert answer(cast.eva, To=address) is None  # another organisation
    assert answer(cast.ana, To=reply_address("ana@lipa.example", copy.pk, KeyRing.new())) is None
    assert answer(cast.ana, To=address.replace("+", "+q", 1)) is None
    copy.delete()
    assert answer(cast.ana, To=address) is None


def test_the_subject_never_matches(cast: Cast) -> None:
    message = sent(cast.ana)
    assert answer(cast.ana, Subject=f"Re: {message.subject}", To=message.from_address) is None


def test_outlooks_conversation_leads_to_the_newest_e_mail_to_the_sender(cast: Cast) -> None:
    message = sent(cast.ana, tokens=False)
    index = str(copies(message)[0][1]["Thread-Index"])
    assert head_of(index) == message.thread_index
    later = header_for(message.thread_index, message.pk)
    found = answer(cast.ana, Thread_Index=later)
    assert found and (found.message, found.by) == (message, "thread-index")
    assert answer(cast.eva, Thread_Index=later) is None
    other = sent(cast.ana, tokens=False, to="nekdo@drugje.example", cc="")
    Message.objects.filter(pk=other.pk).update(thread_index=message.thread_index)
    found = answer(cast.ana, Thread_Index=later)
    assert found and found.message == message  # the other one never went to Maja
    found = answer(cast.ana, Thread_Index=later, From="nekdo@drugje.example")
    assert found and found.message == other


def test_how_it_was_matched_is_kept_with_the_copy(cast: Cast) -> None:
    message = sent(cast.ana)
    copy, mail = copies(message)[1]
    address = str(mail["Reply-To"])
    raw = f"From: zasebno@alpine.example\r\nTo: {address}\r\nMessage-ID: <1@a.example>\r\n\r\nVelja.\r\n".encode()
    found = match(cast.lipa.pk, message_from_bytes(raw))
    assert found
    now = clock.now()
    store(Came(raw, now, message.mailbox), found, now)
    arrival = Arrival.objects.get()
    assert (arrival.matched_by, arrival.delivery, arrival.counts) == ("reply-address", copy, True)
