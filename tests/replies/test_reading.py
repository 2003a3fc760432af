"""What comes back is found in real mailboxes, matched, judged and kept, once (P1 to P3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from odziv.assist.run import assist
from odziv.lib import clock
from odziv.measure.rebuild import rebuild
from odziv.models import (
    Arrival,
    Card,
    Delivery,
    Direction,
    Mailbox,
    Message,
    Reading,
    SetAside,
)
from odziv.replies import round as rounds
from tests.replies.desk import BOUNCE, Desk, numbers
from tests.support.cast import Cast
from tests.support.imap import Dovecot

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def desk(server: Dovecot, cast: Cast) -> Iterator[Desk]:
    cast.lipa.assistant = True
    cast.lipa.save()
    yield Desk(server, cast.ana)


def test_a_reply_counts_is_kept_in_its_thread_and_makes_a_card(desk: Desk, cast: Cast, client: Client) -> None:
    quoted = "Velja, vzamemo.\n\nOn Mon, 4 May 2026 at 12:00, Ana <ana@lipa.example> wrote:\n> Pozdravljeni\n"
    desk.arrives(desk.reply(quoted))
    arrival = Arrival.objects.get()
    assert (arrival.kind, arrival.counts, arrival.matched_by) == ("human", True, "in-reply-to")
    assert arrival.visible_text.strip() == "Velja, vzamemo."
    assert (desk.sent.replies, Delivery.objects.get(message=desk.sent).replies) == (1, 1)
    reply = Message.objects.get(direction=Direction.IN)
    assert (reply.owner, reply.thread, arrival.reply) == (cast.ana, desk.sent.thread, reply)
    assist()
    assert Card.objects.get().kind == "replied"
    client.force_login(cast.ana)
    assert "replied" in client.get(f"/messages/{desk.sent.pk}/").content.decode()
    page = client.get(f"/messages/{reply.pk}/").content.decode()
    assert "Velja, vzamemo." in page and "The whole e-mail" in page


def test_the_past_is_never_read_and_nothing_of_others_is_kept(server: Dovecot, cast: Cast) -> None:
    desk = Desk.__new__(Desk)
    address = f"stara{next(numbers)}@lipa.example"
    server.deliver(address, b"Subject: Staro\r\n\r\nstaro\r\n")
    desk.__init__(server, cast.ana)  # type: ignore[misc]
    Mailbox.objects.filter(pk=desk.mailbox.pk).update(imap_username=address)
    Reading.objects.all().delete()
    desk.address = address
    desk.look()
    desk.arrives(b"From: zena@dom.example\r\nSubject: Kruh\r\nMessage-ID: <k@dom.example>\r\n\r\nPrinesi kruh.\r\n")
    assert not Arrival.objects.exists() and not Message.objects.filter(direction=Direction.IN).exists()
    assert Reading.objects.get().uidnext == 3


def test_the_same_mail_is_kept_once_whatever_is_read_again(desk: Desk) -> None:
    mail = desk.reply()
    desk.arrives(mail, mail)
    Reading.objects.update(uidnext=1)
    desk.arrives()
    assert (Arrival.objects.count(), desk.sent.replies) == (1, 1)


def test_a_mailbox_that_numbers_its_mails_anew_loses_and_doubles_nothing(desk: Desk) -> None:
    desk.arrives(desk.reply())
    Reading.objects.update(uidvalidity=7, uidnext=900)  # as it was before the server was restored
    desk.arrives(desk.reply("Še nekaj."))
    assert desk.sent.replies == 2


def test_a_rebuild_counts_replies_too(desk: Desk) -> None:
    desk.arrives(desk.reply())
    Message.objects.filter(pk=desk.sent.pk).update(replies=7)
    assert not rebuild(None, check=True, now=clock.now()).equal
    rebuild(None, check=False, now=clock.now())
    desk.sent.refresh_from_db()
    assert desk.sent.replies == 1 and rebuild(None, check=True, now=clock.now()).equal


def test_an_answering_machine_is_told_and_does_not_count(desk: Desk) -> None:
    desk.arrives(
        desk.reply("Odsoten do 3. 5. 2027.", Auto_Submitted="auto-replied", Subject="Samodejni odgovor: Ponudba")
    )
    arrival = Arrival.objects.get()
    assert (arrival.kind, arrival.counts, desk.sent.replies) == ("auto-reply", False, 0)


def test_a_bounce_ends_the_copy_that_it_names(server: Dovecot, cast: Cast) -> None:
    cast.lipa.assistant = True
    cast.lipa.save()
    desk = Desk(server, cast.ana, to=("maja@hrast.example", "jan@alpine.example"))
    text = BOUNCE.format(to=desk.address, id=desk.id, number=next(numbers)).replace("\n", "\r\n")
    desk.arrives(text.encode())
    arrival = Arrival.objects.get()
    assert (arrival.kind, arrival.severity, arrival.status, arrival.failed) == (
        "bounce", "hard", "5.1.1", ["maja@hrast.example"],
    )  # fmt: skip
    states = dict(Delivery.objects.values_list("party__address", "state"))
    assert states == {"maja@hrast.example": "bounced", "jan@alpine.example": "accepted"}
    assist()
    assert Card.objects.get().kind == "bounced"


def test_a_reply_by_a_stranger_is_shown_and_does_not_count(desk: Desk) -> None:
    desk.arrives(desk.reply(sender="nekdo@drugje.example"))
    arrival = Arrival.objects.get()
    assert (arrival.stranger, arrival.counts, desk.sent.replies) == (True, False, 0)
    desk.arrives(desk.reply(sender="direktor@hrast.example"))  # a colleague of the recipient
    assert desk.sent.replies == 1


def test_ones_own_e_mail_that_comes_back_by_a_loop_is_no_reply(desk: Desk) -> None:
    loop = f"Received: from mx.example by mx.example; Mon, 4 May 2026 10:00:00 +0000\r\nX-Loop: {desk.address}\r\n" * 40
    own = f"From: {desk.address}\r\nTo: {desk.address}\r\nMessage-ID: {desk.id}\r\nReferences: {desk.id}\r\n\r\nDa\r\n"
    desk.arrives((loop + own).encode(), own.encode())
    assert not Arrival.objects.exists() and desk.sent.replies == 0


def test_machines_that_answer_each_other_count_for_nothing(desk: Desk) -> None:
    machines = [desk.reply("Odsoten.", Auto_Submitted="auto-replied", Subject="Odsoten") for _ in range(30)]
    desk.arrives(*machines)
    assert Arrival.objects.count() == 30 and desk.sent.replies == 0
    assist()
    assert not Card.objects.exists()


def test_nothing_is_matched_across_organisations(server: Dovecot, cast: Cast) -> None:
    theirs = Desk(server, cast.eva)
    ours = Desk(server, cast.ana)
    ours.arrives(ours.reply(In_Reply_To=theirs.id))
    assert not Arrival.objects.exists()


def test_hostile_mail_is_kept_harmless_or_set_aside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    html = '<p onclick="a()">Da<script>alert(1)</script><img src="https://spy.example/x.gif"></p>'
    mail = desk.reply()
    mail.set_content(html, subtype="html")
    desk.arrives(mail)
    reply = Message.objects.get(direction=Direction.IN)
    assert "script" not in reply.html and "onclick" not in reply.html and "spy.example" not in reply.html
    deep = f"From: maja@hrast.example\r\nIn-Reply-To: {desk.id}\r\nMessage-ID: <deep@x.example>\r\n".encode()
    for number in range(1000):
        deep += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
    desk.arrives(deep)
    calls = []

    def fails(*_arguments: object) -> None:
        calls.append(1)
        raise RuntimeError("poison")

    monkeypatch.setattr(rounds, "store", fails)
    for _ in range(3):
        desk.arrives(*([desk.reply()] if not calls else []))
    assert len(calls) == 3 and SetAside.objects.get().fault == "RuntimeError: poison"
    monkeypatch.undo()
    before = desk.sent.replies
    desk.arrives(desk.reply("Pa vendar."))
    assert desk.sent.replies == before + 1


class Death(BaseException):
    """Nothing catches it, as nothing catches a signal."""


def test_a_mail_of_which_the_worker_dies_is_set_aside_after_three_tries(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_arguments: object) -> None:
        raise Death

    monkeypatch.setattr(rounds, "store", dies)
    desk.server.deliver(desk.address, bytes(desk.reply()), bytes(desk.reply("Pa vendar.")))
    for tries in (1, 2, 3):
        with pytest.raises(Death):
            desk.look()
        assert Reading.objects.get().stuck == tries and not SetAside.objects.exists()
    monkeypatch.undo()
    desk.look()
    assert SetAside.objects.get().fault == "the worker died of it"
    desk.sent.refresh_from_db()
    assert desk.sent.replies == 1


def test_a_mailbox_that_cannot_be_signed_into_says_why_and_slows_down(desk: Desk) -> None:
    desk.mailbox.imap_password = "napačno"
    desk.mailbox.save()
    desk.look()
    desk.mailbox.refresh_from_db()
    row = Reading.objects.get()
    assert (desk.mailbox.imap_reason, row.failures) == ("login", 1)
    assert row.due_at - desk.now == timedelta(minutes=1)
