"""What signs the mail of a sender, and why nothing does (D5)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from odziv.lib.dkim import KeyRefused, PrivateKey, Signer, load_key, sign
from odziv.models import SecretUnreadable, SigningFault, SigningKey
from odziv.models.secret import decrypt
from odziv.signing.keys import domain_of

log = logging.getLogger("odziv.signing")


class Unsigned(StrEnum):
    """Why mail from a domain leaves without a signature of ours."""

    NO_KEY = "no-key"
    OFF = "off"
    FAULT = "fault"


class Signing:
    """Signs what one sender sends, with the keys as they are when this is made.

    A key that cannot sign stops no mail: what it would have signed leaves without, the key says since when, and the
    health list is red (docs/decisions/dkim.md).
    """

    def __init__(self, organisation_id: UUID, from_address: str, now: datetime) -> None:
        self._now = now
        self._signers: list[tuple[SigningKey, Signer]] = []
        domain = domain_of(from_address)
        for row in SigningKey.objects.signing(organisation_id, domain) if domain else ():
            try:
                self._signers.append((row, Signer(row.domain, row.selector, _private_key(row.secret))))
            except SecretUnreadable:
                self._fails(row, SigningFault.UNREADABLE)
            except KeyRefused:
                self._fails(row, SigningFault.DAMAGED)

    @property
    def selectors(self) -> Sequence[str]:
        """Of the keys that sign."""
        return [row.selector for row, _ in self._signers]

    def sign(self, message: bytes, at: datetime) -> bytes:
        """The message with a signature of each key; `at` is the time that it names. Equal input, equal output."""
        for row, signer in reversed(self._signers):
            try:
                message = sign(message, [signer], int(at.timestamp()))
            except ValueError:
                log.exception("the key %s could not sign", row)
                self._fails(row, SigningFault.DAMAGED)
                continue
            if row.fault:
                row.fault = ""
                SigningKey.objects.note_fault(row.pk, "", self._now)
        return message

    def _fails(self, row: SigningKey, fault: SigningFault) -> None:
        log.error("mail leaves unsigned: the key %s cannot be used (%s)", row, fault)
        SigningKey.objects.note_fault(row.pk, fault.value, self._now)


def unsigned_because(rows: Sequence[SigningKey]) -> Unsigned | None:
    """Why mail from a domain with these keys is not signed; None when it is."""
    working = [row for row in rows if row.on]
    if not working:
        return Unsigned.OFF if rows else Unsigned.NO_KEY
    return Unsigned.FAULT if all(row.fault for row in working) else None


@lru_cache(maxsize=128)
def _private_key(secret: str) -> PrivateKey:
    """Decrypted and parsed once for as long as the process lives. Raises SecretUnreadable, KeyRefused."""
    return load_key(decrypt(secret))
