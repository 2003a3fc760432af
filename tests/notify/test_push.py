"""Cards are said to their user's browsers: sealed, once, only while they stand, and never in quiet hours (A1)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.utils import translation

from odziv.assist.cards import bring_back, snooze
from odziv.assist.reminding import remind
from odziv.assist.run import assist
from odziv.lib import clock
from odziv.models import (
    Card,
    CardKind,
    Condition,
    Delivery,
    Happening,
    Message,
    NoticeState,
    PushNotice,
    PushSubscription,
    Reminder,
    User,
)
from odziv.notify import push, vapid
from odziv.notify.browsers import remember, understood
from odziv.notify.payload import sealed
from odziv.organisations.leaving import leave
from tests.support.cast import Cast
from tests.support.journal import followed_message
from tests.support.push import CLOSE, PushBrowser, PushService, vapid_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


def browser_of(user: User, service: PushService, name: str = "ana", now: datetime = NOW) -> PushBrowser:
    browser = PushBrowser(f"{service.url}/{name}")
    remember(user, understood(browser.subscription), CHROME, now)
    return browser


def opened(owner: User, subject: str = "Ponudba", now: datetime = NOW) -> Card:
    """The card of an e-mail that Maja has opened just now."""
    message = followed_message(owner, subject=subject, sent_at=now)
    for rows in (Message.objects.filter(pk=message.pk), Delivery.objects.filter(message=message)):
        rows.update(opens=1, first_opened_at=now)
    Happening.objects.note(owner.organisation_id, message.pk, CardKind.OPENED)
    assist(now=now)
    return Card.objects.get(message=message)


def pushed(now: datetime = NOW) -> None:
    push.push(now, threads=False)


def states() -> list[str]:
    return sorted(PushNotice.objects.values_list("state", flat=True))


def test_a_card_reaches_the_browser_sealed_and_signed(cast: Cast, service: PushService) -> None:
    User.objects.filter(pk=cast.ana.pk).update(language="sl")
    browser = browser_of(cast.ana, service)
    card = opened(cast.ana)
    pushed()
    (came,) = service.came
    told = browser.opened(came)
    with translation.override("sl"):
        assert told["title"] == str(CardKind.OPENED.label)
    assert set(told) == {"id", "title", "text", "url"} and told["url"] == f"/messages/{card.message_id}/"
    assert "Maja" in told["text"] and "»Ponudba«" in told["text"]
    assert b"Ponudba" not in came.body
    claims = vapid_of(came, vapid.public_key())
    assert claims["aud"] == service.url and claims["sub"]
    assert timedelta(0) < datetime.fromtimestamp(claims["exp"], UTC) - NOW <= timedelta(hours=24)
    assert came.headers["urgency"] == "normal" and int(came.headers["ttl"]) > 0
    with pytest.raises(InvalidTag):
        PushBrowser(service.url).opened(came)


def test_each_browser_of_its_user_gets_it_once_and_nobody_elses(cast: Cast, service: PushService) -> None:
    for user, name in ((cast.ana, "one"), (cast.ana, "two"), (cast.bor, "bor"), (cast.eva, "eva")):
        browser_of(user, service, name)
    opened(cast.ana)
    for _ in range(3):
        pushed()
        assist(now=NOW)
    assert sorted(came.path for came in service.came) == ["/one", "/two"]


def test_what_is_put_away_before_it_leaves_is_not_said(cast: Cast, service: PushService) -> None:
    browser_of(cast.ana, service)
    gone, later = opened(cast.ana, "one"), opened(cast.ana, "two")
    gone.dismiss(NOW)
    snooze(later, NOW + timedelta(hours=1), NOW)
    pushed()
    assert service.came == []
    pushed(NOW + timedelta(hours=1))
    assert len(service.came) == 1  # the snoozed one, when it comes back


def test_a_card_that_is_withdrawn_while_the_connection_is_made_is_not_said(
    cast: Cast, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser_of(cast.ana, service)
    card = opened(cast.ana)
    usual = sealed

    def late(*arguments: Any) -> Any:
        card.dismiss(NOW)
        return usual(*arguments)

    monkeypatch.setattr("odziv.notify.push.sealed", late)
    pushed()
    assert service.came == [] and states() == [NoticeState.NEEDLESS]


def test_what_its_user_brings_back_is_not_said_again(cast: Cast, service: PushService) -> None:
    browser_of(cast.ana, service)
    card = opened(cast.ana)
    pushed()
    snooze(card, NOW + timedelta(hours=1), NOW)
    bring_back(card, NOW)
    pushed(NOW + timedelta(hours=2))
    assert len(service.came) == 1


def test_quiet_hours_put_it_off_until_their_end(cast: Cast, service: PushService) -> None:
    User.objects.filter(pk=cast.ana.pk).update(quiet_from=time(13), quiet_until=time(15), time_zone="Europe/Ljubljana")
    browser_of(cast.ana, service)
    opened(cast.ana)  # at 14:00 there
    pushed()
    pushed(NOW + timedelta(minutes=59))
    assert service.came == []
    pushed(NOW + timedelta(minutes=60))
    assert len(service.came) == 1


def test_it_is_not_kept_by_the_service_into_quiet_hours(cast: Cast, service: PushService) -> None:
    User.objects.filter(pk=cast.ana.pk).update(quiet_from=time(14, 30), quiet_until=time(15), time_zone="Etc/GMT-2")
    browser_of(cast.ana, service)
    opened(cast.ana)
    pushed()
    assert service.came[0].headers["ttl"] == "1800"


@pytest.mark.parametrize("off", ["kind", "organisation", "assistant"])
def test_a_kind_that_was_switched_off_meanwhile_is_not_said(cast: Cast, service: PushService, off: str) -> None:
    browser_of(cast.ana, service)
    opened(cast.ana)
    if off == "kind":
        User.objects.filter(pk=cast.ana.pk).update(muted_cards=[CardKind.OPENED])
    elif off == "organisation":
        type(cast.lipa).objects.filter(pk=cast.lipa.pk).update(muted_cards=[CardKind.OPENED])
    else:
        type(cast.lipa).objects.filter(pk=cast.lipa.pk).update(assistant=False)
    pushed()
    assert service.came == []


def test_after_quiet_hours_a_heap_is_not_shown_one_by_one(cast: Cast, service: PushService) -> None:
    browser_of(cast.ana, service)
    for number in range(5):
        opened(cast.ana, str(number))
    pushed()
    assert len(service.came) == push.AT_ONCE
    assert states().count(NoticeState.NEEDLESS) == 2


def test_a_reminder_is_said_and_is_urgent(cast: Cast, service: PushService) -> None:
    browser = browser_of(cast.ana, service)
    Reminder.objects.create(
        organisation=cast.lipa, message=followed_message(cast.ana), user=cast.ana, title="Call Maja", at=NOW,
        look_at=NOW, zone="UTC", wall="2026-05-04T12:00", condition=Condition.ANYWAY,
    )  # fmt: skip
    remind(now=NOW)
    pushed()
    assert browser.opened(service.came[0])["title"] == "Call Maja"
    assert service.came[0].headers["urgency"] == "high"


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_listens_no_more_is_forgotten(cast: Cast, service: PushService, status: int) -> None:
    browser_of(cast.ana, service)
    service.does["/ana"] = status
    opened(cast.ana)
    pushed()
    assert not PushSubscription.objects.exists() and not PushNotice.objects.exists()


def test_a_service_in_trouble_is_tried_again_with_growing_delays_and_then_given_up(
    cast: Cast, service: PushService
) -> None:
    browser_of(cast.ana, service)
    service.does["/ana"] = 503
    opened(cast.ana)
    now = NOW
    for delay in (*push.DELAYS, timedelta(0)):
        pushed(now)
        pushed(now + delay - timedelta(seconds=1))
        now += delay
    assert len(service.came) == len(push.DELAYS) + 1
    assert states() == [NoticeState.GIVEN_UP]
    assert PushSubscription.objects.get().reason == "busy"


def test_it_recovers_and_says_when_it_is_asked_to_wait(cast: Cast, service: PushService) -> None:
    browser_of(cast.ana, service)
    service.does["/ana"], service.headers["Retry-After"] = 429, "1800"
    opened(cast.ana)
    pushed()
    service.does.clear()
    pushed(NOW + timedelta(minutes=29))
    assert len(service.came) == 1
    pushed(NOW + timedelta(minutes=30))
    assert states() == [NoticeState.PUSHED]
    assert PushSubscription.objects.get().reason == ""


def test_what_got_no_answer_is_never_repeated(cast: Cast, service: PushService) -> None:
    browser_of(cast.ana, service)
    service.does["/ana"] = CLOSE
    opened(cast.ana)
    for minutes in (0, 2, 10, 100):
        pushed(NOW + timedelta(minutes=minutes))
    assert len(service.came) == 1 and states() == [NoticeState.UNKNOWN]


@pytest.mark.parametrize("status", [301, 400, 403, 413])
def test_a_refusal_is_final_and_redirects_are_not_followed(cast: Cast, service: PushService, status: int) -> None:
    browser_of(cast.ana, service)
    service.does["/ana"], service.headers["Location"] = status, f"{service.url}/elsewhere"
    opened(cast.ana)
    pushed()
    pushed(NOW + timedelta(hours=3))
    assert [came.path for came in service.came] == ["/ana"] and states() == [NoticeState.GIVEN_UP]


def test_a_worker_that_died_while_it_left_leaves_it_unknown(cast: Cast, service: PushService) -> None:
    browser_of(cast.ana, service)
    opened(cast.ana)
    notice = PushNotice.objects.claim(PushNotice.objects.get().pk, NOW, timedelta(seconds=60))
    assert notice is not None and PushNotice.objects.begin(notice)
    later = NOW + timedelta(minutes=2)
    pushed(later)
    push.forget(later)
    assert service.came == [] and states() == [NoticeState.UNKNOWN]


def test_a_worker_that_died_before_leaves_it_to_the_next(cast: Cast, service: PushService) -> None:
    browser_of(cast.ana, service)
    opened(cast.ana)
    dead = PushNotice.objects.claim(PushNotice.objects.get().pk, NOW, timedelta(seconds=60))
    assert dead is not None
    pushed()
    assert service.came == []
    pushed(NOW + timedelta(minutes=2))
    assert len(service.came) == 1
    assert not PushNotice.objects.begin(dead)  # it wakes up, and is too late


def test_another_password_ends_it(cast: Cast, service: PushService) -> None:
    browser_of(cast.ana, service)
    opened(cast.ana)
    cast.ana.set_password("another long pass phrase")
    cast.ana.save()
    pushed()
    assert service.came == [] and not PushSubscription.objects.exists()


def test_who_leaves_the_organisation_gets_nothing_more(cast: Cast, service: PushService) -> None:
    browser_of(cast.ana, service)
    opened(cast.ana)
    leave(cast.ana, by=cast.dora, now=NOW)
    assert not PushSubscription.objects.exists()
    pushed()
    assert service.came == []


def test_a_browser_that_was_not_seen_for_a_month_is_forgotten(cast: Cast, service: PushService) -> None:
    browser_of(cast.ana, service, now=NOW - timedelta(days=31))
    opened(cast.ana)
    pushed()
    push.forget(NOW)
    assert service.came == [] and not PushSubscription.objects.exists()


def test_one_user_has_a_few_browsers_and_one_browser_one_user(cast: Cast, service: PushService) -> None:
    for number in range(12):
        browser_of(cast.ana, service, str(number), NOW + timedelta(minutes=number))
    paths = {row.endpoint.rpartition("/")[2] for row in PushSubscription.objects.of_person(cast.ana)}
    assert paths == {str(number) for number in range(2, 12)}
    browser_of(cast.bor, service, "5")
    assert len(PushSubscription.objects.of_person(cast.ana)) == 9
    assert [row.label for row in PushSubscription.objects.of_person(cast.bor)] == ["Chrome, Linux"]


def test_private_addresses_are_not_connected_to(
    cast: Cast, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser_of(cast.ana, service)
    monkeypatch.undo()  # from now on as usual: the name leads to this machine
    opened(cast.ana)
    pushed()
    assert service.came == [] and states() == [NoticeState.GIVEN_UP]
    assert PushSubscription.objects.get().reason == "forbidden"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_service_that_hangs_delays_no_other(cast: Cast, service: PushService) -> None:
    now = clock.now()
    with PushService({"/ana": 0}) as slow:
        browser_of(cast.ana, slow, "ana", now)
        browser_of(cast.ana, service, "other", now)
        opened(cast.ana, now=now)
        push.push()
        until = clock.now() + timedelta(seconds=60)
        while not service.came and clock.now() < until:
            push.push()
        assert service.came
        # What was answered is written down a moment after it came.
        while NoticeState.PUSHED not in states() and clock.now() < until:
            push.push()
        assert PushNotice.objects.filter(state=NoticeState.LEAVING).count() <= 1
    until = clock.now() + timedelta(seconds=60)
    while states() != [NoticeState.PUSHED, NoticeState.UNKNOWN] and clock.now() < until:
        push.push()
    assert states() == [NoticeState.PUSHED, NoticeState.UNKNOWN]
