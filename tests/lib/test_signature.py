"""Signed requests: the right secret, lately, over these very bytes."""

from __future__ import annotations

import pytest

from odziv.lib.signature import WINDOW, Flaw, flaw_in, sign

NOW, BODY = 1_800_000_000, b"Subject: a\r\n\r\nb"


def flaw(body: bytes = BODY, at: int = NOW, secret: str = "s", now: float = NOW, signature: str = "") -> Flaw | None:
    return flaw_in(["old", "s"], str(at), signature or sign(secret, at, BODY), body, now)


def test_any_of_the_good_secrets_will_do() -> None:
    assert flaw() is None and flaw(secret="old") is None
    assert flaw(signature=f"v1={64 * '0'}, {sign('s', NOW, BODY)}") is None


def test_another_secret_body_or_time_is_refused() -> None:
    assert flaw(secret="x") == flaw(body=BODY + b" ") == flaw(signature=sign("s", NOW - 1, BODY))
    assert flaw(secret="x") == Flaw.WRONG_SIGNATURE
    assert flaw_in([], str(NOW), sign("", NOW, BODY), BODY, NOW) == Flaw.WRONG_SIGNATURE


@pytest.mark.parametrize("away", [WINDOW + 1, -WINDOW - 1, 10**9])
def test_it_has_to_be_of_now(away: int) -> None:
    assert flaw(at=NOW - away) == Flaw.OLD_TIMESTAMP and flaw(now=NOW + WINDOW) is None


@pytest.mark.parametrize("text", ["", "x", "-1", "1e9", "1" * 13, "١٢٣"])
def test_a_time_that_is_none(text: str) -> None:
    assert flaw_in(["s"], text, "v1=00", BODY, NOW) == Flaw.NO_TIMESTAMP


@pytest.mark.parametrize("text", ["", "v1", "v0=ab", "sha256=ab"])
def test_a_signature_that_is_none(text: str) -> None:
    assert flaw_in(["s"], str(NOW), text, BODY, NOW) == Flaw.NO_SIGNATURE


def test_a_signature_of_strange_characters_is_a_wrong_one() -> None:
    assert flaw(signature="v1=čšž") == Flaw.WRONG_SIGNATURE
