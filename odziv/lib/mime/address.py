"""Addresses as they stand in headers and in the SMTP envelope."""

from __future__ import annotations

import re
from typing import NamedTuple

import idna

_BREAKS = re.compile(r"[\r\n\x00]")
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_DOT_ATOM = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*")
_QUOTED = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"')
_LITERAL = re.compile(r"\[[0-9A-Za-z:.]+\]")
_LONGEST = 254  # RFC 3696 erratum 1690


class MimeError(ValueError):
    """A value that cannot stand in a message; the text says which and why."""


class Person(NamedTuple):
    """A display name, perhaps empty, and an address."""

    name: str
    address: str


def plain(what: str, value: str) -> str:
    """`value` as an exact `str` (never a header object that brings line breaks along).

    Raises MimeError for CR, LF, NUL (RFC 5322, 2.2: a header ends there) and for lone surrogates.
    """
    value = "".join(value)
    if _BREAKS.search(value):
        raise MimeError(f"{what} contains a line break or a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise MimeError(f"{what} contains half a character") from error
    return value


def ascii_domain(domain: str) -> str:
    """The domain in ASCII, with A-labels (RFC 5891, mapped as UTS 46 says). Raises MimeError."""
    if domain.isascii():
        if not re.fullmatch(r"[A-Za-z0-9._-]+", domain) and not _LITERAL.fullmatch(domain):
            raise MimeError(f"{domain!r} is not the name of a mail domain")
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise MimeError(f"{domain!r} is not the name of a mail domain") from error


def needs_utf8(address: str) -> bool:
    """Whether the address works only between servers that offer SMTPUTF8 (RFC 6531): its local part is not ASCII."""
    return not address.rpartition("@")[0].isascii()


def wire_address(address: str) -> str:
    """The address for the envelope and for headers: local part quoted where it must be, domain with A-labels.

    Raises MimeError when it is none.
    """
    local, at, domain = plain("an address", address).strip().rpartition("@")
    if not at or not local or not domain:
        raise MimeError(f"{address!r} is not an e-mail address")
    if not _DOT_ATOM.fullmatch(local) and not _QUOTED.fullmatch(local):
        escaped = re.sub(r'(["\\])', r"\\\1", local)
        local = f'"{escaped}"'
        if not _QUOTED.fullmatch(local):
            raise MimeError(f"{address!r} is not an e-mail address")
    wire = f"{local}@{ascii_domain(domain)}"
    if len(wire.encode()) > _LONGEST:
        raise MimeError(f"the address {address[:40]}… is longer than {_LONGEST} bytes")
    return wire
