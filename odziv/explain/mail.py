"""`odziv explain mail FILE…`: what kind of mail each file is, whether it counts as a reply, and why (P2)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from odziv.explain import command
from odziv.lib.plain import PlainError
from odziv.replies.kinds import LONGEST, Judgement, judge_bytes
from odziv.replies.kinds.rules import sentence


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv explain mail`. Returns 2 when a file could not be read."""
    parser = argparse.ArgumentParser(
        prog="odziv explain mail",
        description="Say what kind of mail came back: a person's reply, an automatic one, a bounce, a receipt.",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="a message (.eml), or - for standard input")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each file")
    options = parser.parse_args(argv)
    status = 0
    for name in options.files:
        try:
            judged = judge_bytes(command.read_file(name, LONGEST))
        except PlainError as error:
            sys.stderr.write(f"odziv explain mail: {error}\n")
            status = 2
            continue
        lines = [json.dumps({"file": name} | as_json(judged))] if options.json else for_people(name, judged)
        command.write("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))
    return status


def as_json(judged: Judgement) -> dict[str, Any]:
    """A judgement as it is shown with `--json`. No database is asked, so nothing is matched."""
    return {
        "kind": judged.kind,
        "counts_as_reply": judged.counts_as_reply,
        "reasons": list(judged.reasons),
        "failed": judged.failed,
        "severity": judged.severity,
        "status": judged.status,
        "visible_text": judged.visible_text,
        "matched_by": None,
        "away_until": judged.away_until.isoformat() if judged.away_until else None,
    }


def for_people(name: str, judged: Judgement) -> Iterator[str]:
    """A few lines for the terminal."""
    counts = "counts as a reply" if judged.counts_as_reply else "does not count as a reply"
    yield f"{name}: {judged.kind}, {counts}"
    yield from (f"  {sentence(code)}" for code in judged.reasons)
    for failure in judged.failures:
        told = ", ".join(filter(None, (failure.severity, failure.reason, failure.status)))
        yield f"  {_shown(failure.address)}: {told}"
    if judged.away_until:
        yield f"  Away until {judged.away_until.isoformat()}"
    yield from (f"  | {_shown(line)}" for line in judged.visible_text.split("\n")[:20] if judged.counts_as_reply)


def _shown(text: str) -> str:
    """On one line of a terminal: nothing in a message may move its cursor."""
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text[:200])
