"""What kind of mail came back (P2): the rules, one by one, and mail that is broken or hostile."""

from __future__ import annotations

from datetime import date

import pytest

from odziv.replies.kinds import judge_bytes, judge_headers, read
from odziv.replies.kinds.rules import KINDS, PERSON, RULES, sentence


def kind(**headers: str) -> str:
    return judge_headers([(name.replace("_", "-"), value) for name, value in headers.items()]).kind


def dsn(action: str, status: str, *, top: str = "", answer: str = "550 5.1.1 User unknown") -> bytes:
    return (
        f"{top}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nA notice.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; bor@x.example\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {answer}\n\n"
        "--b\nContent-Type: message/rfc822\n\nMessage-ID: <sent@ours.example>\n\nHello\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Offer", "Samodejni odgovor: Ponudba", "Odsotnost: Ponudba", "Automatische Antwort: Angebot",
        "Abwesenheitsnotiz", "Réponse automatique : Prix", "Respuesta automática: Oferta", "Risposta automatica: Sì",
        "Automatski odgovor: Ponuda", "Thank you (automatic reply)",
        "Na dopustu do 3. 5.", "Out of Office: Offer", "Ana Novak is out of the office",
    ],
)  # fmt: skip
def test_programs_subjects_are_known_in_seven_languages(subject: str) -> None:
    assert kind(Subject=subject) == "auto-reply"


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Auto-reply rules for the support desk", "Dopust v maju", "Na dopustu", "On holiday", "Automatic doors",
        "Re: Automatic update", "Frage zur automatischen Abrechnung", "Office hours", "Undeliverable goods: what now?",
        "Prebrano, hvala", "Read the offer", "Delivery delayed?",
        "Absence of documents", "Re: Delivery Status Notification",
    ],
)  # fmt: skip
def test_people_write_of_holidays_and_automatic_things(subject: str) -> None:
    assert kind(Subject=subject) == "human"


def test_a_persons_answer_to_an_automatic_answer_is_a_persons() -> None:
    assert kind(Subject="Re: Automatic reply: Offer", In_Reply_To="<a@x.example>") == "human"


def test_precedence_counts_where_the_sender_wrote_it_and_not_where_a_relay_did() -> None:
    """A forwarding host adds its own above the oldest Received (RFC 5321, 4.4)."""
    relayed = [("Received", "b"), ("Precedence", "bulk"), ("Received", "a"), ("Subject", "Re: Offer")]
    written = [("Received", "b"), ("Received", "a"), ("Precedence", "bulk"), ("Subject", "Re: Offer")]
    assert (judge_headers(relayed).kind, judge_headers(written).kind) == ("human", "auto-reply")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Auto-Submitted": "auto-replied; owner-email=a@x.example"}, "auto-reply"),
        ({"Auto-Submitted": "no"}, "human"),
        ({"X-Autoreply": "no"}, "human"),
        ({"Return-Path": "<>"}, "auto-reply"),
        ({"X-Auto-Response-Suppress": "All"}, "human"),
        ({"X-Apple-Action": "VACATION"}, "auto-reply"),
        ({"From": "no-reply@x.example"}, "auto-reply"),
        ({"List-Unsubscribe": "<mailto:u@x.example>"}, "other"),
        ({"List-Unsubscribe": "<mailto:u@x.example>", "In-Reply-To": "<a@x.example>"}, "human"),
        ({"Subject": "Undelivered Mail Returned to Sender"}, "bounce"),
    ],
)
def test_each_field_says_what_its_source_says(headers: dict[str, str], expected: str) -> None:
    assert judge_headers(list(headers.items())).kind == expected


@pytest.mark.parametrize(
    ("action", "status", "expected", "severity"),
    [
        ("failed", "5.1.1", "bounce", "hard"),
        ("delayed", "4.4.1", "delayed", "delayed"),
        ("delivered", "2.0.0", "delivery-receipt", None),
        ("relayed", "2.1.9", "delivery-receipt", None),
    ],
)
def test_a_report_is_believed(action: str, status: str, expected: str, severity: str | None) -> None:
    one = judge_bytes(dsn(action, status))
    assert (one.kind, one.severity, one.original_id) == (expected, severity, "<sent@ours.example>")
    assert one.failed == (["bor@x.example"] if severity else [])


