"""The addresses of the edge that stand in a recipient's copy of a message."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from odziv.lib.seal import (
    FileRef,
    Kind,
    Sealed,
    Sealer,
    SealError,
    can_redirect,
    encode_file,
    encode_sender,
    seal_length,
)

MAX_REDIRECT = 1500
"""Longest redirect address, in characters, that mail programs keep reliably (SPEC I2)."""

HONEYPOT_ORDINAL = 2**31 - 1
"""A number that no link of a message has."""

_LONGEST_NAME = 80


def redirect_length(base_url: str, address: str) -> int:
    """Length of the redirect address for `address`, the same for every recipient. Raises UnicodeEncodeError."""
    return len(base_url.rstrip("/")) + len("/c/") + seal_length(len(address.encode()))


@dataclass(frozen=True)
class EdgeAddresses:
    """Makes the addresses for one delivery. Every method raises SealError for what cannot be sealed."""

    base_url: str
    keys: Sealer
    organisation: UUID
    delivery: UUID

    def open(self) -> str:
        """The beacon."""
        return f"{self._base}/o/{self._seal(Kind.OPEN, 0, b'')}.gif"

    def image(self, ordinal: int, ref: FileRef) -> str:
        """An image of the body."""
        return f"{self._base}/i/{self._seal(Kind.IMAGE, ordinal, encode_file(ref))}"

    def click(self, ordinal: int, address: str) -> str:
        """The redirect that gives back `address` byte for byte; see `seal.can_redirect` and `redirect_length`."""
        if not can_redirect(address):
            raise SealError("a redirect could not give this address back byte for byte")
        return f"{self._base}/c/{self._seal(Kind.CLICK, ordinal, address.encode())}"

    def honeypot(self) -> str:
        """A link that nobody can see. It looks like a redirect, so that no scanner leaves it out."""
        return f"{self._base}/c/{self._seal(Kind.HONEYPOT, HONEYPOT_ORDINAL, b'')}"

    def file(self, ordinal: int, ref: FileRef) -> str:
        """The download of a followed attachment. The name at the end is for people; the edge does not read it."""
        return f"{self._base}/a/{self._seal(Kind.FILE, ordinal, encode_file(ref))}/{plain_name(ref.name)}"

    def preference(self, language: str, name: str) -> str:
        """The page on which the recipient says no (L2), in a language, about a sender of that name."""
        return f"{self._base}/p/{self._seal(Kind.PREFERENCE, 0, encode_sender(language, name))}"

    @property
    def _base(self) -> str:
        return self.base_url.rstrip("/")

    def _seal(self, kind: Kind, ordinal: int, tail: bytes) -> str:
        return self.keys.seal(Sealed(kind, self.organisation, self.delivery, ordinal, tail))


def plain_name(name: str) -> str:
    """A file name in letters, digits, `-`, `_` and `.`, for a path: `Ponudba št. 7.pdf` becomes `Ponudba-st.-7.pdf`.

    Never empty, at most 80 characters, and its last character is a letter or digit, so that a program which makes
    links of plain text takes all of it.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    ascii_name = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", ascii_name)
    ending = re.search(r"\.[A-Za-z0-9]{1,11}$", plain)
    suffix = ending[0] if ending else ""
    stem = plain.removesuffix(suffix)[: _LONGEST_NAME - len(suffix)].strip(".-_")
    return f"{stem or 'file'}{suffix}"
