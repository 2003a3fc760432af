"""What the server gets carries a signature that verifies, of the right key only, whatever is wrong with a key (D5)."""

from __future__ import annotations

from functools import cache

import dkim
import pytest

from odziv.deliver.due import deliver_due
from odziv.deliver.note import send_note
from odziv.lib.dkim import PrivateKey, generate_ed25519, generate_rsa
from odziv.models import SigningKey, User
from odziv.signing import keys
from odziv.signing.signers import Unsigned, unsigned_because
from tests.deliver.letters import NOW, attach, later, mailbox_at, waiting_message
from tests.support.cast import Cast
from tests.support.smtp import SmtpServer, Taken

pytestmark = pytest.mark.django_db

SLOVENIAN = "Ponudba za žago, čistilnik in škarje: več kot tisoč razlogov, zakaj se splača še ta teden poklicati nazaj"


@cache
def a_key(kind: str, name: str) -> PrivateKey:
    """The same key for the same name: making one of RSA takes its time."""
    return generate_ed25519() if kind == "ed25519" else generate_rsa()


def key_of(
    user: User, domain: str = "lipa.example", selector: str = "s1", kind: str = "rsa", on: bool = True
) -> SigningKey:
    row = keys.add(user, domain, selector, a_key(kind, selector), NOW)
    if on:
        SigningKey.objects.turn(row, True, NOW)
    row.refresh_from_db()
    return row


def signatures(mail: Taken) -> list[tuple[str, bool]]:
    """Selector of each signature, and whether dkimpy verifies it with what our records say."""

    def record(name: bytes, timeout: int = 5) -> bytes | None:
        rows = {row.record_name: row.record_text for row in SigningKey.objects.all()}
        text = rows.get(name.decode().rstrip("."))
        return text.encode() if text else None

    count = mail.content.count(b"DKIM-Signature:")
    checker = dkim.DKIM(mail.content)
    return [
        (checker.signature_fields[b"s"].decode(), found)
        for number in range(count)
        for found in [checker.verify(number, dnsfunc=record)]
    ]


def delivered(cast: Cast, **fields: object) -> list[Taken]:
    with SmtpServer(extensions=["SIZE", "8BITMIME", "SMTPUTF8"]) as server:
        waiting_message(mailbox_at(server, cast.ana), cast.ana, **fields)  # type: ignore[arg-type]
        deliver_due(NOW, threads=False)
    return server.taken


def test_every_copy_is_signed_with_both_keys(cast: Cast) -> None:
    key_of(cast.dora)
    key_of(cast.dora, selector="s2", kind="ed25519")
    taken = delivered(cast, to=["maja@example.com", "jan@example.com"], subject=SLOVENIAN)
    assert [signatures(mail) for mail in taken] == [[("s1", True), ("s2", True)]] * 2
    assert b" d=lipa.example;" in taken[0].content
    assert taken[0].content.partition(b"b=")[2] != taken[1].content.partition(b"b=")[2]


def test_real_messages_verify(cast: Cast) -> None:
    key_of(cast.dora)
    long_line = "<p>" + "dolga vrstica s šumniki in  presledki\t" * 200 + "</p>"
    with SmtpServer(extensions=["SIZE", "8BITMIME", "SMTPUTF8"]) as server:
        mailbox = mailbox_at(server, cast.ana)
        message = waiting_message(
            mailbox, cast.ana, subject=SLOVENIAN, html=long_line + "\n.\n..\nFrom me\n \t\n\n", text=" \n.\nžaba \n\n\n"
        )
        attach(message, "Cenik – žage.pdf", bytes(range(256)) * 900)
        attach(message, "prazno.txt", b"")
        waiting_message(mailbox, cast.ana, to=["jožica@example.com"], cc=["b@žaba.example"], html="", text="Kratko.")
        waiting_message(mailbox, cast.ana, subject="", html="<p>x", text="", bcc=["c@example.com"], to=[])
        assert deliver_due(NOW, threads=False) == 4
    assert [signatures(mail) for mail in server.taken] == [[("s1", True)]] * 4


def test_a_copy_that_is_tried_again_is_equal(cast: Cast) -> None:
    key_of(cast.dora)
    with SmtpServer(does={"end": ["451 4.3.0 Later"]}) as server:
        waiting_message(mailbox_at(server, cast.ana), cast.ana)
        deliver_due(NOW, threads=False)
        deliver_due(later(minutes=2), threads=False)
    assert [signatures(mail) for mail in server.taken] == [[("s1", True)]]


@pytest.mark.parametrize("case", ["off", "other-domain", "subdomain", "parent", "other-organisation"])
def test_no_other_key_signs(cast: Cast, case: str) -> None:
    """Aligned with the sender's domain, and never with another organisation's key, whatever it is called."""
    domain = {"other-domain": "hrast.example", "subdomain": "mail.lipa.example", "parent": "example"}
    if case == "parent":
        SigningKey.objects.create(organisation=cast.lipa, domain="example", selector="s1", kind="rsa", on=True)
    else:
        user = cast.eva if case == "other-organisation" else cast.dora
        key_of(user, domain.get(case, "lipa.example"), on=case != "off")
    [mail] = delivered(cast)
    assert signatures(mail) == []


def test_two_organisations_may_have_the_same_domain(cast: Cast) -> None:
    key_of(cast.eva, selector="hrast")
    key_of(cast.dora, selector="lipa")
    [mail] = delivered(cast)
    assert signatures(mail) == [("lipa", True)]


@pytest.mark.parametrize("fault", ["unreadable", "damaged"])
def test_a_key_that_cannot_sign_stops_no_mail_and_says_so(cast: Cast, fault: str) -> None:
    row = key_of(cast.dora)
    whole = row.secret
    row.secret = "gAAAAA-not-ours"
    if fault == "damaged":
        row.private_text = "-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n"
    row.save()
    [mail] = delivered(cast)
    assert signatures(mail) == []
    row.refresh_from_db()
    assert (row.fault, row.fault_at) == (fault, NOW)
    assert unsigned_because([row]) == Unsigned.FAULT
    SigningKey.objects.filter(pk=row.pk).update(secret=whole)
    [mail] = delivered(cast)
    assert signatures(mail) == [("s1", True)]
    row.refresh_from_db()
    assert (row.fault, row.fault_at) == ("", None)


def test_a_key_is_kept_encrypted(cast: Cast) -> None:
    row = key_of(cast.dora)
    assert "PRIVATE" not in row.secret and "PRIVATE KEY" in row.private_text


def test_turning_one_on_turns_the_former_off(cast: Cast) -> None:
    old, short = key_of(cast.dora), key_of(cast.dora, selector="e1", kind="ed25519")
    new = key_of(cast.dora, selector="s2")
    assert set(SigningKey.objects.switched_on().values_list("selector", flat=True)) == {short.selector, new.selector}
    old.refresh_from_db()
    assert (old.on, old.turned_at) == (False, NOW)


def test_our_own_notes_are_signed(cast: Cast) -> None:
    key_of(cast.dora)
    with SmtpServer() as server:
        mailbox = mailbox_at(server, cast.ana)
        send_note(mailbox, "jan@example.com", "Povabilo", "Pridi.", "<p>Pridi.</p>", now=NOW)
    assert signatures(server.taken[0]) == [("s1", True)]


def test_no_key_at_all_changes_nothing(cast: Cast) -> None:
    [mail] = delivered(cast)
    assert signatures(mail) == [] and mail.content.startswith(b"Date:")
    assert unsigned_because([]) == Unsigned.NO_KEY
