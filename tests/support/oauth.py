"""A provider of permissions on 127.0.0.1: discovery, authorization code with PKCE, refresh, introspection.

    with Provider() as provider:
        provider.does["token"] = "invalid_grant"

It says yes to everybody who is led to it. `does` makes an endpoint ("discovery", "authorize", "token") misbehave: HANG,
CLOSE, GARBAGE, a status as "503", or an error of RFC 6749; a list is used up.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

HANG, CLOSE, GARBAGE = "hang", "close", "garbage"
CLIENT_ID, CLIENT_SECRET = "odziv.example", "skrivnost-odjemalca"


@dataclass
class Provider:
    """`account` signs in. `refresh`: whether a lasting permission is given; `rotates`: a new one with each renewal."""

    account: str = "ana@lipa.example"
    does: dict[str, str | list[str]] = field(default_factory=dict)
    lives: int = 3600
    refresh: bool = True
    rotates: bool = False
    scope: str = ""  # empty: as asked
    slow: float = 0.0  # seconds of each answer of the token endpoint
    asked: list[dict[str, str]] = field(default_factory=list)  # of the token endpoint

    def __enter__(self) -> Self:
        self._codes: dict[str, dict[str, str]] = {}
        self._refreshing: dict[str, str] = {}  # refresh token -> scope
        self.tokens: set[str] = set()
        self.over = threading.Event()
        provider = self

        class Handler(_Handler):
            of = provider

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def knows(self, account: str, token: str) -> bool:
        """Whether an access token opens the mailbox of the account; what mail servers ask."""
        return account == self.account and token in self.tokens

    def revoke(self) -> None:
        """The person takes everything back."""
        self._refreshing.clear()
        self.tokens.clear()

    def told(self, endpoint: str) -> str:
        told = self.does.get(endpoint, "")
        if isinstance(told, list):
            return told.pop(0) if told else ""
        return told

    def consent(self, asked: dict[str, str]) -> dict[str, str]:
        """What the person brings back to the redirect URI."""
        if error := self.told("authorize"):
            return {"error": error, "error_description": "<b>No</b>", "state": asked["state"]}
        code = secrets.token_urlsafe(8)
        self._codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def exchange(self, given: dict[str, str]) -> dict[str, Any]:
        """RFC 6749, 4.1.3 and 6; RFC 7636, 4.6."""
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return {"error": "invalid_client"}
        if given.get("grant_type") == "refresh_token":
            scope = self._refreshing.get(given.get("refresh_token", ""))
            if scope is None:
                return {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            if self.rotates:
                del self._refreshing[given["refresh_token"]]
            return self._tokens(scope, new_refresh=self.rotates)
        asked = self._codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or asked["redirect_uri"] != given.get("redirect_uri")
            or asked.get("code_challenge_method") != "S256"
            or asked["code_challenge"] != challenge.decode().rstrip("=")
        ):
            return {"error": "invalid_grant", "error_description": "Bad Request"}
        claims = {"aud": CLIENT_ID, "nonce": asked.get("nonce"), "email": self.account}
        middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return {**self._tokens(asked["scope"], new_refresh=self.refresh), "id_token": f"e30.{middle}.x"}

    def _tokens(self, scope: str, *, new_refresh: bool) -> dict[str, Any]:
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        told = {"access_token": access, "token_type": "Bearer", "expires_in": self.lives, "scope": self.scope or scope}
        if new_refresh:
            told["refresh_token"] = refresh = secrets.token_urlsafe(16)
            self._refreshing[refresh] = scope
        return told


class _Handler(BaseHTTPRequestHandler):
    of: Provider

    def log_message(self, *_: Any) -> None:
        """Nothing: pytest shows what a test needs."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/.well-known/openid-configuration":
            url = self.of.url
            self._json("discovery", {"authorization_endpoint": f"{url}/authorize", "token_endpoint": f"{url}/token"})
        elif parts.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(self.of.consent(asked))}")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        if urlsplit(self.path).path == "/introspect":
            token = given.get("token", "")
            self._json("introspect", {"active": token in self.of.tokens, "username": self.of.account})
            return
        self.of.asked.append(given)
        time.sleep(self.of.slow)
        self._json("token", None, given)

    def _json(self, endpoint: str, usual: dict[str, Any] | None, given: dict[str, str] | None = None) -> None:
        told = self.of.told(endpoint)
        if told == HANG:
            self.of.over.wait(30)
        if told in (HANG, CLOSE):
            self.close_connection = True
            self.connection.close()
            return
        answer: Any = {"error": told} if told and told != GARBAGE and not told.isdecimal() else usual
        if answer is None:
            answer = self.of.exchange(given or {})
        raw = b"<html>oops" if told == GARBAGE or told.isdecimal() else json.dumps(answer).encode()
        self.send_response(int(told) if told.isdecimal() else 400 if "error" in (answer or {}) else 200)
        self.send_header("Content-Type", "text/html" if raw.startswith(b"<") else "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
