"""Every step of SMTP can fail in every way; each failure says what it means for the copy (D3, D4, D5)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odziv.deliver.session import Hooks, Server, Session
from odziv.deliver.trouble import Outcome, Reason, Trouble
from odziv.lib import dial
from tests.support.smtp import CLOSE, HANG, Certificates, SmtpServer, make_certificates, refusing_port

# More than the buffers between two sockets hold: the client notices while it sends.
HUGE = b"Subject: Hello\r\n\r\n" + b"\r\n" * 9_000_000
MAIL = b"Subject: Hello\r\n\r\n.leading dot\r\n..\r\n.\r\nend\r\n"


def session(server: SmtpServer, *, timeout: float = 1.0, **fields: Any) -> Session:
    wanted = {"security": "none", **fields}
    return Session(Server(server.host, server.port, **wanted), timeout=timeout, name="lipa.example")


def send(one: Session, recipient: str = "maja@example.com", content: bytes = MAIL, **hooks: Any) -> None:
    one.deliver("ana@lipa.example", recipient, content, hooks=Hooks(**hooks))


def trouble_of(server: SmtpServer, content: bytes = MAIL, **fields: Any) -> Trouble:
    with pytest.raises(Trouble) as caught:
        send(session(server, **fields), content=content)
    return caught.value


def test_a_message_arrives_byte_for_byte() -> None:
    with SmtpServer() as server:
        one = session(server)
        send(one)
        send(one, "second@example.com")
        one.close()
    assert [(mail.sender, mail.recipient, mail.content) for mail in server.taken] == [
        ("ana@lipa.example", "maja@example.com", MAIL),
        ("ana@lipa.example", "second@example.com", MAIL),
    ]
    assert server.connections == 1 and server.log[-1] == "QUIT"


@pytest.mark.slow
@pytest.mark.parametrize("step", ["greeting", "ehlo", "mail", "rcpt", "data", "content"])
@pytest.mark.parametrize(("does", "reason"), [(HANG, Reason.TIMEOUT), (CLOSE, Reason.CLOSED)])
def test_silence_or_hanging_up_before_the_end_is_temporary(step: str, does: str, reason: Reason) -> None:
    with SmtpServer(does={step: does}) as server:
        trouble = trouble_of(server, HUGE if step == "content" else MAIL)
    assert (trouble.reason, trouble.outcome) == (reason, Outcome.TEMPORARY)
    assert server.taken == []


@pytest.mark.slow
@pytest.mark.parametrize("does", [HANG, CLOSE, "354 Go on", "not SMTP"])
def test_silence_or_hanging_up_after_the_end_is_uncertain(does: str) -> None:
    with SmtpServer(does={"end": does}) as server:
        # Silence is waited for ten times as long; a busy machine must not be taken for it at the steps before.
        trouble = trouble_of(server, timeout=0.4 if does == HANG else 5)
    assert (trouble.reason, trouble.outcome) == (Reason.UNANSWERED, Outcome.UNCERTAIN)


@pytest.mark.parametrize(
    ("step", "reason"),
    [("mail", Reason.SENDER), ("rcpt", Reason.RECIPIENT), ("data", Reason.CONTENT), ("end", Reason.CONTENT)],
)
@pytest.mark.parametrize(
    ("reply", "outcome"), [("450 4.2.0 Greylisted", Outcome.TEMPORARY), ("554 5.7.1 No", Outcome.PERMANENT)]
)
def test_refusals_keep_the_servers_words_and_the_connection(
    step: str, reason: Reason, reply: str, outcome: Outcome
) -> None:
    with SmtpServer(does={step: [reply]}) as server:
        one = session(server)
        with pytest.raises(Trouble) as caught:
            send(one)
        send(one, "next@example.com")
    trouble = caught.value
    assert (trouble.reason, trouble.outcome, trouble.code, trouble.words) == (
        reason,
        outcome,
        int(reply[:3]),
        reply[4:],
    )
    assert not trouble.mailbox_wide
    assert [mail.recipient for mail in server.taken] == ["next@example.com"] and server.connections == 1


@pytest.mark.parametrize("step", ["greeting", "mail", "rcpt", "data", "content", "end"])
def test_421_is_for_the_whole_mailbox_and_temporary(step: str) -> None:
    with SmtpServer(does={step: "421 4.3.2 Shutting down"}) as server:
        trouble = trouble_of(server, HUGE if step == "content" else MAIL)
    assert (trouble.reason, trouble.outcome, trouble.mailbox_wide) == (Reason.BUSY, Outcome.TEMPORARY, True)


@pytest.mark.slow
def test_a_refusal_in_the_middle_of_the_content_is_read() -> None:
    with SmtpServer(does={"content": ["552 5.3.4 Too big for me"]}) as server:
        trouble = trouble_of(server, HUGE, timeout=2)
    assert (trouble.reason, trouble.outcome, trouble.code) == (Reason.CONTENT, Outcome.PERMANENT, 552)


def test_a_greeting_that_refuses_is_temporary_for_the_mailbox() -> None:
    with SmtpServer(does={"greeting": "554 5.3.2 Not today"}) as server:
        trouble = trouble_of(server)
    assert (trouble.reason, trouble.outcome, trouble.mailbox_wide) == (Reason.GREETING, Outcome.TEMPORARY, True)


def test_what_is_no_smtp_is_temporary() -> None:
    with SmtpServer(does={"greeting": "HTTP/1.1 400 Bad Request"}) as server:
        assert trouble_of(server).reason == Reason.CONFUSED


def test_nobody_listens() -> None:
    with refusing_port() as port, pytest.raises(Trouble) as caught:
        Session(Server("127.0.0.1", port, "none"), timeout=1, name="lipa.example").open()
    assert (caught.value.reason, caught.value.mailbox_wide) == (Reason.UNREACHABLE, True)
    assert caught.value.words == "Connection refused"


def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(Trouble) as caught:
        Session(Server("mail.invalid", 25, "none"), timeout=1, name="lipa.example").open()
    assert caught.value.reason == Reason.UNREACHABLE


@pytest.mark.slow
def test_a_server_that_drips_cannot_stretch_its_time() -> None:
    with SmtpServer(slow=0.05) as server:
        started = time.monotonic()
        assert trouble_of(server).reason == Reason.TIMEOUT
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("does", [CLOSE, "421 4.7.0 Too many messages on this connection"])
def test_a_used_connection_that_was_ended_is_opened_anew(does: str) -> None:
    with SmtpServer() as server:
        one = session(server)
        send(one)
        server.does["mail"] = [does]
        send(one, "second@example.com")
    assert [mail.recipient for mail in server.taken] == ["maja@example.com", "second@example.com"]
    assert server.connections == 2


def test_what_the_hooks_raise_ends_the_attempt_before_the_end_of_the_message() -> None:
    class Lost(Exception):
        pass

    def lose() -> None:
        raise Lost

    with SmtpServer() as server:
        one = session(server)
        with pytest.raises(Lost):
            send(one, before_end=lose)
        send(one, "second@example.com")
    assert [mail.recipient for mail in server.taken] == ["second@example.com"]


def test_a_message_beyond_the_announced_size_is_not_begun() -> None:
    with SmtpServer(extensions=("SIZE 20",)) as server:
        trouble = trouble_of(server)
    assert (trouble.reason, trouble.outcome) == (Reason.TOO_BIG, Outcome.PERMANENT)
    assert not any(line.startswith("MAIL") for line in server.log)


def test_a_server_that_knows_only_helo_is_good_enough() -> None:
    with SmtpServer(does={"ehlo": ["502 5.5.1 Too new for me"]}) as server:
        send(session(server))
    assert len(server.taken) == 1


@pytest.mark.parametrize("methods", ["PLAIN LOGIN", "LOGIN"])
def test_signing_in(methods: str) -> None:
    with SmtpServer(login=("ana", "gešlo"), methods=methods) as server:
        send(session(server, username="ana", password="gešlo"))
        trouble = trouble_of(server, username="ana", password="wrong")
        late = trouble_of(server)
    assert len(server.taken) == 1
    assert (trouble.reason, trouble.outcome, trouble.code) == (Reason.LOGIN, Outcome.TEMPORARY, 535)
    assert (late.reason, late.mailbox_wide) == (Reason.LOGIN, True)
    assert sum(line.startswith("AUTH") for line in server.log) == 2  # one attempt each: more would lock an account


@pytest.mark.parametrize("methods", ["PLAIN XOAUTH2 OAUTHBEARER", "OAUTHBEARER"])
def test_signing_in_with_an_access_token(methods: str) -> None:
    with SmtpServer(knows_token=lambda user, token: (user, token) == ("ana", "good"), methods=methods) as server:
        send(session(server, username="ana", token="good"))
        trouble = trouble_of(server, username="ana", token="old")
    assert len(server.taken) == 1
    assert (trouble.reason, trouble.outcome, trouble.code) == (Reason.LOGIN, Outcome.TEMPORARY, 535)
    # The reason of the refusal was answered, else the server would wait for ever.
    assert server.log[-1] == ("" if "XOAUTH2" in methods else "AQ==")


def test_a_server_that_takes_no_tokens_gets_none() -> None:
    with SmtpServer(login=("ana", "geslo")) as server:
        assert trouble_of(server, username="ana", token="good").reason == Reason.NO_LOGIN
    assert not any(line.startswith("AUTH") for line in server.log)


@pytest.mark.parametrize("secret", [{"password": "geslo"}, {"token": "good"}])
def test_no_secret_travels_in_plain_text_through_foreign_networks(
    secret: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dial, "is_private", lambda connection: False)
    with SmtpServer(login=("ana", "geslo"), methods="PLAIN XOAUTH2") as server:
        assert trouble_of(server, username="ana", **secret).reason == Reason.NO_ENCRYPTION
    assert not any(line.startswith("AUTH") for line in server.log)


def test_it_says_its_steps() -> None:
    steps: list[str] = []
    with SmtpServer(login=("ana", "geslo")) as server:
        one = Session(
            Server(server.host, server.port, "none", "ana", "geslo"), timeout=1, name="lipa", begin=steps.append
        )
        one.open()
        one.offer_sender("ana@lipa.example")
    assert steps == ["find", "connect", "greet", "sign-in", "sender"]


def test_no_known_way_to_sign_in() -> None:
    with SmtpServer(login=("ana", "geslo"), methods="GSSAPI") as server:
        assert trouble_of(server, username="ana", password="geslo").reason == Reason.NO_LOGIN


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Certificates]:
    made = make_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    yield made


def test_starttls(certificates: Certificates) -> None:
    with SmtpServer(starttls=certificates.good, login=("ana", "geslo")) as server:
        one = session(server, security="starttls", username="ana", password="geslo", timeout=2)
        send(one)
        one.close()
    assert len(server.taken) == 1


def test_implicit_tls(certificates: Certificates) -> None:
    with SmtpServer(tls=certificates.good) as server:
        send(session(server, security="tls", timeout=2))
    assert len(server.taken) == 1


def test_encryption_is_never_given_up_quietly(certificates: Certificates) -> None:
    with SmtpServer(login=("ana", "geslo")) as server:
        fields: dict[str, Any] = {"security": "starttls", "username": "ana", "password": "geslo"}
        trouble = trouble_of(server, **fields)
    assert (trouble.reason, trouble.outcome) == (Reason.NO_STARTTLS, Outcome.TEMPORARY)
    assert not any(line.startswith("AUTH") for line in server.log)


def test_a_refused_starttls(certificates: Certificates) -> None:
    with SmtpServer(starttls=certificates.good, does={"starttls": "454 4.7.0 Not now"}) as server:
        assert trouble_of(server, security="starttls").reason == Reason.TLS


def test_a_certificate_for_another_name_is_refused(certificates: Certificates) -> None:
    with SmtpServer(starttls=certificates.wrong_name) as server:
        trouble = trouble_of(server, security="starttls", timeout=2)
    assert trouble.reason == Reason.CERTIFICATE and "127.0.0.1" in trouble.words


def test_a_certificate_of_nobody_we_know_is_refused(tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    with SmtpServer(tls=made.good) as server:
        assert trouble_of(server, security="tls", timeout=2).reason == Reason.CERTIFICATE


def test_plain_speech_where_tls_was_expected(certificates: Certificates) -> None:
    with SmtpServer() as server:
        assert trouble_of(server, security="tls", timeout=1).reason == Reason.TLS


def test_smtputf8_only_where_needed() -> None:
    with SmtpServer() as server:
        one = session(server)
        send(one)
        one.deliver("ana@lipa.example", "žiga@example.com", MAIL, utf8=True, hooks=Hooks())
    assert ["SMTPUTF8" in mail.options for mail in server.taken] == [False, True]
    assert server.taken[1].recipient == "žiga@example.com"
