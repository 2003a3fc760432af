"""E-mails leave by SMTP, people answer them from many programs, and each answer is found by IMAP where it belongs (P1).

A hundred round trips; `ROUND_TRIPS=1000 bin/test tests/flows/test_round_trips.py` makes the thousand of the bar.
"""

from __future__ import annotations

import os
import smtplib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Mail
from email.utils import parseaddr

import pytest

from odziv.compose.send import submit
from odziv.deliver.due import deliver_due
from odziv.lib import clock
from odziv.lib.thread_index import head_of, header_for
from odziv.models import Arrival, Delivery, DeliveryState, Direction, Mailbox, Message, Reading, User
from odziv.replies.reading import read_mailboxes
from tests.compose.support import draft
from tests.replies.desk import read_mailbox
from tests.support.cast import Cast
from tests.support.imap import Dovecot, dovecot
from tests.support.smtp import SmtpServer

COUNT = int(os.environ.get("ROUND_TRIPS", "100"))
pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(200 + 10 * COUNT)]
TOGETHER = 2  # recipients of an e-mail
Style = Callable[["Copy"], str]


@dataclass(frozen=True)
class Copy:
    """What a recipient got."""

    delivery: Delivery
    mail: Mail
    recipient: str

    @property
    def id(self) -> str:
        return str(self.mail["Message-ID"])

    @property
    def has_own_address(self) -> bool:
        return "Reply-To" in self.mail


def gmail(copy: Copy) -> str:
    return f"In-Reply-To: {copy.id}\r\nReferences: {copy.id}\r\nSubject: Re: Ponudba\r\n"


def outlook(copy: Copy) -> str:
    index = header_for(head_of(copy.mail["Thread-Index"]), copy.delivery.pk)
    return (
        f"Subject: RE: Ponudba\r\nThread-Topic: Ponudba\r\nThread-Index: {index}\r\nReferences: {copy.id}\r\n"
        f"In-Reply-To: {copy.id}\r\nX-MS-Has-Attach:\r\n"
    )


def old_exchange(copy: Copy) -> str:
    index = header_for(head_of(copy.mail["Thread-Index"]), copy.delivery.pk)
    return f"Subject: AW: Ponudba\r\nThread-Topic: Ponudba\r\nThread-Index:\r\n {index}\r\n"


def apple(copy: Copy) -> str:
    return f"Subject: Re: Ponudba\r\nIn-Reply-To: {copy.id}\r\nReferences:\r\n <1.2@a.example>\r\n {copy.id}\r\n"


def notes(copy: Copy) -> str:
    return f"Subject: Antwort: Ponudba\r\nIn-Reply-To: {copy.id}\r\nX-Mailer: Lotus Notes\r\n"


def yahoo(copy: Copy) -> str:
    others = " ".join(f"<{number}.x@yahoo.example>" for number in range(30))
    return f"Subject: Re: Ponudba\r\nReferences: {others} {copy.id}\r\n"


def groupwise(copy: Copy) -> str:
    return f'Subject: Odg: Ponudba\r\nin-reply-to: Message from "Ana" of "Mon, 4 May 2026" {copy.id}\r\n'


def folded(copy: Copy) -> str:
    return f"SUBJECT: Re: Ponudba\r\nREFERENCES: <a@b.example>\r\n\t{copy.id}\r\n"


def tickets(copy: Copy) -> str:
    return (
        f"Subject: [#4711] Ponudba\r\nIn-Reply-To: <ticket-4711@support.example>\r\n"
        f"References: {copy.id} <ticket-4711@support.example>\r\n"
    )


def forgetful(copy: Copy) -> str:
    """Says nothing of what it answers: only the reply address can tell."""
    return "Subject: Ponudba\r\n" if copy.has_own_address else gmail(copy)


STYLES: tuple[Style, ...] = (
    gmail, outlook, old_exchange, apple, notes, yahoo, groupwise, folded, tickets, forgetful,
)  # fmt: skip


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with dovecot(tmp_path_factory.mktemp("dovecot")) as running:
        yield running


def mailboxes(cast: Cast, server: Dovecot, mx: SmtpServer) -> list[Mailbox]:
    """Two of each organisation; every second one has reply addresses of its own."""
    made = []
    for number, user in enumerate((cast.ana, cast.bor, cast.eva, cast.eva)):
        given = {"smtp_host": mx.host, "smtp_port": mx.port, "smtp_security": "none", "reply_tokens": number % 2 == 0}
        address = f"{user.name.lower()}{number}@{'lipa' if number < 2 else 'hrast'}.example"
        made.append(read_mailbox(user, address, server.port, password=server.password, **given))
    return made


