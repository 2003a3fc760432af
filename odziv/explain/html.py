"""`odziv explain html FILE…`: for each link and image whether it is followed, and if not, why."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from odziv.explain import command
from odziv.explain.document import Document, read
from odziv.instrument import Addresses, sentence
from odziv.lib.plain import PlainError


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv explain html`. Returns 2 when a file could not be read."""
    parser = argparse.ArgumentParser(
        prog="odziv explain html",
        description="Say what would be followed in HTML, text (.txt) and message (.eml) files, and why not.",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="a file, or - for standard input")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each file")
    command.add_options(parser)
    options = parser.parse_args(argv)
    rules = command.rules_from(options)
    addresses, note = command.addresses_from(options)
    status = 0
    for name in options.files:
        try:
            document = read(name, command.read_file(name), rules)
        except PlainError as error:
            sys.stderr.write(f"odziv explain html: {error}\n")
            status = 2
            continue
        lines = [json.dumps(as_json(name, document, addresses))] if options.json else _for_people(name, document)
        command.write("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))
    if not options.json:
        command.write(f"{note}\n".encode())
    return status


def as_json(name: str, document: Document, addresses: Addresses) -> dict[str, Any]:
    """One file as it is shown with `--json`. Reasons are codes, empty for what is followed; a message's links say which
    part they stand in."""
    links = [
        {
            "address": link.address,
            "followed": link.followed,
            "reason": link.reason,
            "redirect": addresses.click(link.ordinal, link.address) if link.followed else None,
        }
        | ({"part": link.part} if document.is_message else {})
        for link in document.links
    ]
    images = [{"source": image.source, "served": image.served, "reason": image.reason} for image in document.images]
    return {"file": name, "beacon": document.beacon, "links": links, "images": images}


def _for_people(name: str, document: Document) -> Iterator[str]:
    followed = sum(link.followed for link in document.links)
    beacon = "a beacon" if document.beacon else "no beacon"
    yield f"{name}: {beacon}, {followed} of {len(document.links)} links followed"
    for link in document.links:
        yield f"  {'+' if link.followed else '-'} {_shown(link.address)}"
        if link.reason:
            yield f"      {sentence(link.reason)}"
    for image in document.images:
        yield f"  {'+' if image.served else '-'} image {_shown(image.source)}: {sentence(image.reason, of='image')}"
    yield ""


def _shown(address: str) -> str:
    """On one line of a terminal: nothing in an address may move its cursor."""
    plain = "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in address)
    return plain if len(plain) <= 200 else f"{plain[:199]}…"
