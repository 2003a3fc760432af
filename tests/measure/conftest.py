"""Each test begins with an empty spool."""

from __future__ import annotations

from tests.support.journal import empty_spool

__all__ = ["empty_spool"]
