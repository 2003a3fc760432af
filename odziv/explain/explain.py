"""`odziv explain WHAT …`: why the product does what it does with one's own data. `KINDS` is the whole list."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

KINDS: Mapping[str, str] = {
    "html": "odziv.explain.html:run",
    "events": "odziv.explain.events:run",
    "mail": "odziv.explain.mail:run",
    "headers": "odziv.explain.headers:run",
    "body": "odziv.explain.body:run",
    "agents": "odziv.explain.agents:run",
}


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv explain`. Raises PlainError."""
    parser = argparse.ArgumentParser(
        prog="odziv explain",
        description="Say what would be followed and why not (html), which events are a person's (events), what kind of "
        "mail came back (mail, headers), what of a reply is its writer's (body), or what program asked (agents).",
    )
    parser.add_argument("what", choices=list(KINDS), help="each knows --help")
    what = parser.parse_args(argv[:1]).what
    module, _, function = KINDS[what].partition(":")
    explain: Callable[[Sequence[str]], int] = getattr(import_module(module), function)
    return explain(argv[1:])
