"""The LMTP door (RFC 2033): an answer for each recipient, durable before 250, whatever is thrown at it (P1)."""

from __future__ import annotations

import contextlib
import re
import signal
import smtplib
import socket
import subprocess
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from odziv.environment import Address
from odziv.lib import clock
from odziv.models import Arrival, HandedIn, HandedState, Mailbox, Message
from odziv.replies.handing import LARGEST, work_on_handed
from tests.replies.desk import numbers, read_mailbox
from tests.support.cast import Cast
from tests.support.child import run_child
from tests.support.journal import followed_message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ANA = "ana.prodaja@lipa.example"
_RUN = "from odziv.environment import ENV\nfrom odziv.lmtp.server import run\nraise SystemExit(run(ENV.lmtp_listen))\n"


@contextlib.contextmanager
def lmtp_server() -> Iterator[tuple[Address, subprocess.Popen[str]]]:
    child = run_child(_RUN, ODZIV_LMTP_LISTEN="127.0.0.1:0")
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        found = re.fullmatch(r"lmtp listening on lmtp://(.+):(\d+)\n", line)
        assert found, line + child.stdout.read()
        yield Address(found[1], int(found[2])), child
    finally:
        child.kill()
        child.communicate()


@pytest.fixture
def sent(cast: Cast) -> Message:
    mailbox = read_mailbox(cast.ana, ANA, 143, imap_host="")
    row = followed_message(cast.ana, sent_at=clock.now())
    Message.objects.filter(pk=row.pk).update(message_id=f"<{row.pk.hex}@lipa.example>", mailbox=mailbox)
    row.refresh_from_db()
    return row


@pytest.fixture
def door(cast: Cast) -> Iterator[Address]:
    with lmtp_server() as (address, _):
        yield address


def reply_to(message: Message, text: str = "Velja.") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "maja@hrast.example", ANA, "Re: Ponudba"
    mail["Message-ID"], mail["In-Reply-To"] = f"<{next(numbers)}@hrast.example>", message.message_id
    mail.set_content(text)
    return bytes(mail)


def client(address: Address) -> smtplib.LMTP:
    return smtplib.LMTP(address.host, address.port, "mx.test", timeout=120)


class Raw:
    """A conversation word by word."""

    def __init__(self, address: Address) -> None:
        self.socket = socket.create_connection((address.host, address.port), 120)
        self.file = self.socket.makefile("rb")
        self.line()

    def line(self) -> str:
        return self.file.readline().decode().strip()

    def says(self, text: str) -> str:
        self.socket.sendall(text.encode() + b"\r\n")
        while (line := self.line())[3:4] == "-":
            pass
        return line


def test_a_reply_is_taken_and_read_as_those_that_are_found(door: Address, sent: Message) -> None:
    with client(door) as line:
        assert line.sendmail("maja@hrast.example", [ANA], reply_to(sent)) == {}
    assert HandedIn.objects.get().state == HandedState.WAITING
    assert work_on_handed() == 1
    arrival = Arrival.objects.get()
    assert (arrival.message, arrival.matched_by, arrival.counts) == (sent, "in-reply-to", True)
    row = HandedIn.objects.get()
    assert (row.state, row.file, arrival.mailbox) == (HandedState.DONE, "", Mailbox.objects.get(address=ANA))


def test_each_recipient_has_an_answer(door: Address, sent: Message) -> None:
    raw = Raw(door)  # smtplib reads one answer only
    raw.says("LHLO mx.test")
    raw.says("MAIL FROM:<x@y.example>")
    assert raw.says(f"RCPT TO:<{ANA}>").startswith("250")
    assert raw.says("RCPT TO:<nobody@lipa.example>").startswith("550 5.1.1")
    assert raw.says(f"RCPT TO:<{ANA.replace('@', '+code@')}>").startswith("250")
    assert raw.says("DATA").startswith("354")
    assert raw.says("Subject: a\r\n\r\na\r\n.").startswith("250") and raw.line().startswith("250")
    assert raw.says("QUIT").startswith("221") and HandedIn.objects.count() == 1  # the same mail, once


def test_what_answers_nothing_of_ours_leaves_nothing(door: Address, sent: Message) -> None:
    with client(door) as line:
        line.sendmail("zena@dom.example", [ANA], b"Subject: Kruh\r\n\r\nPrinesi kruh.\r\n")
    work_on_handed()
    row = HandedIn.objects.get()
    assert not Arrival.objects.exists() and (row.state, row.file) == (HandedState.DONE, "")


def test_a_mail_of_2_gib_is_refused_when_it_is_announced(door: Address, sent: Message) -> None:
    raw = Raw(door)
    raw.says("LHLO mx.test")
    assert raw.says(f"MAIL FROM:<x@y.example> SIZE={2 * 1024**3}").startswith("552")
    assert raw.says("MAIL FROM:<x@y.example>").startswith("250")


def test_one_that_is_only_sent_too_large_is_refused_for_each_recipient(door: Address, sent: Message) -> None:
    raw = Raw(door)
    raw.says("LHLO mx.test")
    raw.says("MAIL FROM:<x@y.example>")
    for _ in range(2):
        raw.says(f"RCPT TO:<{ANA}>")
    raw.says("DATA")
    chunk = (b"x" * 998 + b"\r\n") * 1000
    for _ in range(LARGEST // len(chunk) + 2):
        raw.socket.sendall(chunk)
    assert raw.says(".").startswith("552") and raw.line().startswith("552")
    assert raw.says("NOOP").startswith("250") and not HandedIn.objects.exists()


def test_hostile_conversations_end_in_an_answer_and_the_next_one_works(door: Address, sent: Message) -> None:
    for text in ("EHLO x", "DATA", "RCPT TO:<x@y>", "MAIL FROM:" + "x" * 5000, "\0\xff", "LHLO " + "a" * 600):
        raw = Raw(door)
        assert raw.says(text)[:1] in ("4", "5", "2")
        raw.socket.close()
    Raw(door).socket.sendall(b"LHLO a\r\nMAIL FR")
    with client(door) as line:
        assert line.sendmail("maja@hrast.example", [ANA], reply_to(sent)) == {}


def test_mail_that_is_acknowledged_outlives_a_kill(cast: Cast, sent: Message) -> None:
    with lmtp_server() as (address, child):
        with client(address) as line:
            line.sendmail("maja@hrast.example", [ANA], reply_to(sent))
            child.send_signal(signal.SIGKILL)
        child.wait(10)
    work_on_handed()
    assert Arrival.objects.count() == 1


def test_it_ends_when_it_is_told(cast: Cast) -> None:
    with lmtp_server() as (address, child):
        raw = Raw(address)
        began = time.monotonic()
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0 and time.monotonic() - began < 30
        raw.socket.close()
