"""`odziv explain body FILE…`: what of a bare reply body is its writer's, without quotations and signature (P3)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import PurePath

from odziv.explain import command
from odziv.lib.charset import decoded
from odziv.lib.plain import PlainError
from odziv.replies.kinds import LONGEST, read, visible_text


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv explain body`. Returns 2 when a file could not be read."""
    parser = argparse.ArgumentParser(
        prog="odziv explain body",
        description="Say what is shown of a reply's body: plain text (.txt), HTML (.html) or a message (.eml). "
        "One line of JSON for each file.",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="a file, or - for standard input (plain text)")
    parser.add_argument("--json", action="store_true", help="as without it")
    status = 0
    for name in parser.parse_args(argv).files:
        try:
            data = command.read_file(name, LONGEST)
        except PlainError as error:
            sys.stderr.write(f"odziv explain body: {error}\n")
            status = 2
            continue
        command.write(f"{json.dumps({'file': name, 'visible_text': _visible(name, data)})}\n".encode())
    return status


def _visible(name: str, data: bytes) -> str:
    suffix = PurePath(name).suffix.lower()
    if suffix == ".eml":
        mail = read(data)
        return visible_text(mail.plain, mail.html)
    text = decoded(data).text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return visible_text("", text) if suffix in (".html", ".htm", ".xhtml") else visible_text(text)
