"""The summary by e-mail: once a day, at the user's time, when there is something to say, and correct mail (A, D5)."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from odziv.deliver.session import Hooks
from odziv.lib.seal import Kind
from odziv.models import (
    Card,
    Condition,
    Delivery,
    Digest,
    DigestState,
    Mailbox,
    MailboxKind,
    Message,
    MessageState,
    Organisation,
    Reminder,
    User,
)
from odziv.notify.digest import run
from odziv.notify.digest.contents import gather
from odziv.notify.digest.days import LATE, is_wanted_on, span_of, time_on
from odziv.notify.digest.letter import letter
from odziv.notify.digest.run import send_digests, skip_today
from tests.support.cast import Cast
from tests.support.journal import NOON, SCANNER, delivery_of, followed_message, happened, hit
from tests.support.smtp import CLOSE, SWALLOW, SmtpServer

pytestmark = pytest.mark.django_db
# NOON is Monday, 4 May 2026. Ana is in Ljubljana, two hours ahead of UTC.
TUESDAY = datetime(2026, 5, 5, 5, 30, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as started:
        yield started


@pytest.fixture
def ana(cast: Cast, server: SmtpServer) -> User:
    """She wants it at 7:30, and sends through a server that takes what it gets."""
    Mailbox.objects.filter(user=cast.ana).update(
        kind=MailboxKind.SMTP, smtp_host=server.host, smtp_port=server.port, smtp_security="none", name="Ana Žagar"
    )
    User.objects.filter(pk=cast.ana.pk).update(digest=True, digest_at=time(7, 30))
    return User.objects.select_related("organisation").get(pk=cast.ana.pk)


def opened(owner: User, **more: Any) -> Message:
    """An e-mail that one person opened and clicked in, and that a scanner opened too, on Monday."""
    message = followed_message(owner, subject="Ponudba <b>št. 1</b>", **more)
    copy = delivery_of(message)
    happened(
        hit(copy, after=3600),
        hit(copy, Kind.CLICK, after=3660),
        hit(copy, after=7200, agent=SCANNER),
    )
    return message


def taken(server: SmtpServer) -> list[EmailMessage]:
    policy = email.policy.SMTP
    return [email.message_from_bytes(one.content, policy=policy) for one in server.taken]  # type: ignore[misc]


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_it_tells_of_yesterday_by_people_alone_and_is_correct_mail(ana: User, server: SmtpServer) -> None:
    message = opened(ana)
    assert send_digests(TUESDAY) == 1
    (mail,) = taken(server)
    assert (server.taken[0].sender, server.taken[0].recipient) == (ana.email, ana.email)
    assert mail["To"] == ana.email and mail["Subject"] == "Your summary for Tuesday, 5 May"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http\S+/summary/off/\S+/>", mail["List-Unsubscribe"])
    assert mail["Message-ID"] and mail["Date"] and mail.get_content_type() == "multipart/alternative"
    text, html = body(mail, "plain"), body(mail, "html")
    assert "Ponudba <b>št. 1</b> (maja@hrast.example): 1 open, 1 click" in text
    assert "Ponudba &lt;b&gt;št. 1&lt;/b&gt;" in html and f"/messages/{message.pk}/" in html
    assert mail["List-Unsubscribe"].strip("<>") in text
    assert max(len(line) for line in server.taken[0].content.split(b"\r\n")) <= 998
    assert "/o/" not in html and "<img" not in html  # nobody follows it


def test_it_leaves_once_a_day_whatever_restarts(ana: User, server: SmtpServer) -> None:
    opened(ana)
    for minutes in (-1, 0, 1, 5, 60):
        send_digests(TUESDAY + timedelta(minutes=minutes))
    assert len(server.taken) == 1
    assert Digest.objects.get().state == DigestState.SENT


def test_in_slovenian_too(ana: User, server: SmtpServer) -> None:
    User.objects.update(language="sl")
    opened(ana)
    send_digests(TUESDAY)
    (mail,) = taken(server)
    assert mail["Subject"].startswith("Vaš povzetek: torek, 5.")
    assert "1 odpiranje" in body(mail, "plain") and "Kaj so ljudje naredili včeraj" in body(mail, "plain")
    assert '<html lang="sl">' in body(mail, "html")


def test_cards_reminders_and_e_mails_of_today_stand_in_it(cast: Cast, ana: User, server: SmtpServer) -> None:
    message = followed_message(ana, subject="Pogodba", sent_at=NOON)
    Card.objects.create(organisation=cast.lipa, user=ana, kind="failed", key="x", message=message, priority=1)
    Reminder.objects.create(
        organisation=cast.lipa, message=message, user=ana, title="Call Jan", at=TUESDAY + timedelta(hours=3),
        look_at=NOON, zone="UTC", wall="2026-05-05T08:30", condition=Condition.ANYWAY,
    )  # fmt: skip
    later = followed_message(ana, subject="Vabilo", sent_at=None)
    Message.objects.filter(pk=later.pk).update(state=MessageState.SCHEDULED, send_at=TUESDAY + timedelta(hours=5))
    tomorrow = followed_message(ana, subject="Jutri", sent_at=None)
    Message.objects.filter(pk=tomorrow.pk).update(state=MessageState.SCHEDULED, send_at=TUESDAY + timedelta(days=1))
    send_digests(TUESDAY)
    text = body(taken(server)[0], "plain")
    assert "“Pogodba” could not be delivered" in text
    assert "10:30 Call Jan" in text and "12:30 Vabilo" in text and "Jutri" not in text


def test_nothing_to_say_no_e_mail(ana: User, server: SmtpServer) -> None:
    copy = delivery_of(followed_message(ana))
    happened(hit(copy, agent=SCANNER))
    send_digests(TUESDAY)
    assert server.taken == [] and Digest.objects.get().state == DigestState.EMPTY


def test_what_others_have_does_not_stand_in_it(cast: Cast, ana: User) -> None:
    for other in (cast.bor, cast.eva):
        opened(other)
    assert gather(ana, TUESDAY.date(), TUESDAY).is_empty


@pytest.mark.parametrize("off", ["digest", "is_active", "assistant"])
def test_who_does_not_want_it_gets_none(cast: Cast, ana: User, server: SmtpServer, off: str) -> None:
    opened(ana)
    if off == "assistant":
        Organisation.objects.update(assistant=False)
    else:
        User.objects.filter(pk=ana.pk).update(**{off: False})
    send_digests(TUESDAY)
    assert server.taken == []


def test_turned_off_between_its_time_and_its_leaving(ana: User, server: SmtpServer) -> None:
    opened(ana)
    Digest.objects.begin(ana, TUESDAY.date(), TUESDAY)
    User.objects.filter(pk=ana.pk).update(digest=False)
    send_digests(TUESDAY)
    assert server.taken == []


def test_nobody_has_it_by_default(cast: Cast) -> None:
    assert not User.objects.filter(digest=True).exists()


def test_whoever_turns_it_on_behind_its_time_gets_the_first_one_tomorrow(ana: User, server: SmtpServer) -> None:
    opened(ana)
    skip_today(ana, TUESDAY + timedelta(minutes=1))
    send_digests(TUESDAY + timedelta(minutes=1))
    assert server.taken == []


@pytest.mark.parametrize(
    ("does", "state"),
    [({"end": SWALLOW}, "unknown"), ({"rcpt": "550 5.1.1 No user"}, "given-up"), ({"end": "554 Spam"}, "given-up")],
    ids=["no answer", "no such user", "refused"],
)  # fmt: skip
def test_what_is_final_is_not_repeated(ana: User, server: SmtpServer, does: dict[str, Any], state: str) -> None:
    opened(ana)
    server.does.update(does)
    for minutes in (0, 2, 10, 120):
        send_digests(TUESDAY + timedelta(minutes=minutes))
    assert Digest.objects.get().state == state
    assert sum("DATA" in line for line in server.log) <= 1


def test_a_mailbox_that_fails_is_tried_again_and_not_for_ever(ana: User, server: SmtpServer) -> None:
    opened(ana)
    server.does["greeting"] = "421 Busy"
    now = TUESDAY
    while Digest.objects.filter(state=DigestState.WAITING).exists() or now == TUESDAY:
        send_digests(now)
        now += timedelta(minutes=1)
    assert now - TUESDAY <= LATE
    assert Digest.objects.get().state == DigestState.GIVEN_UP
    assert 4 <= server.connections <= 8
    assert Mailbox.objects.get(user=ana).smtp_reason == "busy"  # in the health list


def test_it_leaves_when_the_mailbox_works_again(ana: User, server: SmtpServer) -> None:
    opened(ana)
    server.does["greeting"] = [CLOSE]
    send_digests(TUESDAY)
    assert server.connections == 1 and Digest.objects.get().failures == 1
    send_digests(TUESDAY + timedelta(minutes=1))
    assert len(server.taken) == 1
    assert Digest.objects.get().reason == ""


def test_a_worker_that_died_at_the_end_leaves_it_unknown(ana: User, server: SmtpServer) -> None:
    opened(ana)
    Digest.objects.begin(ana, TUESDAY.date(), TUESDAY)
    dead = Digest.objects.claim(Digest.objects.get().pk, TUESDAY, timedelta(minutes=5))
    assert dead is not None and Digest.objects.leave(dead)
    for minutes in (1, 6, 7):
        send_digests(TUESDAY + timedelta(minutes=minutes))
    assert server.taken == [] and Digest.objects.get().state == DigestState.UNKNOWN


@pytest.mark.slow
def test_a_worker_that_was_overtaken_stops_before_the_end(ana: User, server: SmtpServer, monkeypatch: Any) -> None:
    opened(ana)

    def overtaken(*arguments: Any, hooks: Hooks, **more: Any) -> None:
        Digest.objects.update(attempts=7)
        usual(*arguments, hooks=hooks, **more)

    usual = run.send_note  # type: ignore[attr-defined]
    monkeypatch.setattr(run, "send_note", overtaken)
    send_digests(TUESDAY)
    assert server.taken == []


def test_the_mailboxs_limit_holds_for_it(ana: User, server: SmtpServer) -> None:
    opened(ana)
    Mailbox.objects.filter(user=ana).update(hourly_limit=1, hour_sent=1, hour_began_at=TUESDAY - timedelta(minutes=58))
    send_digests(TUESDAY)
    assert server.taken == []
    send_digests(TUESDAY + timedelta(minutes=6))
    assert len(server.taken) == 1


def test_one_that_is_hours_late_is_left_out(ana: User, server: SmtpServer) -> None:
    opened(ana)
    send_digests(TUESDAY + LATE)
    assert server.taken == [] and not Digest.objects.exists()


def test_its_time_is_on_the_users_clock_through_clock_changes(ana: User) -> None:
    assert time_on(ana, date(2026, 3, 28)) == datetime(2026, 3, 28, 6, 30, tzinfo=UTC)
    assert time_on(ana, date(2026, 3, 30)) == datetime(2026, 3, 30, 5, 30, tzinfo=UTC)
    ana.digest_at = time(2, 30)  # skipped on 29 March
    assert time_on(ana, date(2026, 3, 29)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    ana.time_zone = "Asia/Kolkata"
    assert time_on(ana, date(2026, 3, 29)) == datetime(2026, 3, 28, 21, 0, tzinfo=UTC)


def test_working_days_are_the_organisations_and_the_weekend_is_told_on_monday(ana: User) -> None:
    ana.organisation.holidays = "SI"
    days = {day: is_wanted_on(ana, date(2026, 5, day)) for day in (1, 2, 3, 4, 5)}
    assert days == {1: False, 2: False, 3: False, 4: True, 5: True}  # 1 May is a holiday, a Friday
    assert span_of(ana, date(2026, 5, 4)).first_day == date(2026, 4, 30)
    assert span_of(ana, date(2026, 5, 5)).first_day == date(2026, 5, 4)
    ana.digest_work_days = False
    assert span_of(ana, date(2026, 5, 4)).first_day == date(2026, 5, 3)


def test_a_long_list_is_counted_and_read_in_few_queries(
    cast: Cast, ana: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(13):
        message = followed_message(ana, subject=f"Offer {number}")
        Card.objects.create(organisation=cast.lipa, user=ana, kind="failed", key=str(number), message=message)
    Delivery.objects.update(state="refused")
    with django_assert_max_num_queries(10):
        summary = gather(ana, TUESDAY.date(), TUESDAY)
    assert (len(summary.cards), summary.more_cards) == (10, 3)
    assert "and 3 more" in letter(summary).text


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_hangs_delays_no_others_summary(cast: Cast, ana: User, server: SmtpServer) -> None:
    with SmtpServer(does={"greeting": "hang"}) as slow:
        Mailbox.objects.filter(user=cast.bor).update(
            kind=MailboxKind.SMTP, smtp_host=slow.host, smtp_port=slow.port, smtp_security="none"
        )
        User.objects.filter(pk=cast.bor.pk).update(digest=True)
        for user in (cast.bor, ana):
            opened(user)
        send_digests(TUESDAY)
    assert len(server.taken) == 1
    assert sorted(Digest.objects.values_list("state", flat=True)) == [DigestState.SENT, DigestState.WAITING]
