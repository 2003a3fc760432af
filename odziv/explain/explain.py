"""`odziv explain WHAT …`: why the product does what it does with one's own data."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from odziv.explain import html


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv explain`; `html` is the one thing that can be explained. Raises PlainError."""
    parser = argparse.ArgumentParser(
        prog="odziv explain", description="Say what would be followed, and why not: odziv explain html FILE… [--json]."
    )
    parser.add_argument("what", choices=["html"], help="each knows --help")
    parser.parse_args(argv[:1])
    return html.run(argv[1:])
