"""The access token of a mailbox, renewed before it expires, by one process at a time (RFC 6749, 6)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from authlib.common.errors import AuthlibBaseError
from django.db.models import F

from odziv.lib import clock
from odziv.models import Grant, Mailbox, OAuthClient, SecretUnreadable, User
from odziv.models.secret import encrypt
from odziv.oauth.providers import client, places
from odziv.oauth.trouble import OAuthTrouble, Reason, readable, refused

EARLY = timedelta(minutes=5)  # before it expires; a long conversation must not outlive it
LEASE = timedelta(seconds=40)  # longer than a provider may take
_USUAL_LIFE = 3600  # RFC 6749, 5.1: expires_in is only recommended
_WAIT = 25.0
_LOOK = 0.2


def access_token(mailbox: Mailbox, now: datetime) -> str:
    """A token that opens the mailbox now. Raises OAuthTrouble."""
    until = time.monotonic() + _WAIT
    while True:
        grant = Grant.objects.of_mailbox(mailbox)
        if grant is None:
            raise OAuthTrouble(Reason.SIGN_IN_AGAIN)
        if grant.lost_at is not None:
            raise OAuthTrouble(Reason.SIGN_IN_AGAIN, grant.answer)
        if now + EARLY < grant.expires_at:
            return _opened(grant)
        if _take(grant, now):
            return _renewed(grant, now)
        if now + timedelta(seconds=30) < grant.expires_at:
            return _opened(grant)  # somebody renews it, and meanwhile this one still holds
        if time.monotonic() > until:
            raise OAuthTrouble(Reason.PROVIDER, "another process is renewing the permission")
        time.sleep(_LOOK)


def doubted(mailbox: Mailbox, now: datetime) -> OAuthTrouble | None:
    """A server refused the token: get another one at once; what the provider says when it gives none."""
    Grant.objects.filter(mailbox=mailbox, lost_at=None).update(expires_at=now)
    try:
        access_token(mailbox, now)
    except OAuthTrouble as trouble:
        return trouble
    return None


def keep(mailbox: Mailbox, told: Mapping[str, Any], account: str, by: User, now: datetime) -> Grant:
    """Store a permission that was just given, in the place of a former one. Raises OAuthTrouble for half a one."""
    access, refresh = told.get("access_token"), told.get("refresh_token")
    if not isinstance(access, str) or not isinstance(refresh, str) or not access or not refresh:
        raise OAuthTrouble(Reason.PROVIDER, "no lasting permission came back")
    Grant.objects.end(mailbox)
    return Grant.objects.create(
        organisation_id=mailbox.organisation_id,
        mailbox=mailbox,
        provider=mailbox.sign_in,
        account=account[:254],
        access_secret=encrypt(access),
        refresh_secret=encrypt(refresh),
        expires_at=now + _life(told),
        granted_at=now,
        granted_by=by,
    )


def _take(grant: Grant, now: datetime) -> bool:
    """Be the one who renews it: nobody else has since it was read, or whoever began is long gone."""
    rows = Grant.objects.filter(pk=grant.pk, version=grant.version, lost_at=None)
    free = rows.filter(lease_until=None) | rows.filter(lease_until__lt=clock.now())
    return bool(free.update(lease_until=clock.now() + LEASE))


def _renewed(grant: Grant, now: datetime) -> str:
    registration = OAuthClient.objects.for_provider(grant.organisation_id, grant.provider)
    try:
        if registration is None:
            raise OAuthTrouble(Reason.REGISTRATION, "it was removed")
        told = ask(registration, refresh_token=_refresh_of(grant))
        access = told.get("access_token")
        if not isinstance(access, str) or not access:
            raise OAuthTrouble(Reason.PROVIDER, "no access token came back")
    except OAuthTrouble as trouble:
        lost = {"lost_at": now, "answer": trouble.words} if trouble.reason == Reason.SIGN_IN_AGAIN else {}
        _settle(grant.pk, grant.version, **lost)
        raise
    refresh = told.get("refresh_token")
    rotated = {"refresh_secret": encrypt(refresh)} if isinstance(refresh, str) and refresh else {}
    _settle(grant.pk, grant.version, access_secret=encrypt(access), expires_at=now + _life(told), **rotated)
    return access


def _settle(pk: UUID, version: int, **fields: Any) -> None:
    """Only while nobody gave a new permission meanwhile: the answer to the former one says nothing about that."""
    rows = Grant.objects.filter(pk=pk, version=version)
    rows.update(lease_until=None, version=F("version") + (1 if fields else 0), **fields)


def ask(registration: OAuthClient, *, redirect_uri: str = "", **given: Any) -> Mapping[str, Any]:
    """What the token endpoint gives for a code or a refresh token. Raises OAuthTrouble."""
    place = places(registration).token
    try:
        with client(registration, redirect_uri) as speaking:
            if "refresh_token" in given:
                told = speaking.refresh_token(place, **given)
            else:
                told = speaking.fetch_token(place, **given)
    except AuthlibBaseError as error:
        raise refused(str(error.error or ""), str(error.description or "")) from error
    except (httpx.HTTPError, ValueError, TypeError, KeyError, AttributeError) as error:
        # Also what Authlib stumbles over in answers that are no JSON.
        raise OAuthTrouble(Reason.PROVIDER, readable(str(error) or type(error).__name__)) from error
    if not isinstance(told, Mapping):
        raise OAuthTrouble(Reason.PROVIDER, "no JSON object came back")
    return told


def _opened(grant: Grant) -> str:
    try:
        return grant.access_token
    except SecretUnreadable as error:
        raise OAuthTrouble(Reason.SIGN_IN_AGAIN, "the stored permission cannot be decrypted") from error


def _refresh_of(grant: Grant) -> str:
    try:
        return grant.refresh_token
    except SecretUnreadable as error:
        raise OAuthTrouble(Reason.SIGN_IN_AGAIN, "the stored permission cannot be decrypted") from error


def _life(told: Mapping[str, Any]) -> timedelta:
    try:
        seconds = int(told.get("expires_in") or _USUAL_LIFE)
    except (TypeError, ValueError):
        seconds = _USUAL_LIFE
    return timedelta(seconds=min(max(seconds, 60), 86_400))
