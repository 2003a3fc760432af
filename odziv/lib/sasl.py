"""What one says to sign in, as SMTP AUTH and IMAP AUTHENTICATE both want it (RFC 4422), before base64."""

from __future__ import annotations


def plain(username: str, password: str) -> bytes:
    """PLAIN (RFC 4616)."""
    return f"\0{username}\0{password}".encode()


def xoauth2(username: str, token: str) -> bytes:
    """XOAUTH2, as Google and Microsoft describe it: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol."""
    return f"user={username}\1auth=Bearer {token}\1\1".encode()


def oauthbearer(username: str, token: str, host: str, port: int) -> bytes:
    """OAUTHBEARER (RFC 7628, 3.1)."""
    name = username.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1".encode()


AFTER_REFUSAL = {"XOAUTH2": b"", "OAUTHBEARER": b"\1"}
"""What the client answers to the reason of a refusal, so that the server ends the exchange (RFC 7628, 3.2.3)."""


def best_for_token(offered: list[str]) -> str:
    """Which of the server's mechanisms to use with an access token; empty when it offers none."""
    return next((name for name in ("XOAUTH2", "OAUTHBEARER") if name in offered), "")
