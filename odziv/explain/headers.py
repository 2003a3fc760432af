"""`odziv explain headers FILE`: what kind of mail each bare set of header fields belongs to, line for line."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from odziv.explain import command, lines, mail
from odziv.lib.plain import PlainError
from odziv.replies.kinds import judge_headers


def run(argv: Sequence[str]) -> int:
    """`argv` is what follows `odziv explain headers`. Raises PlainError when the file cannot be read."""
    parser = argparse.ArgumentParser(
        prog="odziv explain headers",
        description='Judge sets of header fields: JSON lines {"headers": {"Subject": "…", "Precedence": ["…", "…"]}}.',
    )
    parser.add_argument("file", metavar="FILE", help="JSON lines, or - for standard input")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each line, in order")
    options = parser.parse_args(argv)
    if options.json:
        return lines.answer(options.file, lambda row: mail.as_json(judge_headers(_fields(row))))

    def told(row: Mapping[str, Any]) -> dict[str, Any]:
        fields = _fields(row)
        subject = next((value for name, value in fields if name.lower() == "subject"), "no subject")
        command.write("".join(f"{line}\n" for line in mail.for_people(subject[:80], judge_headers(fields))).encode())
        return {}

    return lines.answer(options.file, told, quiet=True)


def _fields(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values; a field that comes more than once has a list of values. Raises PlainError."""
    headers = row.get("headers")
    if not isinstance(headers, dict):
        raise PlainError('it has no object "headers".')
    return [
        (name, " ".join(str(value).split()))
        for name, values in headers.items()
        for value in (values if isinstance(values, list) else [values])
        if value is not None
    ]
