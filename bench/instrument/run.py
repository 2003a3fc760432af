"""`bin/bench instrument`: processor time to plan a message, and for each copy of it, beside the standard library."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from html.parser import HTMLParser
from statistics import median
from typing import Any
from uuid import UUID, uuid4

from bench.bars import Bar, write_bars
from bench.letter import TEXT, html
from odziv.deliver.specimens import Copies
from odziv.instrument import Notice, Rules, plan_html, plan_text
from odziv.lib.addresses import EdgeAddresses
from odziv.lib.mime import Letter
from odziv.lib.seal import KeyRing, Sealer

_EDGE = "https://e.lipa.example"
_LINK = re.compile(r'href="([^"]+)"')
PLAN, FIRST, LIKE, COPY = "plan HTML and text", "first copy", "what all copies share", "each further copy"
PARSER, BUILT = "html.parser, a look at each tag", "EmailMessage with the links replaced"


def run(argv: Sequence[str]) -> int:
    """Returns 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="bin/bench instrument", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args(argv)
    found = measure(arguments.rounds)
    bars = [
        Bar("plan a message, ms", found[PLAN]["ms"], most=5),
        Bar("each further copy, ms", found[COPY]["ms"], most=0.3),
        Bar("an EmailMessage, times a further copy", found[BUILT]["ms"] / found[COPY]["ms"], least=5),
    ]
    if arguments.json:
        json.dump({"steps": found, "bars": [bar.told() for bar in bars]}, sys.stdout, indent=1)
    else:
        _report(found)
        write_bars(bars)
    return int(not all(bar.holds for bar in bars))


def measure(rounds: int) -> dict[str, Any]:
    """Each step in turns, so that a noisy machine is noisy for all; milliseconds of processor time."""
    source, keys, organisation = html(), KeyRing.new(), uuid4()
    rules, notice = Rules(_EDGE), Notice("sl", "Lipa d.o.o.")

    def planned() -> tuple[Any, Any]:
        body = plan_html(source, rules=rules, notice=notice)
        return body, plan_text(TEXT, rules=rules, first_ordinal=len(body.links), notice=notice)

    body, text = planned()
    letter = Letter("<bench@lipa.example>")

    def assembled(sealer: Sealer, copy: UUID) -> bytes:
        addresses = EdgeAddresses(_EDGE, sealer, organisation, copy)
        return letter.copy([b"Subject: Ponudba\r\n"], text.render(addresses), body.render(addresses))

    def like() -> Copies:
        found = Copies.like(lambda specimen: assembled(specimen, organisation), keys)
        assert found is not None
        return found

    copies = like()
    steps: dict[str, tuple[int, Callable[[], object]]] = {
        PLAN: (20, planned),
        FIRST: (20, lambda: assembled(keys, uuid4())),
        LIKE: (10, like),
        COPY: (500, lambda: copies.copy(uuid4())),
        PARSER: (10, lambda: _looked_at(source)),
        BUILT: (50, lambda: _built(source)),
    }
    spent: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, (times, do) in steps.items():
            begun = time.process_time()
            for _ in range(times):
                do()
            spent[name].append((time.process_time() - begun) / times * 1000)
    return {
        name: {"ms": round(median(one), 3), "range": [round(min(one), 3), round(max(one), 3)]}
        for name, one in spent.items()
    }


def _looked_at(source: str) -> None:
    parser = HTMLParser()
    parser.feed(source)
    parser.close()


def _built(source: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Ponudba"
    message.set_content(TEXT)
    token = uuid4().hex
    message.add_alternative(_LINK.sub(rf'href="{_EDGE}/c/{token}?to=\1"', source), subtype="html")
    return bytes(message)


def _report(found: dict[str, Any]) -> None:
    sys.stdout.write(f"\n{'':40} CPU ms         range\n")
    for name, one in found.items():
        low, high = one["range"]
        sys.stdout.write(f"{name:40} {one['ms']:6.3f} {low:7.3f}–{high:<7.3f}\n")
