"""Rows of CSV files, good and bad, in bounded memory (R5)."""

from __future__ import annotations

import io
from itertools import islice

import pytest

from odziv.records.importing.faults import FileTrouble, Unreadable
from odziv.records.importing.table import LONGEST, MOST_ROWS, rows


def read(text: str, separator: str = ",") -> list[tuple[int, list[str]]]:
    return [(row.line, row.cells) for row in rows(io.StringIO(text, newline=""), separator)]


def test_lines_are_those_of_the_file() -> None:
    text = '\ufeffa,b\r\n\r\n"two\r\nlines",x\r\n ,\r\nlast,y'
    assert read(text) == [(1, ["a", "b"]), (3, ["two\r\nlines", "x"]), (6, ["last", "y"])]


def test_quotation_marks_within_a_cell_are_forgiven() -> None:
    assert read('a,b\nMaja "Bossy" Novak,"5"" pipe"\n')[1][1] == ['Maja "Bossy" Novak', '5" pipe']


def test_the_line_of_excel_is_passed_over() -> None:
    assert read("sep=;\na;b\n", ";") == [(2, ["a", "b"])]


@pytest.mark.parametrize(
    ("text", "trouble", "what"),
    [
        ('a,b\nx,"never closed\nand on\n', FileTrouble.QUOTE, "2"),
        ('a,b\nx,"' + "on\n" * 3000, FileTrouble.QUOTE, "2"),
        ("a,b\n" + "x" * (LONGEST + 5), FileTrouble.LINE, "2"),
        (",".join(f"c{n}" for n in range(301)), FileTrouble.COLUMNS, "301"),
    ],
)
def test_what_cannot_be_read_says_where(text: str, trouble: FileTrouble, what: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert (refused.value.trouble, refused.value.what) == (trouble, what)


def test_300_columns_are_read_and_empty_ones_behind_do_not_count() -> None:
    assert len(read(",".join(f"c{n}" for n in range(300)) + "," * 50)[0][1]) == 300


def test_too_many_rows_are_not_read_on() -> None:
    class Endless(io.StringIO):
        def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
            return "x,y\n"

    with pytest.raises(Unreadable) as refused:
        for _row in islice(rows(Endless(), ","), MOST_ROWS + 5):
            pass
    assert refused.value.trouble == FileTrouble.ROWS
