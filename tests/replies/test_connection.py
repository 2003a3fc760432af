"""The reading side against a real IMAP server: signing in, folders, filing (P1, D6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from odziv.lib.dial import Fault, Step
from odziv.replies.connection import Connection, Server
from odziv.replies.folders import sent_folder
from odziv.replies.trouble import ImapTrouble, Reason
from tests.support.imap import Dovecot, dovecot

pytestmark = pytest.mark.slow

ANA = "ana@lipa.example"
MAIL = b"Subject: Ponudba\r\n\r\nPozdravljeni\r\n"


def connection(server: Dovecot, user: str = ANA, **fields: Any) -> Connection:
    given = {"port": server.port, "security": "none", "username": user, "password": server.password, **fields}
    return Connection(Server(server.host, **given), timeout=5)


def trouble_of(server: Dovecot, **fields: Any) -> ImapTrouble:
    with pytest.raises(ImapTrouble) as caught:
        connection(server, **fields).open()
    return caught.value


def test_it_says_its_steps_and_signs_in(server: Dovecot) -> None:
    steps: list[Step] = []
    one = connection(server)
    one._begin = steps.append
    with one:
        assert one.offers("IDLE") and not one.offers("X-MAGIC")
    assert steps == [Step.FIND, Step.CONNECT, Step.GREET, Step.SIGN_IN]


def test_tls_and_starttls_with_a_certificate_that_proves_the_name(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificates.authority))
    for port, security in ((server.tls_port, "tls"), (server.port, "starttls")):
        with connection(server, port=port, security=security) as one:
            assert one.folders()


def test_a_certificate_of_nobody_we_know_is_refused(server: Dovecot) -> None:
    for port, security in ((server.tls_port, "tls"), (server.port, "starttls")):
        trouble = trouble_of(server, port=port, security=security)
        assert (trouble.reason, trouble.fault) == (Reason.CERTIFICATE, Fault.UNTRUSTED)


def test_tls_on_the_plain_port_is_recognised(server: Dovecot) -> None:
    trouble = trouble_of(server, security="tls")
    assert (trouble.reason, trouble.fault) == (Reason.TLS, Fault.EXPECTS_PLAIN)


def test_a_wrong_password_is_a_refused_login_in_the_servers_words(server: Dovecot) -> None:
    trouble = trouble_of(server, password="narobe")
    assert trouble.reason == Reason.LOGIN
    assert trouble.words == "[AUTHENTICATIONFAILED] Authentication failed."


def test_names_of_any_alphabet_are_read_opened_and_filed_into(server: Dovecot) -> None:
    with server.inside(ANA) as client:
        client.create_folder("Poslana pošta & več")
        client.create_folder('Čudno "ime" 😀')
    with connection(server) as one:
        names = {folder.name: folder for folder in one.folders()}
        assert {"INBOX", "Sent", "Poslana pošta & več", 'Čudno "ime" 😀'} <= set(names)
        for name in ("Poslana pošta & več", 'Čudno "ime" 😀'):
            one.append(names[name], MAIL)
            assert one.select(name).exists == 1


def test_the_sent_folder_is_found_by_its_use_else_by_its_name(server: Dovecot, tmp_path: Any) -> None:
    with connection(server) as one:
        found = sent_folder(one.folders())
        assert found and found.name == "Sent" and "sent" in found.uses
    with dovecot(tmp_path, sent=False) as other:
        with connection(other) as one:
            assert sent_folder(one.folders()) is None
        with other.inside(ANA) as client:
            client.create_folder("INBOX.Poslano")
        with connection(other) as one:
            found = sent_folder(one.folders())
            assert found and found.name == "INBOX.Poslano"


def test_what_is_filed_is_kept_byte_for_byte_as_read_and_at_its_time(server: Dovecot) -> None:
    bor = "bor@lipa.example"
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    with connection(server, bor) as one:
        one.append("Sent", MAIL, at=at)
        before = one.select("Sent")
        one.append("Sent", MAIL, seen=False)
        after = one.select("Sent", readonly=False)
    assert (before.exists, after.exists, after.uidnext) == (1, 2, before.uidnext + 1)
    assert before.uidvalidity == after.uidvalidity > 0
    assert server.content_of(bor, "Sent") == [MAIL, MAIL]
    with server.inside(bor) as client:
        client.normalise_times = False
        client.select_folder("Sent")
        kept = client.fetch(client.search(), ["FLAGS", "INTERNALDATE"])
    flags = [kept[uid][b"FLAGS"] for uid in sorted(kept)]
    assert b"\\Seen" in flags[0] and b"\\Seen" not in flags[1]
    assert kept[min(kept)][b"INTERNALDATE"] == at


def test_a_folder_that_is_missing_is_named_and_the_connection_goes_on(server: Dovecot) -> None:
    with connection(server) as one:
        for attempt in (lambda: one.select("Nikjer"), lambda: one.append("Nikjer", MAIL)):
            with pytest.raises(ImapTrouble) as caught:
                attempt()
            assert caught.value.reason == Reason.FOLDER
        assert one.select("INBOX").uidvalidity


def test_a_full_mailbox_is_told(tmp_path: Any) -> None:
    quota = ("mail_plugins = quota", "protocol imap {", "  mail_plugins = quota imap_quota", "}",
             "plugin {", "  quota = count:Box", "  quota_rule = *:storage=1M", "  quota_vsizes = yes", "}")  # fmt: skip
    with dovecot(tmp_path, settings=quota) as full, connection(full) as one:
        with pytest.raises(ImapTrouble) as caught:
            one.append("Sent", MAIL + b"x" * 2_000_000)
        assert caught.value.reason == Reason.FULL
