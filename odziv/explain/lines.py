"""JSON lines in and out, for the commands that answer line for line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from odziv.explain import command
from odziv.lib.plain import PlainError


def answer(name: str, one: Callable[[Mapping[str, Any]], dict[str, Any]], *, quiet: bool = False) -> int:
    """Print a line for each line of a file, in its order, with its `id` where it has one. A line that cannot be read
    gets `{"error": …}` in its place, and the status is 2. With `quiet` only errors are printed, `one` writes for
    itself. Raises PlainError when the file cannot be read."""
    status = 0
    for number, row in _rows(name):
        try:
            line = ({"id": row["id"]} if isinstance(row, dict) and "id" in row else {}) | one(_mapping(row))
        except PlainError as error:
            line, status = {"error": f"Line {number}: {error}"}, 2
        if not quiet or "error" in line:
            command.write(f"{json.dumps(line)}\n".encode())
    return status


def _rows(name: str) -> Iterator[tuple[int, Any]]:
    """Each line's value, or an unreadable line itself; a file that is one JSON list is read as its lines."""
    text = command.read_file(name).decode("utf-8-sig", "replace")
    if text.lstrip().startswith("["):
        try:
            yield from enumerate(json.loads(text), 1)
            return
        except (ValueError, RecursionError) as error:
            raise PlainError(f"{name} is not JSON: {error}.") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, line


def _mapping(row: Any) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise PlainError("it is not an object in JSON.")
    return row
