"""The sender's folder gets what was sent as it was written, once, whatever is lost on the way (D6)."""

from __future__ import annotations

import email
from datetime import timedelta
from email.policy import default

import pytest
from django.test import Client

from odziv.deliver.due import deliver_due
from odziv.lib import clock
from odziv.models import Filing, Mailbox, Message
from odziv.replies.filing import file_sent
from tests.deliver.letters import attach, mailbox_at, waiting_message
from tests.support.cast import Cast
from tests.support.imap import Dovecot
from tests.support.smtp import SmtpServer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def reading(mailbox: Mailbox, host: str, port: int, user: str, password: str, **fields: object) -> Mailbox:
    fields = {"imap_host": host, "imap_port": port, "imap_security": "none", "imap_own_login": True, **fields}
    for name, value in {**fields, "imap_username": user, "imap_password": password}.items():
        setattr(mailbox, name, value)
    mailbox.save()
    return mailbox


def sent(cast: Cast, server: Dovecot, user: str, **fields: object) -> Message:
    """A message with a followed attachment that has left through a real SMTP server."""
    with SmtpServer() as smtp:
        mailbox = reading(mailbox_at(smtp, cast.ana), server.host, server.port, user, server.password, **fields)
        message = waiting_message(mailbox, cast.ana, bcc=("skrita@example.com",))
        attach(message, "Cenik.pdf", user.encode(), followed=True, content_type="application/pdf")
        deliver_due(threads=False)
        assert len(smtp.taken) == 2 and b"/c/" in smtp.taken[0].content
    return message


def test_what_was_sent_is_kept_as_it_was_written(cast: Cast, server: Dovecot) -> None:
    message = sent(cast, server, "one@lipa.example")
    assert file_sent() == 1
    [kept] = server.content_of("one@lipa.example", "Sent")
    read = email.message_from_bytes(kept, policy=default)
    assert (read["Message-ID"], read["Bcc"]) == (message.message_id, "skrita@example.com")
    assert b"/c/" not in kept and b"/o/" not in kept
    assert [part.get_filename() for part in read.iter_attachments()] == ["Cenik.pdf"]
    assert message.filing.state == "filed"
    assert file_sent() == 0


def test_a_message_that_is_there_is_not_put_there_again(cast: Cast, server: Dovecot) -> None:
    """The worker died between the server's answer and its own note of it."""
    message = sent(cast, server, "two@lipa.example")
    file_sent()
    Filing.objects.update(state="waiting", lease_until=clock.now() - timedelta(seconds=1))
    assert file_sent() == 1
    assert len(server.content_of("two@lipa.example", "Sent")) == 1
    message.filing.refresh_from_db()
    assert (message.filing.state, message.filing.attempts) == ("filed", 2)


def test_what_cannot_be_reached_is_tried_again_and_says_why(cast: Cast, server: Dovecot) -> None:
    message = sent(cast, server, "three@lipa.example", sent_folder="Nowhere")
    file_sent()
    filing = Filing.objects.get(message=message)
    assert (filing.state, filing.reason) == ("waiting", "folder")
    assert file_sent() == 0  # not before its time
    moment = clock.now()
    for _ in range(11):
        moment += timedelta(hours=9)
        file_sent(moment)
    filing.refresh_from_db()
    assert (filing.state, filing.attempts) == ("given-up", 12)


def test_without_a_reading_side_or_the_wish_nothing_is_filed(cast: Cast, server: Dovecot) -> None:
    sent(cast, server, "four@lipa.example", files_sent=False)
    Mailbox.objects.all().delete()
    sent(cast, server, "five@lipa.example", imap_host="")
    assert not Filing.objects.exists()


def test_a_claimed_one_is_left_to_its_worker(cast: Cast, server: Dovecot) -> None:
    message = sent(cast, server, "six@lipa.example")
    first = Filing.objects.claim(message.filing.pk, clock.now(), timedelta(minutes=1))
    assert first is not None and file_sent() == 0
    assert file_sent(clock.now() + timedelta(minutes=2)) == 1
    assert not Filing.objects.settle(first, state="given-up")  # it was taken over


def test_its_sender_reads_on_the_page_where_the_copy_is(cast: Cast, server: Dovecot, client: Client) -> None:
    message = sent(cast, server, "seven@lipa.example", sent_folder="Nowhere")
    client.force_login(cast.ana)
    page = f"/messages/{message.pk}/"
    assert "on its way there" in client.get(page).content.decode()
    file_sent()
    assert "No copy could be put there." in client.get(page).content.decode()
    Mailbox.objects.update(sent_folder="Sent")
    file_sent(clock.now() + timedelta(minutes=2))
    assert "A plain copy is there" in client.get(page).content.decode()
    client.force_login(cast.bor)
    assert "plain copy" not in client.get(page).content.decode()
