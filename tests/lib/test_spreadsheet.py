"""Nothing in an exported cell runs, and reading it back gives what it was (R5)."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.spreadsheet import lines, plain, safe


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", '"=1', "'=1", "\u200b=1", "＝1", "＋1",
        "+386-1-234", "+386 (0)41", "-1-1", "=", "-",
    ],
)  # fmt: skip
def test_what_could_run_becomes_text(text: str) -> None:
    assert safe(text) == f"'{text}" and plain(safe(text)) == text


@pytest.mark.parametrize(
    "text", ["+386 41 234 567", "+38641234567", "-12,50", "-3", "Maja", "O'Neill", "'t Hooft", "a=b"]
)
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert safe(text) == text == plain(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_reading_back_gives_the_same(text: str) -> None:
    assert plain(safe(text)) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00")), min_size=2, max_size=5))
def test_a_line_is_one_row_whatever_stands_in_it(cells: list[str]) -> None:
    text = lines([cells], ";")
    [row] = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert [plain(cell) for cell in row] == cells
