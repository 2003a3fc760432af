"""A beacon of nobody's mail, with which an installation asks its own edge whether it is reached (O6)."""

from __future__ import annotations

from uuid import UUID, uuid4

from odziv.lib.addresses import EdgeAddresses
from odziv.lib.seal import KeyRing

NOBODY = UUID(int=0)
"""Stands in a probe where a beacon names its organisation."""


def probe(base_url: str, keys: KeyRing) -> tuple[UUID, str]:
    """A new probe: by what it is known when it was recorded, and its address."""
    mark = uuid4()
    return mark, EdgeAddresses(base_url, keys, NOBODY, mark).open()
