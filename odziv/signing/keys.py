"""An administrator makes, pastes, switches and removes keys (D5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import IntegrityError, transaction

from odziv.lib.dkim import PrivateKey, generate_ed25519, generate_rsa, key_text, kind_of, public_text
from odziv.lib.mime import MimeError, ascii_domain
from odziv.models import Mailbox, SigningKey, SigningKind, User

_FIRST = "odziv"


class SelectorTaken(Exception):
    """The organisation has a key with this selector for the domain already."""


def add(user: User, domain: str, selector: str, key: PrivateKey, now: datetime) -> SigningKey:
    """Keep a key, switched off. Raises SelectorTaken."""
    row = SigningKey(
        organisation_id=user.organisation_id,
        domain=domain,
        selector=selector,
        kind=kind_of(key),
        public=public_text(key),
        bits=key.key_size if isinstance(key, rsa.RSAPrivateKey) else 0,
        created_by=user,
        created_at=now,
    )
    row.private_text = key_text(key)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise SelectorTaken from error
    return row


def generate(kind: str) -> PrivateKey:
    """A fresh key."""
    return generate_ed25519() if kind == SigningKind.ED25519 else generate_rsa()


def free_selector(user: User, domain: str) -> str:
    """A name that no key of the domain has: odziv1, odziv2 …"""
    taken = set(SigningKey.objects.for_(user).filter(domain=domain).values_list("selector", flat=True))
    return next(name for number in range(1, len(taken) + 2) if (name := f"{_FIRST}{number}") not in taken)


def sending_domains(user: User) -> list[str]:
    """The domains from which the organisation sends, A-labels, in order of the alphabet."""
    return _domains(Mailbox.objects.for_(user).values_list("address", flat=True))


def domain_of(address: str) -> str:
    """The domain of an address in the form of `SigningKey.domain`; empty when it has none."""
    try:
        return ascii_domain(address.rpartition("@")[2]).lower()
    except MimeError:
        return ""


def _domains(addresses: Iterable[str]) -> list[str]:
    return sorted({domain_of(address) for address in addresses} - {""})
