"""A reply address that names one recipient's copy: `ana+3k…@lipa.example`, written and read with the keys of seals.

The token is base32 in lower case (RFC 4648, 6), since some servers change the case of addresses, and 32 characters
long, since a local part may have 64 (RFC 5321, 4.5.3.1.1):

    key number (1 byte) | AES-256 of the copy's identifier (16 bytes) | the first 3 bytes of an HMAC-SHA-256 of both

The short HMAC turns away what looks like a token by chance. Nobody forges one by guessing: what is opened is one of
2^122 identifiers, and hardly any of them is a copy.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from odziv.lib.seal import KeyRing

LONGEST_LOCAL = 64
_TOKEN = re.compile(r"\+([a-z2-7]{32})@", re.IGNORECASE | re.ASCII)
_CHECK = 3
_MOST = 50


def reply_address(address: str, copy: UUID, keys: KeyRing) -> str:
    """The address with a token for this copy; empty when the local part has no room for one."""
    return with_token(address, reply_token(copy, keys))


def reply_token(copy: UUID, keys: KeyRing) -> str:
    """The token of a copy."""
    number = max(keys.keys)
    closed = bytes((number,)) + _block(keys.keys[number]).encryptor().update(copy.bytes)
    return base64.b32encode(closed + _check(keys.keys[number], closed)).decode().lower()


def with_token(address: str, token: str) -> str:
    """The address with this token; empty when the local part has no room for one."""
    local, _, domain = address.rpartition("@")
    written = f"{local}+{token}"
    fits = local and not local.startswith('"') and len(written.encode()) <= LONGEST_LOCAL
    return f"{written}@{domain}" if fits else ""


def may_have_tokens(text: str) -> bool:
    """Whether something in it is written like one of ours."""
    return bool(_TOKEN.search(text))


def copies_in(texts: Iterable[str], keys: KeyRing) -> list[UUID]:
    """The copies that addresses in these texts name, at most fifty; what is foreign, damaged or forged names none."""
    tokens = [token.upper() for text in texts for token in _TOKEN.findall(text)]
    found = (_opened(token, keys) for token in list(dict.fromkeys(tokens))[:_MOST])
    return [copy for copy in found if copy is not None]


def _opened(token: str, keys: KeyRing) -> UUID | None:
    raw = base64.b32decode(token)
    closed, check = raw[:-_CHECK], raw[-_CHECK:]
    key = keys.keys.get(closed[0])
    if key is None or not hmac.compare_digest(_check(key, closed), check):
        return None
    return UUID(bytes=_block(key).decryptor().update(closed[1:]))


def _block(key: bytes) -> Cipher[modes.ECB]:
    # A single block of a random identifier: the cipher is a permutation of it, and needs no mode.
    return Cipher(algorithms.AES(_derived(key, b"reply address, cipher")), modes.ECB())


def _check(key: bytes, closed: bytes) -> bytes:
    return hmac.digest(_derived(key, b"reply address, check"), closed, "sha256")[:_CHECK]


def _derived(key: bytes, purpose: bytes) -> bytes:
    """A key of its own for each purpose (RFC 5869's expand step, one block)."""
    return hmac.digest(key, purpose + b"\x01", hashlib.sha256)
