"""Test connection: real servers, every step, and of each failure which step it was and how to mend it (O6)."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from odziv.lib import clock
from odziv.mailboxes import advice, trial
from odziv.models import Mailbox, Trial, User
from tests.support.cast import Cast
from tests.support.faulty_imap import CAPABILITIES, FaultyImap
from tests.support.imap import Dovecot, dovecot
from tests.support.smtp import HANG, Certificates, SmtpServer, make_certificates, refusing_port

SECRET = "dolga-pot-do-doma"


@pytest.fixture(autouse=True)
def impatient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dovecot lets those wait who come with a wrong password."""
    monkeypatch.setattr(trial, "PATIENCE", 8.0 if request.node.get_closest_marker("slow") else 1.0)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with dovecot(tmp_path_factory.mktemp("dovecot")) as running:
        yield running


def mailbox(user: User, **fields: Any) -> Mailbox:
    given = {
        "smtp_host": "127.0.0.1", "smtp_security": "none", "smtp_username": "ana@lipa.example",
        "imap_security": "none", **fields,
    }  # fmt: skip
    row = Mailbox(organisation=user.organisation, user=user, kind="smtp", name="Ana", address=user.email, **given)
    row.smtp_password = SECRET
    row.save()
    return row


def tried(row: Mailbox) -> list[advice.Said]:
    """Asked for, done by the worker, and read by a person."""
    asked = Trial.objects.ask(row, "both" if row.reads else "smtp", row.user, clock.now())
    assert trial.try_next() == 1 and trial.try_next() == 0
    row.refresh_from_db()
    asked.refresh_from_db()
    assert asked.is_over and SECRET not in str(asked.steps)
    return [advice.said(row, step) for step in asked.steps]


def last(row: Mailbox) -> tuple[str, str, str]:
    end = tried(row)[-1]
    assert end.state == "failed" and end.what.endswith(".") and end.next.endswith(".")
    return end.label, end.what, end.next


@pytest.mark.slow
def test_a_mailbox_that_works_passes_every_step(cast: Cast, imap: Dovecot) -> None:
    with SmtpServer(login=("ana@lipa.example", SECRET)) as smtp:
        row = mailbox(cast.ana, smtp_port=smtp.port, imap_host=imap.host, imap_port=imap.port)
        steps = tried(row)
    assert [(step.label, step.state) for step in steps] == [
        ("Find the server", "done"),
        ("Connect", "done"),
        ("Greet", "done"),
        ("Sign in", "done"),
        ("May it send from this address?", "done"),
        ("Find the server", "done"),
        ("Connect", "done"),
        ("Greet", "done"),
        ("Sign in", "done"),
        ("Find the folder of sent mail", "done"),
        ("Read what arrives", "done"),
    ]
    assert smtp.taken == [] and (row.smtp_reason, row.imap_reason) == ("", "") and row.imap_tried_at
    assert "Sent" in Trial.objects.get().folders


@pytest.mark.slow
def test_reading_says_what_it_lacks(cast: Cast, imap: Dovecot) -> None:
    with SmtpServer(login=("ana@lipa.example", SECRET)) as smtp:
        row = mailbox(cast.ana, smtp_port=smtp.port, imap_host=imap.host, imap_port=imap.port, sent_folder="Poslano")
        assert [step.what for step in tried(row) if step.state == "warn"] == [
            "There is no folder Poslano, so sent e-mails are not filed."
        ]
        row.inbox_folder = "Nikjer"
        row.save()
        assert last(row)[:2] == ("Read what arrives", "There is no folder Nikjer.")
        row.imap_own_login, row.imap_username, row.imap_password = True, "ana@lipa.example", "narobe"
        row.save()
        label, what, _advice = last(row)
    assert (label, what) == ("Sign in", "The mail server refused the user name or the password.")
    assert row.imap_reason == "login" and row.smtp_reason == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("does", "label", "what"),
    [
        ({"greeting": HANG}, "Greet", "did not answer on port"),
        ({"greeting": "554 5.7.1 Go away"}, "Greet", "does not take connections"),
        ({"greeting": "HTTP/1.1 400"}, "Greet", "does not speak as a mail server"),
        ({"auth": "535 5.7.8 No"}, "Sign in", "refused the user name or the password"),
        ({"mail": "553 5.7.1 Not yours"}, "May it send from this address?", "does not take mail from this sender"),
    ],
)
def test_sending_says_which_step_failed(cast: Cast, does: dict[str, Any], label: str, what: str) -> None:
    with SmtpServer(login=("ana@lipa.example", SECRET), does=does) as smtp:
        found = last(row := mailbox(cast.ana, smtp_port=smtp.port))
    assert found[0] == label and what in found[1]
    assert row.smtp_reason


