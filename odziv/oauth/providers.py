"""The providers: where their permissions are asked for (OpenID Connect Discovery 1.0), and which are needed."""

from __future__ import annotations

import re
import threading
import time
import warnings
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
from authlib.deprecate import AuthlibDeprecationWarning

from odziv.models import OAuthClient, SecretUnreadable, SignIn
from odziv.oauth.trouble import OAuthTrouble, Reason, readable

with warnings.catch_warnings():
    # Authlib announces the successor of httpx whenever this module is imported, over what was asked before it came.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import OAuth2Client

PATIENCE = 10.0  # seconds for an answer of a provider
_KNOWN_FOR = 3600.0
TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}")

ISSUERS = {
    SignIn.GOOGLE.value: "https://accounts.google.com",
    SignIn.MICROSOFT.value: "https://login.microsoftonline.com/{tenant}/v2.0",
}

SCOPES = {
    SignIn.GOOGLE.value: "openid email https://mail.google.com/",
    SignIn.MICROSOFT.value: (
        "openid email profile offline_access https://outlook.office.com/SMTP.Send "
        "https://outlook.office.com/IMAP.AccessAsUser.All"
    ),
}

# Google gives a lasting permission only when it is asked like this:
# https://developers.google.com/identity/protocols/oauth2/web-server#offline
ASKED = {
    SignIn.GOOGLE.value: {"access_type": "offline", "prompt": "consent"},
    SignIn.MICROSOFT.value: {"prompt": "select_account"},
}


class Places(NamedTuple):
    """The addresses of a provider."""

    authorize: str
    token: str


_known: dict[str, tuple[float, Places]] = {}
_lock = threading.Lock()


def mail_scopes(provider: str) -> set[str]:
    """The permissions without which a mailbox cannot be used."""
    return {one for one in SCOPES[provider].split() if one.startswith("https://")}


def places(registration: OAuthClient) -> Places:
    """Where the provider of a registration is asked; remembered for an hour. Raises OAuthTrouble."""
    issuer = ISSUERS[registration.provider].format(tenant=registration.tenant or "common")
    with _lock:
        at, known = _known.get(issuer, (0.0, None))
        if known is not None and time.monotonic() - at < _KNOWN_FOR:
            return known
    found = _discovered(issuer)
    with _lock:
        _known[issuer] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Ask the providers anew where they are to be asked."""
    with _lock:
        _known.clear()


def client(registration: OAuthClient, redirect_uri: str = "") -> OAuth2Client:
    """Speaks with the provider in the name of a registration. Raises OAuthTrouble when its secret cannot be read."""
    try:
        secret = registration.client_secret
    except SecretUnreadable as error:
        raise OAuthTrouble(Reason.REGISTRATION, "the client secret cannot be decrypted") from error
    return OAuth2Client(
        registration.client_id,
        secret,
        scope=SCOPES[registration.provider],
        redirect_uri=redirect_uri or None,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_post",
        timeout=PATIENCE,
        follow_redirects=False,
    )


def _discovered(issuer: str) -> Places:
    try:
        answer = httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=PATIENCE, follow_redirects=False)
        answer.raise_for_status()
        told: Any = answer.json()
        found = Places(str(told["authorization_endpoint"]), str(told["token_endpoint"]))
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise OAuthTrouble(Reason.PROVIDER, readable(str(error) or type(error).__name__)) from error
    scheme = urlsplit(issuer).scheme
    if any(urlsplit(place).scheme != scheme or not urlsplit(place).hostname for place in found):
        raise OAuthTrouble(Reason.PROVIDER, "an address without encryption")
    return found
