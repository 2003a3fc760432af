"""A mailbox on a real server, from which an e-mail was sent, and to which answers come."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from odziv.lib import clock
from odziv.models import Mailbox, Message, Reading, User
from odziv.replies.reading import read_mailboxes
from tests.support.imap import Dovecot
from tests.support.journal import followed_message

numbers = iter(range(100_000))


def read_mailbox(user: User, address: str, port: int, *, password: str = "x", **fields: Any) -> Mailbox:
    """A mailbox of a user's that is read on 127.0.0.1."""
    given = {"kind": "smtp", "name": user.name, "imap_host": "127.0.0.1", "imap_security": "none", **fields}
    mailbox = Mailbox(organisation=user.organisation, user=user, address=address, imap_port=port, **given)
    mailbox.imap_own_login, mailbox.imap_username, mailbox.imap_password = True, address, password
    mailbox.save()
    return mailbox


class Desk:
    """Ana's mailbox on a real server, from which she has sent an e-mail; `address` is its own."""

    def __init__(
        self, server: Dovecot, user: User, *, to: tuple[str, ...] = ("maja@hrast.example",), begin: bool = True
    ) -> None:
        self.server, self.address = server, f"ana{next(numbers)}@lipa.example"
        self.mailbox = read_mailbox(user, self.address, server.port, password=server.password)
        self.sent = followed_message(user, subject="Ponudba", to=to, sent_at=clock.now())
        self.id = f"<{self.sent.pk.hex}@lipa.example>"
        Message.objects.filter(pk=self.sent.pk).update(message_id=self.id, mailbox=self.mailbox)
        self.now = clock.now()
        if begin:
            self.look()  # from here on
            assert Reading.objects.get(mailbox=self.mailbox).uidvalidity

    def look(self) -> int:
        self.now += timedelta(minutes=20)
        return read_mailboxes(self.now, threads=False)

    def arrives(self, *mails: bytes | EmailMessage) -> None:
        self.server.deliver(self.address, *(bytes(mail) for mail in mails))
        self.look()
        self.sent.refresh_from_db()

    def reply(
        self, text: str = "Velja, vzamemo.", *, sender: str = "maja@hrast.example", **headers: str
    ) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, self.address, "Re: Ponudba"
        mail["Message-ID"] = f"<{next(numbers)}@hrast.example>"
        mail["In-Reply-To"] = self.id
        for name, value in headers.items():
            del mail[name.replace("_", "-")]
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        return mail


BOUNCE = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <b{number}@mx.example>
MIME-Version: 1.0
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

<maja@hrast.example>: user unknown

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; maja@hrast.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
Content-Type: text/rfc822-headers

Message-ID: {id}
Subject: Ponudba

--b--
"""
