"""The built-in mail server keeps what organisations send, and takes from strangers only what is for our own users."""

from __future__ import annotations

import signal
import smtplib
import socket
import time

import pytest

from odziv.deliver.due import deliver_due
from odziv.environment import Address
from odziv.models import Mailbox, TestMail
from odziv.testmail import store
from odziv.testmail.login import password_for, username_for
from tests.deliver.letters import waiting_message
from tests.support.cast import Cast
from tests.support.child import run_child
from tests.support.testmail import mail_server, use

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MAIL = b"From: ana@lipa.example\r\nSubject: =?utf-8?q?Ponudba_=C5=A1t=2E_7?=\r\n\r\n.dot\r\n\xff 8-bit\r\n"


def signed_in(address: Address, cast: Cast) -> smtplib.SMTP:
    client = smtplib.SMTP(address.host, address.port, local_hostname="test", timeout=10)
    client.login(username_for(cast.lipa.pk), password_for(cast.lipa.pk))
    return client


def test_what_an_organisation_sends_is_kept_byte_for_byte(cast: Cast) -> None:
    with mail_server() as (address, _), signed_in(address, cast) as client:
        client.sendmail("ana@lipa.example", ["maja@example.com", "b@example.com"], MAIL)
        assert [mail.recipient for mail in TestMail.objects.newest_first()] == ["b@example.com", "maja@example.com"]
        mail = TestMail.objects.filter(recipient="maja@example.com").get()
        assert (mail.organisation, mail.sender, mail.subject, mail.size) == (
            cast.lipa,
            "ana@lipa.example",
            "Ponudba št. 7",
            len(MAIL),
        )
        assert store.read(mail) == MAIL and mail.read_at is None


def test_a_message_goes_from_the_composer_into_the_test_mailbox(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as (address, _):
        use(address, monkeypatch)
        waiting_message(Mailbox.objects.get(user=cast.ana), cast.ana, to=["maja@example.com"], bcc=["žiga@example.com"])
        assert deliver_due() == 2
    assert {mail.recipient for mail in TestMail.objects.of(cast.lipa.pk)} == {"maja@example.com", "žiga@example.com"}


@pytest.mark.parametrize("password", ["", "wrong", "00" * 32])
def test_a_wrong_login_is_refused(cast: Cast, password: str) -> None:
    with mail_server() as (address, _), smtplib.SMTP(address.host, address.port, "test", 10) as client:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(username_for(cast.lipa.pk), password)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("not an organisation", password_for(cast.lipa.pk))


def test_strangers_reach_only_users_of_ours(cast: Cast) -> None:
    with mail_server() as (address, _), smtplib.SMTP(address.host, address.port, "test", 10) as client:
        refused = client.sendmail("noreply@odziv.example", [cast.eva.email.upper(), "maja@example.com"], MAIL)
        assert list(refused) == ["maja@example.com"]
    assert TestMail.objects.get().organisation == cast.hrast


def test_it_keeps_only_the_newest(cast: Cast) -> None:
    with mail_server(ODZIV_TEST_MAILBOX_KEEPS="3") as (address, _), signed_in(address, cast) as client:
        for number in range(6):
            client.sendmail("ana@lipa.example", [f"r{number}@example.com"], MAIL + b"%d\r\n" % number)
    kept = list(TestMail.objects.newest_first())
    assert [mail.recipient for mail in kept] == [f"r{number}@example.com" for number in (5, 4, 3)]
    assert [store.read(mail)[-3:-2] for mail in kept] == [b"5", b"4", b"3"]


def test_a_message_that_is_too_big_is_refused(cast: Cast) -> None:
    with (
        mail_server(ODZIV_UPLOAD_LIMIT_MB="1") as (address, _),
        signed_in(address, cast) as client,
        pytest.raises(smtplib.SMTPException),
    ):
        client.sendmail("ana@lipa.example", ["maja@example.com"], b"a" * 70 + b"\r\n" * 3_000_000)
    assert not TestMail.objects.exists()


def test_it_stops_at_once(cast: Cast) -> None:
    with mail_server() as (address, child), signed_in(address, cast):
        started = time.monotonic()
        child.send_signal(signal.SIGTERM)
        assert child.wait(5) == 0 and time.monotonic() - started < 2


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        child = run_child("from odziv.testmail.server import run\nraise SystemExit(run())", ODZIV_MAIL_LISTEN=listen)
        output, _ = child.communicate(timeout=30)
    assert child.returncode == 2
    assert output == f"mail: {listen} is in use by another program; set ODZIV_MAIL_LISTEN to a free host:port.\n"


def test_a_message_that_cannot_be_stored_is_not_taken(cast: Cast) -> None:
    with mail_server() as (address, _), signed_in(address, cast) as client:
        cast.lipa.delete()
        with pytest.raises(smtplib.SMTPDataError) as caught:
            client.sendmail("ana@lipa.example", ["maja@example.com"], MAIL)
        assert caught.value.smtp_code == 550
