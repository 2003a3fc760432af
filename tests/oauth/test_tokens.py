"""A permission is kept fresh by one process at a time, and its end is said plainly (O6, D3)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from odziv.deliver.due import deliver_due
from odziv.lib import clock
from odziv.models import Delivery, DeliveryState, Grant, Mailbox, OAuthClient
from odziv.oauth import tokens
from odziv.oauth.trouble import OAuthTrouble, Reason
from tests.deliver.letters import waiting_message
from tests.oauth.conftest import given, mailbox_of
from tests.support.cast import Cast
from tests.support.oauth import CLOSE, GARBAGE, HANG, Provider
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.usefixtures("registration")
NOW = clock.now()
OVER = {"expires_at": NOW - timedelta(minutes=1)}


def test_it_is_renewed_before_it_expires_and_not_earlier(cast: Cast, provider: Provider) -> None:
    mailbox = mailbox_of(cast.ana)
    first = given(mailbox, provider).access_token
    assert tokens.access_token(mailbox, clock.now()) == first and provider.asked == []
    soon = clock.now() + timedelta(minutes=56)
    second = tokens.access_token(mailbox, soon)
    assert second != first and provider.knows("ana@lipa.example", second)
    assert tokens.access_token(mailbox, soon) == second and len(provider.asked) == 1


def test_a_permission_that_changes_with_each_renewal_is_followed(cast: Cast, provider: Provider) -> None:
    provider.rotates = True
    mailbox = mailbox_of(cast.ana)
    given(mailbox, provider, **OVER)
    for _turn in range(3):
        tokens.access_token(mailbox, clock.now())
        Grant.objects.update(**OVER)
    assert len({asked["refresh_token"] for asked in provider.asked}) == 3


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_renewal(cast: Cast, provider: Provider) -> None:
    provider.slow = 0.4
    mailbox = mailbox_of(cast.ana)
    given(mailbox, provider, **OVER)
    got: list[str] = []

    def ask() -> None:
        try:
            got.append(tokens.access_token(mailbox, clock.now()))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(got) == 4 and len(set(got)) == 1 and len(provider.asked) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("invalid_grant", Reason.SIGN_IN_AGAIN),
        ("invalid_client", Reason.REGISTRATION),
        ("temporarily_unavailable", Reason.PROVIDER),
        ("500", Reason.PROVIDER),
        (GARBAGE, Reason.PROVIDER),
        (HANG, Reason.PROVIDER),
        (CLOSE, Reason.PROVIDER),
    ],
)
def test_what_a_provider_says_decides_who_has_to_act(cast: Cast, provider: Provider, does: str, reason: Reason) -> None:
    mailbox = mailbox_of(cast.ana)
    given(mailbox, provider, **OVER)
    provider.does["token"] = does
    with pytest.raises(OAuthTrouble) as caught:
        tokens.access_token(mailbox, clock.now())
    assert caught.value.reason == reason
    grant = Grant.objects.get()
    assert (grant.lost_at is not None) is (reason == Reason.SIGN_IN_AGAIN) and grant.lease_until is None
    if reason != Reason.SIGN_IN_AGAIN:
        provider.does.clear()
        assert tokens.access_token(mailbox, clock.now())  # nothing is lost


def test_whoever_died_while_renewing_is_followed_by_the_next(cast: Cast, provider: Provider) -> None:
    mailbox = mailbox_of(cast.ana)
    given(mailbox, provider, **OVER, lease_until=clock.now() - timedelta(seconds=1))
    assert tokens.access_token(mailbox, clock.now())


def test_a_removed_registration_is_the_administrators_matter(cast: Cast, provider: Provider) -> None:
    mailbox = mailbox_of(cast.ana)
    given(mailbox, provider, **OVER)
    OAuthClient.objects.all().delete()
    with pytest.raises(OAuthTrouble) as caught:
        tokens.access_token(mailbox, clock.now())
    assert caught.value.reason == Reason.REGISTRATION


def test_taken_back_consent_holds_mail_up_until_one_connects_again(
    cast: Cast, provider: Provider, client: Client
) -> None:
    with SmtpServer(knows_token=provider.knows, methods="XOAUTH2") as smtp:
        mailbox = mailbox_of(cast.ana, smtp_port=smtp.port)
        given(mailbox, provider)
        message = waiting_message(mailbox, cast.ana, follow_state="off")
        provider.revoke()  # the token in our hands looks good, and opens nothing
        deliver_due(now := clock.now(), threads=False)
        copy = Delivery.objects.get(message=message)
        assert (copy.state, copy.reason) == (DeliveryState.WAITING, "sign-in-again")
        assert Mailbox.objects.get(pk=mailbox.pk).smtp_reason == "sign-in-again"
        client.force_login(cast.ana)
        page = client.get(reverse("mailbox", args=[mailbox.pk])).content.decode()
        assert "Google does not accept the permission any more." in page and "Connect again" in page
        given(mailbox, provider)
        deliver_due(now + timedelta(hours=2), threads=False)
    assert len(smtp.taken) == 1 and Delivery.objects.get(message=message).state == DeliveryState.ACCEPTED
    assert Mailbox.objects.get(pk=mailbox.pk).smtp_reason == ""
