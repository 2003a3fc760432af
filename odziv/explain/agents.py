"""`odziv explain agents FILE`: what each User-Agent says of the program that asked (E4)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from odziv.explain import lines
from odziv.ingest.agents import describe
from odziv.lib.plain import PlainError


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv explain agents`. Raises PlainError when the file cannot be read."""
    parser = argparse.ArgumentParser(
        prog="odziv explain agents",
        description='Say kind, device and client of programs: JSON lines {"ua": "…"} in, one line of JSON each out.',
    )
    parser.add_argument("file", metavar="FILE", help="JSON lines, or - for standard input")
    parser.add_argument("--json", action="store_true", help="as without it")
    return lines.answer(parser.parse_args(argv).file, _described)


def _described(row: Mapping[str, Any]) -> dict[str, Any]:
    text = row.get("ua")
    if text is not None and not isinstance(text, str):
        raise PlainError('its "ua" is no text.')
    agent = describe(text or "")
    return {"kind": agent.kind, "device": agent.device, "client": agent.client}
