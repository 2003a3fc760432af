"""A provider of our own, at which Lipa is registered, and a mailbox that is to be let in there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from odziv.lib import clock
from odziv.models import Grant, Mailbox, OAuthClient, SignIn, User
from odziv.oauth import providers, tokens
from tests.support.cast import Cast
from tests.support.oauth import CLIENT_ID, CLIENT_SECRET, Provider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with Provider() as running:
        monkeypatch.setitem(providers.ISSUERS, SignIn.GOOGLE.value, running.url)
        monkeypatch.setattr(providers, "PATIENCE", 1.0)
        providers.forget()
        yield running
    providers.forget()


@pytest.fixture
def registration(cast: Cast) -> OAuthClient:
    row = OAuthClient(organisation=cast.lipa, provider=SignIn.GOOGLE, client_id=CLIENT_ID)
    row.client_secret = CLIENT_SECRET
    row.save()
    return row


def mailbox_of(user: User, **fields: Any) -> Mailbox:
    return Mailbox.objects.create(
        organisation=user.organisation, user=user, kind="smtp", name=user.name, address=user.email, sign_in="google",
        **{"smtp_host": "127.0.0.1", "smtp_security": "none", "imap_security": "none", **fields},
    )  # fmt: skip


def given(mailbox: Mailbox, provider: Provider, **fields: Any) -> Grant:
    """A permission as if the person had just been led through."""
    told = provider._tokens("https://mail.google.com/", new_refresh=True)
    grant = tokens.keep(mailbox, told, provider.account, mailbox.user, clock.now())
    Grant.objects.filter(pk=grant.pk).update(**fields)
    grant.refresh_from_db()
    return grant
