"""Addresses that a test can read, and the way back from a copy to what it was made of."""

from __future__ import annotations

from uuid import UUID

from odziv.instrument import Rules
from odziv.instrument.plan import Plan
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import FileRef, KeyRing, Kind, Sealed

EDGE = "https://t.example"
RULES = Rules(edge_url=EDGE)
KEYS = KeyRing.new()
ANA = UUID(int=1)
COPY = UUID(int=2)
PICTURE = FileRef("0" * 32 + "/aa/" + "a" * 64, "image/png", "chart.png", 1234)


class Readable:
    """Stands for `EdgeAddresses` where a test wants to see which address stands where."""

    def open(self) -> str:
        return f"{EDGE}/o/BEACON.gif"

    def image(self, ordinal: int, ref: FileRef) -> str:
        return f"{EDGE}/i/{ordinal}"

    def click(self, ordinal: int, address: str) -> str:
        return f"{EDGE}/c/{ordinal}"

    def honeypot(self) -> str:
        return f"{EDGE}/c/HIDDEN"

    def file(self, ordinal: int, ref: FileRef) -> str:
        return f"{EDGE}/a/{ordinal}/{ref.key[-3:]}.pdf"

    def preference(self, language: str, name: str) -> str:
        return f"{EDGE}/p/{language}"


READABLE = Readable()


def real() -> EdgeAddresses:
    """The addresses of one real copy."""
    return EdgeAddresses(EDGE, KEYS, ANA, COPY)


def redirected(redirect: str) -> str:
    """Where the edge sends a browser that asks for this address."""
    sealed = KEYS.open(redirect.removeprefix(f"{EDGE}/c/"))
    assert sealed == Sealed(Kind.CLICK, ANA, COPY, sealed.ordinal, sealed.tail)
    return sealed.tail.decode()


def undone(plan: Plan, copy: str) -> str:
    """The copy with every replacement taken back: must be the body that was planned, character for character."""
    pieces, at = [], 0
    read = 0
    for start, end, new in plan.changes(real()):
        pieces.append(copy[at : at + start - read])
        at += start - read
        assert copy[at : at + len(new)] == new
        pieces.append(plan.source[start:end])
        at += len(new)
        read = end
    return "".join([*pieces, copy[at:]])
