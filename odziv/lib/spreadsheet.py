"""Cells of CSV files that spreadsheets open: nothing in them runs, and what was made safe can be read back.

A spreadsheet takes a cell that begins with = + - @, a tab or a carriage return for a formula (CWE-1236), also behind
spaces and quotation marks. An apostrophe before it makes it text. Numbers, and phone numbers in groups of digits, are
left alone: there is nothing in them that could run, and other programs could not use them otherwise.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

BOM = "\ufeff"  # by it Excel knows UTF-8

_RUNS = re.compile(
    r"[\s\"'`\u2018\u2019\u201c\u201d\ufeff\u200b-\u200f\u2060]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\"']*[\t\r]"
)
_HARMLESS = re.compile(r"\+[0-9][0-9 ]*|-[0-9]+([.,][0-9]+)?")


def safe(text: str) -> str:
    """The cell as it may stand in a file."""
    if _RUNS.match(text) and not _HARMLESS.fullmatch(text):
        return f"'{text}"
    return text


def plain(text: str) -> str:
    """What `safe` was made from."""
    return text[1:] if text.startswith("'") and _RUNS.match(text[1:]) else text


def lines(rows: Iterable[Sequence[str]], separator: str) -> str:
    """Rows as the lines of a CSV file (RFC 4180), each cell safe."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(
        [safe(cell.replace("\r\n", "\n")) for cell in row] for row in rows
    )
    return text.getvalue()