def send(mailbox: Mailbox, number: int) -> None:
    user: User = mailbox.user
    to = ", ".join(f"stranka{number * TOGETHER + place}@podjetje.example" for place in range(TOGETHER))
    message = draft(user, to=to, subject="Ponudba", html="<p>Pozdravljeni</p>", mailbox=mailbox)
    submit(message, user, clock.now())


def copies(taken: list[tuple[str, bytes]]) -> list[Copy]:
    """What the recipients have in their mailboxes, with the deliveries that they are."""
    rows = Delivery.objects.select_related("party", "message__mailbox")
    by_place = {(row.message.message_id, row.party.key): row for row in rows}
    found = []
    for recipient, content in taken:
        mail = message_from_bytes(content)
        found.append(Copy(by_place[str(mail["Message-ID"]), recipient.lower()], mail, recipient))
    return found


def answer(copy: Copy, number: int, headers: str) -> tuple[str, bytes]:
    """To whom it goes, as programs choose that, and the mail."""
    to = parseaddr(str(copy.mail["Reply-To"] or copy.mail["From"]))[1]
    text = f"Odgovor {number}: velja, vzamemo ščepec.\r\n\r\nAna je pisala:\r\n> Pozdravljeni\r\n"
    charset = ("utf-8", "windows-1250", "iso-8859-2")[number % 3]
    head = (
        f"From: {copy.recipient}\r\nTo: {to}\r\nMessage-ID: <{number}@podjetje.example>\r\n{headers}"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return to, head.encode() + text.encode(charset)


def through(mx: SmtpServer, server: Dovecot, mails: list[tuple[str, bytes]]) -> None:
    """By SMTP to the sender's mail server, which puts it into the mailbox."""
    with smtplib.SMTP(mx.host, mx.port, "podjetje.example", 60) as line:
        for to, content in mails:
            line.sendmail("x@podjetje.example", [to], content)
    by_user: dict[str, list[bytes]] = defaultdict(list)
    for one in mx.taken:
        local, _, domain = one.recipient.partition("@")
        by_user[f"{local.partition('+')[0]}@{domain}"].append(one.content)
    for user, contents in by_user.items():
        server.deliver(user, *contents)


def read_all() -> None:
    """Look until nothing new comes; each time every mailbox is due."""
    while True:
        Reading.objects.update(due_at=clock.now())
        if not read_mailboxes(threads=False):
            return


def test_every_answer_is_found_where_it_belongs(server: Dovecot, cast: Cast) -> None:
    with SmtpServer() as out, SmtpServer() as back:
        boxes = mailboxes(cast, server, out)
        read_all()
        for number in range(COUNT // TOGETHER):
            send(boxes[number % len(boxes)], number)
        while deliver_due(threads=False):
            pass
        assert Delivery.objects.filter(state=DeliveryState.ACCEPTED).count() == COUNT == len(out.taken)
        got = copies([(one.recipient, one.content) for one in out.taken])
        assert len({str(copy.mail["Reply-To"]) for copy in got if copy.has_own_address}) == COUNT // 2
        mails = [answer(copy, number, STYLES[number % len(STYLES)](copy)) for number, copy in enumerate(got)]
        # Into mailboxes of the other organisation goes what names e-mails of this one: that belongs to nobody there.
        theirs = [next(box for box in boxes if box.organisation_id != copy.delivery.organisation_id) for copy in got]
        strays = [(box.address, mail) for box, (_to, mail) in list(zip(theirs, mails, strict=True))[:: COUNT // 20]]
        through(back, server, mails + strays)
    read_all()

    found = {row.reply.message_id: row for row in Arrival.objects.select_related("reply") if row.reply}
    right = 0
    for number, copy in enumerate(got):
        row = found.get(f"<{number}@podjetje.example>")
        if row is None:
            continue
        assert row.organisation_id == copy.delivery.organisation_id == row.mailbox.organisation_id
        right += row.delivery_id == copy.delivery.pk and row.counts
    assert right >= COUNT - COUNT // 1000
    assert Arrival.objects.count() == len(found) <= COUNT  # no stray was taken for an answer
    assert Message.objects.filter(direction=Direction.IN).count() == len(found)
    by = set(Arrival.objects.values_list("matched_by", flat=True))
    assert by == {"in-reply-to", "references", "reply-address", "thread-index"}