@pytest.mark.parametrize(
    ("answer", "severity"),
    [
        ("550 5.1.1 <bor@x.example>: Recipient address rejected: User unknown", "hard"),
        ("550 5.1.2 Host or domain name not found", "hard"),
        ("556 5.1.10 Domain does not accept mail (nullMX)", "hard"),
        ("550 5.4.1 Recipient address rejected: Access denied", "hard"),
        ("550 5.1.0 Address rejected, please try again with another", "hard"),
        ("552 5.2.2 Mailbox full", "soft"),
        ("550 5.1.1 Refused due to recipient preferences", "soft"),
        ("554 5.4.7 Message has been in the queue too long", "soft"),
        ("550 5.2.0 <bor@x.example> (in reply to end of DATA command): User unknown", "soft"),
        ("550 5.7.1 Message rejected as spam", "soft"),
        ("450 4.1.1 User unknown, try again", "soft"),
        ("554 5.7.1 Relay access denied", "soft"),
        ("552 5.3.4 Message too big", "soft"),
        ('550 5.1.1 procmail: Couldn\'t create "/var/spool/mail/bor" id: mx.example: No such user', "soft"),
    ],
)
def test_only_an_address_that_is_worth_no_further_attempt_is_hard(answer: str, severity: str) -> None:
    assert judge_bytes(dsn("failed", answer[4:9], answer=answer)).severity == severity


def test_of_several_recipients_each_has_what_is_said_of_it() -> None:
    text = (
        "Your message cannot be delivered to the following recipients:\n\n  Recipient address: ana@x.example\n"
        "  Reason: 552 5.2.2 Mailbox full: ana@x.example\n\n  Recipient address: bor@x.example\n"
        "  Reason: 550 5.1.1 User unknown: bor@x.example\n"
    )
    head = "From: MAILER-DAEMON@mx.example\nTo: me@y.example\nSubject: Delivery Notification: Delivery has failed\n\n"
    found = {one.address: one.severity for one in judge_bytes((head + text).encode()).failures}
    assert found == {"ana@x.example": "soft", "bor@x.example": "hard"}


@pytest.mark.parametrize(
    "text",
    [
        "Vašega sporočila ni bilo mogoče dostaviti na naslov bor@x.example: 550 5.1.1 neznan uporabnik",
        "Ihre Nachricht konnte nicht zugestellt werden: bor@x.example 550 5.1.1",
        "Votre message n'a pas pu être remis à bor@x.example (550 5.1.1)",
        "Il messaggio non è stato recapitato a bor@x.example: 550 5.1.1",
        "Su mensaje no pudo ser entregado a bor@x.example. 550 5.1.1",
        "Poruku nije moguće isporučiti: bor@x.example 550 5.1.1",
    ],
)
def test_a_notice_without_a_report_is_a_bounce_in_six_languages(text: str) -> None:
    one = judge_bytes(f"From: MAILER-DAEMON@mx.example\nContent-Type: text/plain; charset=utf-8\n\n{text}\n".encode())
    assert (one.kind, one.failed, one.severity) == ("bounce", ["bor@x.example"], "hard")


def test_a_bounce_that_a_person_sends_on_is_the_persons() -> None:
    top = "From: Ana <ana@x.example>\nSubject: Fwd: Undeliverable: Offer\n"
    report = dsn("failed", "5.1.1").replace(b"multipart/report; report-type=delivery-status", b"multipart/mixed")
    one = judge_bytes(top.encode() + report)
    assert (one.kind, one.counts_as_reply, one.is_forward) == ("human", True, True)


