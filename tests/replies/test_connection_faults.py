"""Servers that are no IMAP servers, fall silent, drip, lie or flood: each has its name, and nobody waits for ever."""

from __future__ import annotations

import time
from typing import Any

import pytest

from odziv.lib.dial import Fault
from odziv.replies.connection import Connection, Server
from odziv.replies.trouble import ImapTrouble, Reason
from tests.support.faulty_imap import CAPABILITIES, FaultyImap
from tests.support.smtp import CLOSE, HANG, refusing_port


def opened(server: FaultyImap, *, largest: int = 10_000, timeout: float = 1.0, **fields: Any) -> Connection:
    given = {"security": "none", "username": "ana", "password": "geslo", **fields}
    one = Connection(Server(server.host, server.port, **given), timeout=timeout, largest=largest)
    one.open()
    return one


def trouble_of(server: FaultyImap, **fields: Any) -> ImapTrouble:
    with pytest.raises(ImapTrouble) as caught:
        opened(server, **fields)
    return caught.value


@pytest.mark.slow
@pytest.mark.parametrize("step", ["greeting", "capability", "authenticate"])
@pytest.mark.parametrize(("does", "reason"), [(HANG, Reason.TIMEOUT), (CLOSE, Reason.CLOSED)])
def test_silence_and_hanging_up(step: str, does: str, reason: Reason) -> None:
    with FaultyImap(does={step: does}) as server:
        assert trouble_of(server).reason == reason


@pytest.mark.parametrize(
    ("greeting", "reason"),
    [
        ("220 mail.example ESMTP\r\n", Reason.CONFUSED),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", Reason.CONFUSED),
        ("\x00\x01\x02\r\n", Reason.CONFUSED),
        ("* BYE not today\r\n", Reason.GREETING),
        ("* OK hello\n", Reason.CONFUSED),
    ],
)
def test_what_is_no_imap_server_or_does_not_want_us(greeting: str, reason: Reason) -> None:
    with FaultyImap(does={"greeting": greeting}) as server:
        assert trouble_of(server).reason == reason


@pytest.mark.slow
def test_a_server_that_drips_cannot_stretch_its_time() -> None:
    with FaultyImap(slow=0.05, does={"greeting": "* OK " + "x" * 1000 + "\r\n"}) as server:
        started = time.monotonic()
        assert trouble_of(server).reason == Reason.TIMEOUT
    assert time.monotonic() - started < 3


def test_nobody_listens_and_no_such_host() -> None:
    with refusing_port() as port, pytest.raises(ImapTrouble) as caught:
        Connection(Server("127.0.0.1", port), timeout=1).open()
    assert (caught.value.reason, caught.value.fault) == (Reason.UNREACHABLE, Fault.REFUSED)
    for host in ("imap.invalid", "x" * 70 + ".invalid", "a..b"):
        with pytest.raises(ImapTrouble) as caught:
            Connection(Server(host, 993), timeout=1).open()
        assert (caught.value.reason, caught.value.fault) == (Reason.UNREACHABLE, Fault.NO_HOST)


def test_encryption_is_never_given_up_quietly() -> None:
    for greeting in ("* OK ready\r\n", "* PREAUTH you are signed in\r\n"):
        with FaultyImap(does={"greeting": greeting}) as server:
            assert trouble_of(server, security="starttls").reason == Reason.NO_STARTTLS
            assert not any("geslo" in line or "AUTHENTICATE" in line for line in server.log)


def test_a_login_that_is_refused_for_now_is_no_wrong_password() -> None:
    said = "TAG NO [UNAVAILABLE] Too many connections\r\n"
    with FaultyImap(does={"authenticate": "+ \r\n", "continue": said}) as server:
        trouble = trouble_of(server)
        assert (trouble.reason, trouble.words) == (Reason.BUSY, "[UNAVAILABLE] Too many connections")


def test_a_refused_token_is_answered_once_more_so_that_the_server_ends_the_exchange() -> None:
    challenge = "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n"
    refusal = "TAG NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n"
    with FaultyImap(does={"authenticate": "+ \r\n", "continue": [challenge, refusal]}) as server:
        trouble = trouble_of(server, token="not-any-more")
    assert trouble.reason == Reason.LOGIN and "Invalid credentials" in trouble.words


def test_a_server_that_asks_on_and_on_is_left() -> None:
    with FaultyImap(does={"authenticate": "+ \r\n", "continue": "+ bW9yZQ==\r\n"}) as server:
        assert trouble_of(server).reason == Reason.CONFUSED


def test_no_known_way_to_sign_in() -> None:
    said = "* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=GSSAPI\r\nTAG OK done\r\n"
    with FaultyImap(does={"capability": said}) as server:
        assert trouble_of(server).reason == Reason.NO_LOGIN
        assert trouble_of(server, token="token").reason == Reason.NO_LOGIN


@pytest.mark.parametrize(
    "said",
    [
        "* LIST () \"/\" {999999999}\r\n",  # announced
        "* LIST () \"/\" " + "x" * 2_000_000 + "\r\n",  # a line without end
        "* LIST () \"/\" x\r\n" * 5_000 + "TAG OK done\r\n",  # too much of everything
    ],
)  # fmt: skip
def test_an_answer_without_measure_is_refused(said: str) -> None:
    with FaultyImap(does={"authenticate": "+ \r\n", "continue": "TAG OK in\r\n", "list": said}) as server:
        one = opened(server, timeout=5)
        with pytest.raises(ImapTrouble) as caught:
            one.folders()
        assert caught.value.reason in (Reason.TOO_BIG, Reason.CLOSED)


def test_one_name_that_cannot_be_read_hides_no_other() -> None:
    said = '* LIST () "/" "&notutf7"\r\n* LIST () "/" "Poslano \udcc4\udc8d"\r\n* LIST () NIL 2026\r\nTAG OK done\r\n'
    with FaultyImap(does={"authenticate": "+ \r\n", "continue": "TAG OK in\r\n", "list": said}) as server:
        names = [folder.name for folder in opened(server).folders()]
    assert names == ["&notutf7", "Poslano č", "2026"]


def test_a_message_beyond_the_announced_limit_is_not_begun() -> None:
    does = {"authenticate": "+ \r\n", "continue": "TAG OK in\r\n"}
    does["capability"] = CAPABILITIES.replace("IMAP4rev1", "IMAP4rev1 APPENDLIMIT=10")
    with FaultyImap(does={**does}) as server:
        with pytest.raises(ImapTrouble) as caught:
            opened(server).append("Sent", b"x" * 11)
        assert caught.value.reason == Reason.TOO_BIG and not any("APPEND" in line for line in server.log)


def test_the_password_is_in_no_representation_and_no_error() -> None:
    with FaultyImap(does={"authenticate": "+ \r\n", "continue": "TAG BAD geslo?\r\n"}) as server:
        trouble = trouble_of(server, password="zelo-skrivno")
    assert "zelo-skrivno" not in repr(Server("a", 1, password="zelo-skrivno", token="zelo-skrivno"))
    assert "zelo-skrivno" not in repr(trouble) + str(trouble.__cause__)
