"""Permissions to use mailboxes that people gave at their provider (OAuth 2.0), and the registrations for it (O6)."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils import timezone

from odziv.models.base import Owned, OwnedQuerySet
from odziv.models.mailboxes import Mailbox, SignIn
from odziv.models.organisations import User
from odziv.models.secret import decrypt, encrypt

PROVIDERS = [one for one in SignIn.choices if one[0] != SignIn.PASSWORD]


class OAuthClientQuerySet(OwnedQuerySet["OAuthClient"]):
    def for_provider(self, organisation_id: UUID, provider: str) -> OAuthClient | None:
        """The registration of an organisation, or None when its administrators have not entered one."""
        return self.of(organisation_id).filter(provider=provider).first()


class OAuthClient(Owned):
    """An organisation's registration with a provider, under which its people let Odziv into their mailboxes."""

    provider = models.CharField(max_length=10, choices=PROVIDERS)
    client_id = models.CharField(max_length=300)
    secret = models.TextField(editable=False)  # the client secret, encrypted
    tenant = models.CharField(max_length=100, blank=True)  # Microsoft: whose people may sign in; "": anybody's
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = OAuthClientQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "provider"], name="oauth_client_once")]

    @property
    def client_secret(self) -> str:
        """The client secret in plain text. Raises `SecretUnreadable`."""
        return decrypt(self.secret)

    @client_secret.setter
    def client_secret(self, text: str) -> None:
        self.secret = encrypt(text)


class GrantQuerySet(OwnedQuerySet["Grant"]):
    def of_mailbox(self, mailbox: Mailbox) -> Grant | None:
        """The permission for a mailbox, also one that the provider does not accept any more."""
        return self.filter(mailbox=mailbox).first()

    def end(self, mailbox: Mailbox) -> None:
        """Forget the permission for a mailbox."""
        self.filter(mailbox=mailbox).delete()


class Grant(Owned):
    """The permission that somebody gave at a provider to use one mailbox: two tokens, encrypted, and their fate.

    `version` rises whenever the tokens change; together with `lease_until` it lets one process at a time renew them.
    """

    mailbox = models.OneToOneField(Mailbox, on_delete=models.CASCADE, related_name="grant")
    provider = models.CharField(max_length=10, choices=PROVIDERS)
    account = models.CharField(max_length=254)  # the address that signed in there
    access_secret = models.TextField(editable=False)
    refresh_secret = models.TextField(editable=False)
    expires_at = models.DateTimeField()  # of the access token
    granted_at = models.DateTimeField(default=timezone.now)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=1)
    lease_until = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)  # the provider does not accept it any more: sign in again
    answer = models.CharField(max_length=500, blank=True)  # the provider's words to that

    objects = GrantQuerySet.as_manager()

    @property
    def access_token(self) -> str:
        """The access token. Raises `SecretUnreadable`."""
        return decrypt(self.access_secret)

    @property
    def refresh_token(self) -> str:
        """The refresh token. Raises `SecretUnreadable`."""
        return decrypt(self.refresh_secret)
