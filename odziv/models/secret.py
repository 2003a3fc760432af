"""Passwords at rest."""

from __future__ import annotations

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SecretUnreadable(Exception):
    """A stored password was encrypted with a key that is no longer in keys/secret.json; it has to be entered again."""


@lru_cache(maxsize=1)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Encrypt with the newest key (Fernet: AES-128-CBC and HMAC-SHA256). Empty stays empty."""
    return _cipher(tuple(settings.PASSWORD_KEYS)).encrypt(text.encode()).decode() if text else ""


def decrypt(text: str) -> str:
    """Decrypt what `encrypt` gave, with whichever key it was. Raises `SecretUnreadable`."""
    if not text:
        return ""
    try:
        return _cipher(tuple(settings.PASSWORD_KEYS)).decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable("a stored password cannot be decrypted with the present keys") from error
