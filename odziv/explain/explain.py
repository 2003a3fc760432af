"""`odziv explain WHAT …`: why the product does what it does with one's own data."""

from __future__ import annotations

from collections.abc import Sequence

from odziv.explain import html
from odziv.lib.plain import PlainError


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv explain`; `html` is the one thing that can be explained. Raises PlainError."""
    if argv[:1] == ["html"]:
        return html.run(argv[1:])
    raise PlainError("say what to explain: odziv explain html FILE… [--json]")