@pytest.mark.parametrize(
    ("which", "what", "mend"),
    [
        ("expired", "has expired", "renew"),
        ("self_signed", "made itself", "proper certificate"),
        ("wrong_name", "for another name. It is for: other.example.", "Enter the server's name"),
        ("good", "signed by nobody whom this machine trusts", "authority"),
    ],
)
def test_a_certificate_that_proves_nothing_is_named(
    cast: Cast, certificates: Certificates, monkeypatch: pytest.MonkeyPatch, which: str, what: str, mend: str
) -> None:
    if which != "good":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    with SmtpServer(tls=getattr(certificates, which)) as smtp:
        label, said, remedy = last(mailbox(cast.ana, smtp_port=smtp.port, smtp_security="tls"))
    assert label == "Encrypt, and check the certificate" and what in said and mend in remedy


@pytest.mark.slow
def test_port_and_encryption_that_do_not_belong_together(cast: Cast, certificates: Certificates) -> None:
    with SmtpServer() as plain, SmtpServer(tls=certificates.good) as encrypted:
        assert "does not begin with TLS" in last(mailbox(cast.ana, smtp_port=plain.port, smtp_security="tls"))[1]
        assert "waits for TLS" in last(mailbox(cast.bor, smtp_port=encrypted.port, smtp_security="starttls"))[1]


def test_nobody_there(cast: Cast) -> None:
    with refusing_port() as port:
        assert "takes no connections on port" in last(mailbox(cast.ana, smtp_port=port))[1]
    unknown = mailbox(cast.bor, smtp_host="smtp.nikjer.invalid", smtp_port=25)
    assert last(unknown)[:2] == ("Find the server", "There is no server named smtp.nikjer.invalid.")


def test_a_password_that_a_server_says_back_is_not_kept(cast: Cast) -> None:
    both = f"535 {SECRET} {base64.b64encode(SECRET.encode()).decode()}"
    with SmtpServer(login=("ana@lipa.example", SECRET), does={"auth": both}) as smtp:
        row = mailbox(cast.ana, smtp_port=smtp.port)
        tried(row)
    assert SECRET not in row.smtp_answer and base64.b64encode(SECRET.encode()).decode() not in row.smtp_answer


def test_markup_and_floods_of_an_imap_server_stay_text(cast: Cast) -> None:
    refusal = f"TAG NO <script>{'x' * 5000}\r\n"
    does: dict[str, str | list[str]] = {"capability": CAPABILITIES, "authenticate": refusal, "login": refusal}
    with SmtpServer(login=("ana@lipa.example", SECRET)) as smtp, FaultyImap(does=does) as imap:
        row = mailbox(cast.ana, smtp_port=smtp.port, imap_host=imap.host, imap_port=imap.port)
        assert last(row)[0] == "Sign in"
    assert len(row.imap_answer) <= 500


def test_a_provider_is_known_by_its_servers(cast: Cast) -> None:
    row = mailbox(cast.ana, smtp_host="smtp.gmail.com")
    assert "app password" in advice.explained(row, "smtp", "login")[1]
    with translation.override("sl"):
        assert "geslo za aplikacijo" in advice.explained(row, "smtp", "login")[1]


def test_a_new_trial_replaces_the_former_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    row = mailbox(cast.ana, smtp_port=1)
    real = socket.getaddrinfo

    def asked_again(*given: Any, **more: Any) -> Any:
        Trial.objects.ask(row, "smtp", row.user, clock.now())
        return real(*given, **more)

    Trial.objects.ask(row, "smtp", row.user, clock.now())
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", asked_again)
        trial.try_next()
    assert Trial.objects.get().state == "waiting" and Trial.objects.get().steps == []