@pytest.mark.parametrize(
    "raw",
    [
        "From: postmaster@x.si\nSubject: Re: Ponudba\nIn-Reply-To: <a@b>\n\nDobro, kupimo.",
        "From: System Administrator <it@x.si>\nSubject: Re: Ponudba\nIn-Reply-To: <a@b>\n\nDobro, kupimo.",
        "From: Mail Delivery d.o.o. <ana@maildelivery.si>\nSubject: Re: Ponudba\n\nDobro, kupimo.",
        "From: a@x.si\nSubject: Delivery failed again\n\nThe delivery of pallets has failed. Please call me.",
        "From: a@x.si\nSubject: Re: Ponudba\n\nYour mail could not be delivered to bor@x.si, use this address.",
        "From: a@x.si\nSubject: Re: Ponudba\nIn-Reply-To: <a@b>\n\nNa dopustu sem do 3. maja, potem se slišimo.",
        "From: a@x.si\nSubject: Re: Ponudba\nIn-Reply-To: <a@b>\n\nPlease confirm that your message reached us.",
    ],
)
def test_a_person_who_writes_as_servers_do_stays_a_person(raw: str) -> None:
    assert judge_bytes(raw.encode()).kind == "human"


def test_what_we_send_on_ourselves_does_not_count() -> None:
    raw = b"From: Ana <Ana@ours.example>\nSubject: Fwd: Offer\n\nSee below\n"
    assert judge_bytes(raw).counts_as_reply
    one = judge_bytes(raw, ours={"ana@ours.example"})
    assert (one.kind, one.counts_as_reply, one.reasons[-1]) == ("human", False, "forward-by-us")


def test_read_receipts_challenges_and_complaints() -> None:
    receipt = (
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nread\n--b--\n"
    )
    assert judge_bytes(receipt).kind == "read-receipt"
    assert judge_bytes(b"Subject: Gelesen: Angebot\n\nIhre Nachricht wurde gelesen am 3. Mai").kind == "read-receipt"
    challenge = b"Subject: Please confirm your message\n\nYour message is being held. Please click to confirm delivery."
    assert judge_bytes(challenge).kind == "challenge"
    complaint = b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nabuse\n--b--\n"
    assert judge_bytes(complaint).kind == "feedback"


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("I am away until May 3rd.", date(2026, 5, 3)),
        ("Odsoten sem do 3. 5. 2026.", date(2026, 5, 3)),
        ("Vrnem se v ponedeljek, 4. maja.", date(2026, 5, 4)),
        ("Ich bin bis zum 12.08. nicht im Büro.", date(2026, 8, 12)),
        ("Je serai de retour le 5 janvier 2027.", date(2027, 1, 5)),
        ("Estaré fuera hasta el 5 de mayo.", date(2026, 5, 5)),
        ("Sono assente fino al 5 maggio.", date(2026, 5, 5)),
        ("Vraćam se 3. svibnja.", date(2026, 5, 3)),
        ("I am back on 7 January.", date(2027, 1, 7)),
        ("Away until 05/01/2026.", None),
        ("Away until 31. 2. 2026.", None),
        ("I work until late.", None),
    ],
)
def test_the_day_of_return_is_read_where_it_can_be_only_one(text: str, until: date | None) -> None:
    raw = f"Auto-Submitted: auto-replied\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode()
    assert judge_bytes(raw, today=date(2026, 4, 20)).away_until == until


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n\n",
        b"\x00" * 50,
        b"no header at all",
        b"\n\nSubject: behind blank lines\n\ntext",
        b"From x Mon Jan 1\nSubject: mbox\n\ntext",
        b"Subject: =?utf-8?b?####?= =?nonsense?q?x?=\n\ntext",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\ncut of",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: text/plain; charset=nonsense\nContent-Transfer-Encoding: base64\n\n!!!=\n",
        b"Content-Type: message/delivery-status\n\nAction: failed\nFinal-Recipient:\n",
    ],
)
def test_whatever_came_is_judged(raw: bytes) -> None:
    assert judge_bytes(raw).kind in KINDS


def test_a_hundred_thousand_parts_and_any_depth_cost_little() -> None:
    wide = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: text/plain\n\nx\n" * 100_000
    assert len(read(wide).parts) == 1_000
    levels = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(1_000))
    assert judge_bytes(b"".join([*levels, b"\nHello"])).visible_text == "Hello"


def test_every_rule_has_its_own_code_and_a_sentence() -> None:
    codes = [rule.code for rule in (*RULES, PERSON)]
    assert len(codes) == len(set(codes))
    assert all(sentence(code).endswith(".") for code in codes)
    assert {rule.kind for rule in (*RULES, PERSON)} == set(KINDS)
