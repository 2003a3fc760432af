"""A person gives the permission at their provider: authorization code with PKCE and a state of their session.

RFC 6749 (4.1), RFC 7636, RFC 9700; the account is read from the ID token, which came from the provider itself over TLS
(OpenID Connect Core 1.0, 3.1.3.7).
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from odziv.models import Grant, Mailbox, OAuthClient, User
from odziv.oauth.providers import ASKED, client, mail_scopes, places
from odziv.oauth.tokens import ask, keep
from odziv.oauth.trouble import OAuthTrouble, Reason

LASTS = 900  # seconds in which a person comes back from the provider


class Journey(NamedTuple):
    """What the session remembers of somebody who was led to a provider: plain values."""

    state: str
    mailbox: str
    verifier: str
    nonce: str
    at: float


class MissingScope(OAuthTrouble):
    """The person left the permission for mail out."""


def begin(mailbox: Mailbox, registration: OAuthClient, redirect_uri: str, now: datetime) -> tuple[Journey, str]:
    """Where to lead the person, and what to remember meanwhile. Raises OAuthTrouble."""
    journey = Journey(
        secrets.token_urlsafe(32),
        str(mailbox.pk),
        secrets.token_urlsafe(48),
        secrets.token_urlsafe(16),
        now.timestamp(),
    )
    place = places(registration).authorize
    with client(registration, redirect_uri) as speaking:
        url, _state = speaking.create_authorization_url(
            place,
            state=journey.state,
            code_verifier=journey.verifier,
            nonce=journey.nonce,
            login_hint=mailbox.address,
            **ASKED[registration.provider],
        )
    return journey, url


def end(
    journey: Journey,
    code: str,
    mailbox: Mailbox,
    registration: OAuthClient,
    redirect_uri: str,
    *,
    by: User,
    now: datetime,
) -> Grant:
    """Exchange what the person brought back for a permission, and keep it. Raises OAuthTrouble."""
    told = ask(registration, redirect_uri=redirect_uri, code=code, code_verifier=journey.verifier)
    scope = told.get("scope")
    if isinstance(scope, str) and scope and not _allows(scope, registration.provider):
        raise MissingScope(Reason.SIGN_IN_AGAIN, scope)
    return keep(mailbox, told, _account(told, registration, journey.nonce), by, now)


def _allows(scope: str, provider: str) -> bool:
    given = {one.lower().rstrip("/") for one in scope.split()}
    return {one.lower().rstrip("/") for one in mail_scopes(provider)} <= given


def _account(told: Mapping[str, Any], registration: OAuthClient, nonce: str) -> str:
    """Who gave it, as the ID token says; empty when there is none. Raises OAuthTrouble for one that is not for us."""
    raw = told.get("id_token")
    if not isinstance(raw, str):
        return ""
    try:
        middle = raw.split(".")[1]
        claims: Any = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        audience, said = claims["aud"], claims.get("nonce")
        account = claims.get("email") or claims.get("preferred_username") or ""
    except (IndexError, ValueError, binascii.Error, KeyError, TypeError, AttributeError) as error:
        raise OAuthTrouble(Reason.PROVIDER, "an ID token that cannot be read") from error
    if registration.client_id not in (audience if isinstance(audience, list) else [audience]) or said != nonce:
        raise OAuthTrouble(Reason.PROVIDER, "an ID token for somebody else")
    return str(account)
