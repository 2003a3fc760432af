"""What all copies of a message have in common is made once; a copy is that with its own identifiers in it (I4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from odziv.lib.reply_address import reply_token
from odziv.lib.seal import KeyRing, Sealed, Stamp, seal_length
from odziv.lib.stencil import Stencil

# Two sets of 16 characters without a common one, of those that seals and reply tokens are written with. Neither has
# an F: no specimen has a line that begins with "From ", which is encoded.
_ALPHABETS = ("abcdefghijklm234", "nopqrstuvwxyz567")
_TOKEN = 32


@dataclass
class Specimen:
    """Stands in for a key ring and a copy: values as long as real ones, and a list of what each stands for."""

    alphabet: str
    sealed: dict[tuple[int, int, bytes], tuple[Sealed, str]] = field(default_factory=dict)
    token: str = ""

    def seal(self, sealed: Sealed) -> str:
        """What may stand where a seal does; the same for the same, as a seal is."""
        key = (sealed.kind, sealed.ordinal, sealed.tail)
        if key not in self.sealed:
            self.sealed[key] = (sealed, self._text(seal_length(len(sealed.tail))))
        return self.sealed[key][1]

    def reply_token(self) -> str:
        """What may stand where a reply token does."""
        self.token = self.token or self._text(_TOKEN)
        return self.token

    def values(self) -> list[bytes]:
        """All that was given: seals, then perhaps the token."""
        return [text.encode() for _, text in self.sealed.values()] + ([self.token.encode()] if self.token else [])

    def _text(self, length: int) -> str:
        name = f"{len(self.sealed)} {self.token}"
        digits = hashlib.shake_128(name.encode()).hexdigest(length)[:length]
        return digits.translate(str.maketrans("0123456789abcdef", self.alphabet))


@dataclass(frozen=True)
class Copies:
    """Makes the bytes of any copy of a message."""

    _stencil: Stencil
    _stamps: Sequence[Stamp]
    _keys: KeyRing | None  # for the reply token, if there is one

    @classmethod
    def like(cls, make: Callable[[Specimen], bytes], keys: KeyRing) -> Copies | None:
        """From what `make` gives for two specimens; None when that differs in more than identifiers, as base64 does."""
        one, other = (Specimen(alphabet) for alphabet in _ALPHABETS)
        stencil = Stencil.between(make(one), one.values(), make(other), other.values())
        if stencil is None or one.sealed.keys() != other.sealed.keys():
            return None
        return cls(stencil, [keys.stamp(sealed) for sealed, _ in one.sealed.values()], keys if one.token else None)

    def copy(self, delivery: UUID) -> bytes:
        """The copy of one recipient."""
        raw = delivery.bytes
        values = [stamp.seal(raw) for stamp in self._stamps]
        if self._keys is not None:
            values.append(reply_token(delivery, self._keys).encode())
        return self._stencil.fill(values)
