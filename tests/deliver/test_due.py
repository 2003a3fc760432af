"""A due copy leaves once, and message and copy say what became of it (D3, D4, I4)."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from odziv.compose.attachments import file_store
from odziv.deliver.claim import DELAYS, Claim
from odziv.deliver.copies import Original
from odziv.deliver.due import deliver_due
from odziv.deliver.handover import Copy
from odziv.deliver.leaving import Leaving
from odziv.deliver.session import Session
from odziv.environment import ENV
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import KeyRing, Kind
from odziv.models import ActivityState, Delivery, FollowState, Message, MessageState, Organisation, Record
from tests.compose.support import contact
from tests.deliver.letters import NOW, attach, later, mailbox_at, waiting_message
from tests.support.cast import Cast
from tests.support.smtp import HANG, SmtpServer, Taken, refusing_port

pytestmark = pytest.mark.django_db


def deliver(now=NOW) -> int:  # type: ignore[no-untyped-def]
    return deliver_due(now, threads=False)


def parsed(mail: Taken) -> EmailMessage:
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def html_of(mail: Taken) -> str:
    part = parsed(mail).get_body(("html",))
    assert part is not None
    return str(part.get_content())


def only(message: Message) -> Delivery:
    return Delivery.objects.get(message=message)


def test_each_recipient_gets_a_copy_with_the_same_visible_headers(cast: Cast) -> None:
    with SmtpServer() as server:
        message = waiting_message(
            mailbox_at(server, cast.ana),
            cast.ana,
            to=["a@example.com", "b@example.com"],
            cc=["c@example.com"],
            bcc=["d@example.com"],
        )
        assert deliver() == 4
    assert [mail.recipient for mail in server.taken] == [f"{letter}@example.com" for letter in "abcd"]
    assert {mail.sender for mail in server.taken} == {cast.ana.email} and server.connections == 1
    heads = [
        [(name, str(value)) for name, value in parsed(mail).items() if name != "Content-Type"] for mail in server.taken
    ]
    assert all(head == heads[0] for head in heads)
    names = dict(heads[0])
    assert names["To"] == "a@example.com, b@example.com" and names["Cc"] == "c@example.com" and "Bcc" not in names
    assert names["Message-ID"] == message.message_id
    assert not any(b"d@example.com" in mail.content for mail in server.taken)
    assert len({html_of(mail) for mail in server.taken}) == 4
    message.refresh_from_db()
    message.activity.refresh_from_db()
    assert (message.state, message.sent_at) == (MessageState.SENT, NOW)
    assert (message.activity.at, message.activity.state) == (NOW, ActivityState.DONE)
    assert {(d.state, d.accepted_at, d.answer_code, d.followed) for d in message.deliveries.all()} == {
        ("accepted", NOW, 250, True)
    }


def test_a_followed_copy_has_its_own_identifiers(cast: Cast) -> None:
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
        deliver()
    delivery = only(message)
    keys = KeyRing.load(ENV.seal_keys)
    addresses = EdgeAddresses(ENV.edge_url, keys, message.organisation_id, delivery.pk)
    html, text = html_of(server.taken[0]), parsed(server.taken[0]).get_body(("plain",))
    assert addresses.open() in html and addresses.click(0, "https://lipa.example/offer?a=1&b=2") in html
    assert text is not None and addresses.click(1, "https://lipa.example/offer") in text.get_content()
    assert keys.open(addresses.open().rpartition("/o/")[2].removesuffix(".gif")).kind == Kind.OPEN
    for identifier in (str(delivery.pk), delivery.pk.hex, message.organisation_id.hex):
        assert identifier.encode() not in server.taken[0].content


def test_a_hidden_link_stands_in_the_html_of_followed_copies_where_it_is_wanted(cast: Cast) -> None:
    body = '<p>One <a href="https://lipa.example/">x</a></p>'
    with SmtpServer() as server:
        box = mailbox_at(server, cast.ana)
        waiting_message(box, cast.ana, html=body)
        deliver()
        Organisation.objects.update(honeypot=True)
        message = waiting_message(box, cast.ana, html=body)
        waiting_message(box, cast.ana, html=body, follow_state=FollowState.OFF)
        deliver()
    keys = KeyRing.load(ENV.seal_keys)
    hidden = EdgeAddresses(ENV.edge_url, keys, message.organisation_id, only(message).pk).honeypot()
    found = {(hidden in html_of(mail), html_of(mail).count("aria-hidden")) for mail in server.taken}
    assert [html_of(mail).count("aria-hidden") for mail in server.taken].count(1) == 1
    assert (True, 1) in found
    texts = [parsed(mail).get_body(("plain",)) for mail in server.taken]
    assert all(text is not None and hidden not in text.get_content() for text in texts)
    assert hidden.encode() not in Original(message, followed=True, keys=keys, store=file_store()).own()


def test_followed_files_leave_as_links_and_images_come_from_the_edge(cast: Cast) -> None:
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana, html='<p><img src="cid:logo@lipa"></p>')
        attach(message, "Ponudba.pdf", b"%PDF followed", content_type="application/pdf", followed=True)
        attach(message, "Pogoji.pdf", b"%PDF attached", content_type="application/pdf")
        attach(message, "logo.png", b"\x89PNG", content_type="image/png", inline=True, content_id="logo@lipa")
        deliver()
    mail = parsed(server.taken[0])
    assert [part.get_filename() for part in mail.iter_attachments()] == ["Pogoji.pdf"]
    html = html_of(server.taken[0])
    assert (
        "cid:" not in html and f"{ENV.edge_url}/i/" in html and "Ponudba.pdf" in html and f"{ENV.edge_url}/a/" in html
    )


def test_what_is_not_followed_has_everything_inside(cast: Cast) -> None:
    html = '<p><img src="cid:logo@lipa"> <a href="https://lipa.example/">x</a></p>\r\n<p>trailing \n</p>'
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana, html=html, follow_state=FollowState.OFF)
        attach(message, "Ponudba.pdf", b"%PDF", content_type="application/pdf", followed=True)
        attach(message, "logo.png", b"\x89PNG", content_type="image/png", inline=True, content_id="logo@lipa")
        deliver()
    mail = parsed(server.taken[0])
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/related",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    payload = next(part for part in mail.walk() if part.get_content_type() == "text/html").get_payload(decode=True)
    assert payload == html.encode()
    assert ENV.edge_url.encode() not in server.taken[0].content
    assert only(message).followed is False


def test_a_preference_that_changed_while_the_message_waited_is_kept(cast: Cast) -> None:
    cast.lipa.follow_unknown = False
    cast.lipa.save()
    with SmtpServer() as server:
        message = waiting_message(
            mailbox_at(server, cast.ana), cast.ana, to=["maja@example.com"], bcc=["b@example.com"]
        )
        attach(message, "Ponudba.pdf", b"%PDF", content_type="application/pdf", followed=True)
        assert deliver() == 2
    for mail in server.taken:
        assert ENV.edge_url.encode() not in mail.content
        assert [part.get_filename() for part in parsed(mail).iter_attachments()] == ["Ponudba.pdf"]
    message.refresh_from_db()
    assert message.follow_state == FollowState.BLOCKED
    assert not message.deliveries.filter(followed=True).exists()


def test_a_refusal_between_two_copies_leaves_the_figures_of_the_first_in_sight(cast: Cast) -> None:
    with SmtpServer(recipients={"b@example.com": ["450 4.2.0 Greylisted"]}) as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana, to=["a@example.com", "b@example.com"])
        deliver()
        cast.lipa.follow_unknown = False
        cast.lipa.save()
        message.deliveries.filter(state="waiting").update(due_at=NOW)
        deliver()
    message.refresh_from_db()
    followed = dict(message.deliveries.values_list("party__address", "followed"))
    assert followed == {"a@example.com": True, "b@example.com": False}
    assert [ENV.edge_url.encode() in mail.content for mail in server.taken] == [True, False]
    assert message.follow_state == FollowState.ON


def test_a_refusal_while_a_slow_server_takes_the_message_holds(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """F3, L2: the copy that was on its way followed is never completed; it leaves again, not followed."""
    maja = contact(cast.ana, "Maja Novak", "maja@hrast.example")
    made = Leaving.copy

    def then_says_no(leaving: Leaving, claim: Claim, session: Session) -> Copy:
        copy = made(leaving, claim, session)
        Record.objects.filter(pk=maja.pk).update(follow_email="deny")
        return copy

    monkeypatch.setattr(Leaving, "copy", then_says_no)
    with SmtpServer(slow=0.05) as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana, to=["maja@hrast.example"])
        assert deliver() == 1
        waiting = only(message)
        assert (waiting.state, waiting.reason, waiting.followed, server.taken) == ("waiting", "withdrawn", False, [])
        message.refresh_from_db()
        assert message.follow_state == FollowState.BLOCKED
        server.slow = 0
        assert deliver(NOW + DELAYS[0]) == 1
    assert [ENV.edge_url.encode() in mail.content for mail in server.taken] == [False]
    assert (only(message).state, only(message).followed) == ("accepted", False)


def test_engagement_switched_off_meanwhile_holds_too(cast: Cast) -> None:
    cast.lipa.engagement = False
    cast.lipa.save()
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
        deliver()
    message.refresh_from_db()
    assert message.follow_state == FollowState.OFF and ENV.edge_url.encode() not in server.taken[0].content


def test_temporary_failures_are_tried_again_with_growing_delays(cast: Cast) -> None:
    with SmtpServer(does={"rcpt": "450 4.2.0 Greylisted"}) as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
        moment = NOW
        for attempt, delay in enumerate(DELAYS, 1):
            assert deliver(moment) == 1 and deliver(moment) == 0
            delivery = only(message)
            assert (delivery.state, delivery.attempts, delivery.due_at) == ("waiting", attempt, moment + delay)
            moment = delivery.due_at
        assert deliver(moment) == 1
    delivery = only(message)
    assert (delivery.state, delivery.reason, delivery.answer) == ("refused", "recipient", "4.2.0 Greylisted")
    assert 47 < (moment - NOW).total_seconds() / 3600 < 48
    message.refresh_from_db()
    assert (message.state, message.sent_at) == (MessageState.FAILED, None)


def test_a_temporary_failure_can_end_well(cast: Cast) -> None:
    with SmtpServer(does={"end": ["451 4.3.0 Try later"]}) as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
        deliver()
        message.refresh_from_db()
        assert message.state == MessageState.SENDING
        deliver(later(minutes=1))
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.dated_at) == (MessageState.SENT, later(minutes=1), NOW)
    assert parsed(server.taken[0])["Date"].datetime == NOW


def test_a_permanent_failure_ends_that_copy_alone(cast: Cast) -> None:
    with SmtpServer(recipients={"gone@example.com": "550 5.1.1 No such user"}) as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana, to=["gone@example.com", "maja@example.com"])
        deliver()
    gone, maja = message.deliveries.order_by("party__position")
    assert (gone.state, gone.reason, gone.answer_code, gone.answer) == (
        "refused",
        "recipient",
        550,
        "5.1.1 No such user",
    )
    assert maja.state == "accepted"
    message.refresh_from_db()
    assert message.state == MessageState.SENT


def test_an_answer_that_never_comes_is_uncertain_and_stays_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with SmtpServer(does={"end": "close"}) as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
        deliver()
        assert (only(message).state, only(message).reason) == ("uncertain", "unanswered")
        assert deliver(later(days=3)) == 0
    message.refresh_from_db()
    assert message.state == MessageState.FAILED


def test_when_the_server_is_away_all_copies_wait_after_one_attempt(cast: Cast) -> None:
    with refusing_port() as port, SmtpServer() as server:
        mailbox = mailbox_at(server, cast.ana, smtp_port=port)
        message = waiting_message(mailbox, cast.ana, to=[f"r{n}@example.com" for n in range(20)])
        assert deliver() == 20
    assert {(d.state, d.reason, d.due_at) for d in message.deliveries.all()} == {
        ("waiting", "unreachable", later(minutes=1))
    }


def test_a_wrong_password_keeps_the_copies(cast: Cast) -> None:
    with SmtpServer(login=("ana", "geslo")) as server:
        mailbox = mailbox_at(server, cast.ana, smtp_username="ana")
        mailbox.smtp_password = "wrong"
        mailbox.save()
        message = waiting_message(mailbox, cast.ana, to=["a@example.com", "b@example.com"])
        deliver()
        assert {d.reason for d in message.deliveries.all()} == {"login"} and len(server.log) == 2  # EHLO, AUTH
        mailbox.smtp_password = "geslo"
        mailbox.save()
        deliver(later(minutes=1))
    assert len(server.taken) == 2


def test_a_removed_mailbox_ends_its_messages(cast: Cast) -> None:
    message = waiting_message(None, cast.ana)
    deliver()
    assert (only(message).state, only(message).reason) == ("refused", "no-mailbox")


def test_a_missing_file_is_tried_again(cast: Cast) -> None:
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
        attachment = attach(message, "Ponudba.pdf", b"%PDF gone")
        attachment.file.key = attachment.file.key[:-1] + ("0" if attachment.file.key[-1] != "0" else "1")
        attachment.file.save()
        deliver()
    assert (only(message).state, only(message).reason) == ("waiting", "file") and "Ponudba.pdf" in only(message).answer


def test_a_subject_with_a_line_break_is_never_sent(cast: Cast) -> None:
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana, subject="a\r\nBcc: eve@example.com")
        deliver()
    assert (only(message).state, only(message).reason, server.taken) == ("refused", "unbuildable", [])


def test_an_international_address_needs_a_server_that_takes_it(cast: Cast) -> None:
    with SmtpServer(extensions=()) as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana, to=["žiga@example.com", "b@čebela.si"])
        deliver()
    ziga, other = message.deliveries.order_by("party__position")
    assert (ziga.state, ziga.reason) == ("refused", "no-utf8")
    assert other.state == "accepted" and server.taken[0].recipient == "b@xn--ebela-gya.si"
    assert server.taken[0].content.isascii()


def test_an_international_address_where_the_server_takes_it(cast: Cast) -> None:
    with SmtpServer() as server:
        waiting_message(mailbox_at(server, cast.ana), cast.ana, to=["žiga@example.com"])
        deliver()
    assert "SMTPUTF8" in server.taken[0].options and "To: žiga@example.com\r\n".encode() in server.taken[0].content


def test_a_bcc_alone_shows_no_recipient(cast: Cast) -> None:
    with SmtpServer() as server:
        waiting_message(mailbox_at(server, cast.ana), cast.ana, to=[], bcc=["b@example.com"])
        deliver()
    assert b"To: undisclosed-recipients:;\r\n" in server.taken[0].content


def test_threading_headers(cast: Cast) -> None:
    with SmtpServer() as server:
        waiting_message(
            mailbox_at(server, cast.ana),
            cast.ana,
            in_reply_to="<1@example.com>",
            references="<0@example.com> <1@example.com>",
        )
        deliver()
    mail = parsed(server.taken[0])
    assert mail["In-Reply-To"] == "<1@example.com>" and mail["References"] == "<0@example.com> <1@example.com>"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_hanging_server_delays_no_other_mailbox(cast: Cast) -> None:
    with SmtpServer(does={"rcpt": HANG}) as hanging, SmtpServer() as server:
        waiting_message(mailbox_at(hanging, cast.ana), cast.ana)
        first = waiting_message(mailbox_at(server, cast.bor), cast.bor)
        assert deliver_due() == 1
        second = waiting_message(first.mailbox, cast.bor)
        assert deliver_due() == 1
        assert {only(first).state, only(second).state} == {"accepted"} and hanging.connections == 1


def test_a_copy_is_written_three_times_on_its_way(cast: Cast) -> None:
    """Taken, about to end, accepted: each is a commit that waits for the disk, so there is none more."""
    with SmtpServer() as server:
        message = waiting_message(mailbox_at(server, cast.ana), cast.ana)
        Message.objects.filter(pk=message.pk).update(state=MessageState.SCHEDULED)
        with CaptureQueriesContext(connection) as queries:
            deliver()
    written = [query["sql"].partition(" SET ")[0] for query in queries if query["sql"].startswith("UPDATE")]
    assert written.count('UPDATE "odziv_delivery"') == 3
    message.refresh_from_db()
    assert message.dated_at == NOW and only(message).followed
