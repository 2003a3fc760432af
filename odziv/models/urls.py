"""Addresses of pages that are of one row."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.urls import get_script_prefix, reverse

_NONE = UUID(int=0)


def url_of(name: str, pk: UUID) -> str:
    """What `reverse(name, args=[pk])` gives: asked once for each name, as a list has a hundred rows that are named."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{pk}{after}"


@lru_cache(maxsize=128)
def _around(name: str, _prefix: str) -> tuple[str, str]:
    before, _row, after = reverse(name, args=[_NONE]).partition(str(_NONE))
    return before, after
