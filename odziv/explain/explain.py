"""`odziv explain WHAT …`: why the product does what it does with one's own data. `KINDS` is the whole list."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

KINDS: Mapping[str, str] = {
    "html": "odziv.explain.html:run",
    "events": "odziv.explain.events:run",
}


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv explain`. Raises PlainError."""
    parser = argparse.ArgumentParser(
        prog="odziv explain",
        description="Say what would be followed and why not (html), or which events are a person's (events): "
        "odziv explain html FILE… [--json], odziv explain events FILE [--json].",
    )
    parser.add_argument("what", choices=list(KINDS), help="each knows --help")
    what = parser.parse_args(argv[:1]).what
    module, _, function = KINDS[what].partition(":")
    explain: Callable[[Sequence[str]], int] = getattr(import_module(module), function)
    return explain(argv[1:])
