"""Whatever goes wrong on the way to a mail server has a name (O6)."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from odziv.lib import dial
from odziv.lib.dial import Fault
from tests.support.smtp import HANG, Certificates, SmtpServer, make_certificates, refusing_port


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Certificates]:
    made = make_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    yield made


def fault(host: str, port: int, *, tls: bool = True) -> Fault | None:
    try:
        connection = dial.dial(host, port, 1)
        (dial.encrypt(connection, host, 1) if tls else connection).close()
    except OSError as error:
        return dial.fault_of(error)
    return None


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        ("good", None),
        ("wrong_name", Fault.WRONG_NAME),
        ("expired", Fault.EXPIRED),
        ("self_signed", Fault.SELF_SIGNED),
    ],
)
def test_a_certificate_that_proves_nothing(certificates: Certificates, shown: str, wanted: Fault | None) -> None:
    with SmtpServer(tls=getattr(certificates, shown)) as server:
        assert fault(server.host, server.port) == wanted


def test_an_authority_that_this_machine_does_not_know(tmp_path: Path) -> None:
    with SmtpServer(tls=make_certificates(tmp_path).good) as server:
        assert fault(server.host, server.port) == Fault.UNTRUSTED


def test_tls_where_plain_speech_was_awaited_and_the_reverse(certificates: Certificates) -> None:
    with SmtpServer() as plain, SmtpServer(tls=certificates.good) as encrypted:
        assert fault(plain.host, plain.port) == Fault.EXPECTS_PLAIN
        assert not dial.speaks_tls(plain.host, plain.port, 1)
        assert dial.speaks_tls(encrypted.host, encrypted.port, 1)


@pytest.mark.slow
def test_a_server_that_only_listens_takes_no_longer_than_it_may() -> None:
    with SmtpServer(does={"greeting": HANG}) as server:
        started = time.monotonic()
        assert fault(server.host, server.port) == Fault.TIMEOUT
    assert time.monotonic() - started < 3


def test_nobody_there() -> None:
    with refusing_port() as port:
        assert fault("127.0.0.1", port) == Fault.REFUSED
        assert fault("localhost", port) == Fault.REFUSED
    for host in ("mail.invalid", "", "a..b", "x" * 64 + ".example"):
        assert fault(host, 25) == Fault.NO_HOST, host
    assert dial.fault_of(OSError(113, "No route to host")) == Fault.NO_ROUTE
    assert dial.fault_of(OSError(5, "Input/output error")) is None


def test_for_which_names_a_certificate_is(certificates: Certificates) -> None:
    with SmtpServer(tls=certificates.wrong_name) as other, SmtpServer(tls=certificates.good) as good:
        assert dial.names_of(other.host, other.port, 1) == ["other.example"]
        assert dial.names_of(good.host, good.port, 1) == ["server.example", "localhost", "127.0.0.1"]
    with SmtpServer() as plain:
        assert dial.names_of(plain.host, plain.port, 1) == []


def test_which_networks_are_ones_own() -> None:
    private = ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "::1", "fd00::1"]
    foreign = ["8.8.8.8", "172.32.0.1", "169.254.169.254", "100.64.0.1", "2001:4860::1", "fe80::1"]
    assert all(dial.is_private_address(ipaddress.ip_address(one)) for one in private)
    assert not any(dial.is_private_address(ipaddress.ip_address(one)) for one in foreign)
    with socket.socket() as unconnected:
        assert not dial.is_private(unconnected)
