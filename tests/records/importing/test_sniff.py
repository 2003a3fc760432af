"""What a file is, by its first bytes (R5)."""

from __future__ import annotations

import pytest

from odziv.records.importing.faults import FileTrouble, Unreadable
from odziv.records.importing.sniff import Shape, sniff

NAMES = "Ime;Priimek;E-naslov\nČrt;Žagar Kovač;crt@hrib.example\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16-le"), ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"), ("cp1250", "cp1250"),
    ],
)  # fmt: skip
def test_slovenian_names_are_read_in_every_encoding(encoding: str, found: str) -> None:
    shape = sniff(NAMES.encode(encoding))
    assert shape.encoding == found
    assert NAMES.encode(encoding).decode(shape.encoding).removeprefix("\ufeff") == NAMES


def test_western_letters_are_western() -> None:
    assert sniff("Name\nPeña à Ñuñoa\n".encode("cp1252")).encoding == "cp1252"


@pytest.mark.parametrize(("language", "encoding"), [("sl", "cp1250"), ("en", "cp1252")])
def test_where_bytes_say_nothing_the_language_does(language: str, encoding: str) -> None:
    assert sniff(b"Name\nM\xfcller\n", language).encoding == encoding


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b,c\n1,2,3\n", ","), ("a;b;c\n1;2;3\n", ";"), ("a\tb\n1\t2\n", "\t"), ("a|b\n1|2\n", "|"),
        ('"Novak, Maja";b\n', ";"), ("sep=;\na;b\n", ";"), ("E-mail\na@b.example\n", ","),
    ],
)  # fmt: skip
def test_it_finds_what_stands_between_cells(text: str, separator: str) -> None:
    assert sniff(text.encode()).separator == separator


def test_a_first_row_with_an_address_is_no_head() -> None:
    assert sniff(b"Maja,maja@hrib.example\n") == Shape(False, "utf-8", ",", has_head=False)


@pytest.mark.parametrize(
    ("head", "trouble"),
    [
        (b"", FileTrouble.EMPTY), (b"\xef\xbb\xbf \r\n\r\n", FileTrouble.EMPTY),
        (b"PK\x03\x04..[Content_Types].xml", FileTrouble.XLSX), (b"PK\x03\x04 word/", FileTrouble.OTHER),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", FileTrouble.XLS), (b"%PDF-1.7", FileTrouble.OTHER),
        (b"\x89PNG\r\n", FileTrouble.OTHER), (b"  <!doctype html>", FileTrouble.OTHER),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_by_name(head: bytes, trouble: FileTrouble) -> None:
    with pytest.raises(Unreadable) as refused:
        sniff(head)
    assert refused.value.trouble == trouble


def test_cards_are_known_by_their_first_line() -> None:
    assert sniff(b"\xef\xbb\xbf\r\nbegin:vcard\r\n").cards
