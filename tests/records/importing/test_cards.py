"""Cards of vCard 2.1, 3.0 and 4.0, as phones and programs write them (R5)."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from odziv.records.importing.cards import COLUMNS, Cards
from odziv.records.importing.faults import FileTrouble, Unreadable

OLD = """BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C5=BDagar;=C4=8Crt;;;\r
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C4=8Crt=20=C5=BDagar-Zelo=\r
-Dolgi\r
TEL;CELL:041 234 567\r
TEL;WORK;FAX:01 999 99 99\r
EMAIL;INTERNET:crt@hrib.example\r
PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD\r
 EMAIL:not.this@one.example\r
 AAAA==\r
\r
END:VCARD\r
"""
THREE = """BEGIN:VCARD
VERSION:3.0
FN:Maja Novak
N:Novak;Maja;;dr.;
ORG:Hrib d.o.o.;Prodaja
TITLE:Buyer\\, oak
item1.EMAIL;type=INTERNET;type=pref:maja@hrib.example
EMAIL;TYPE=HOME:maja@doma.example
TEL;TYPE="work,voice":+386 1 234 56 78
TEL;TYPE=HOME:+386 1 111 22 33
ADR;TYPE=WORK:;;Slovenska 1\\, 2. nadstropje;Ljubljana;;1000;Slovenija
ADR;TYPE=HOME:;;Doma 3;Kranj;;4000;Slovenija
NOTE:Two\\nlines\\; and a long
  end
URL:https://hrib.example
END:VCARD
"""
FOUR = """BEGIN:VCARD
VERSION:4.0
FN:Jörg Müller
TEL;VALUE=uri;TYPE="cell":tel:+49-30-123456;ext=5
EMAIL:mailto:joerg@muster.example
ADR;LABEL="Hauptstr. 1: Hinterhof":;;Hauptstr. 1;Berlin;;10115;Germany
LANG:de
TZ:Europe/Berlin
END:VCARD
"""


def read(text: str) -> tuple[list[dict[str, str]], int]:
    cards = Cards(io.StringIO(text, newline=""))
    return [
        {name: cell for name, cell in zip(COLUMNS, row.cells, strict=True) if cell} for row in cards
    ], cards.pictures


def test_version_2_1_with_quoted_printable_and_a_picture() -> None:
    assert read(OLD) == (
        [{"name": "Črt Žagar-Zelo-Dolgi", "email": "crt@hrib.example", "phone_mobile": "041 234 567"}],
        1,
    )


def test_version_3_0_with_everything_twice() -> None:
    [card], _pictures = read(THREE)
    assert card == {
        "name": "Maja Novak", "job_title": "Buyer, oak", "account": "Hrib d.o.o.",
        "email": "maja@hrib.example; maja@doma.example", "phone_work": "+386 1 234 56 78",
        "phone_home": "+386 1 111 22 33", "label_1": "main", "street_1": "Slovenska 1, 2. nadstropje",
        "postal_code_1": "1000", "city_1": "Ljubljana", "country_1": "Slovenija", "label_2": "home",
        "street_2": "Doma 3", "postal_code_2": "4000", "city_2": "Kranj", "country_2": "Slovenija",
        "website": "https://hrib.example", "description": "Two\nlines; and a long end",
    }  # fmt: skip


def test_version_4_0_with_addresses_as_links() -> None:
    [card], _pictures = read(FOUR)
    assert card["phone_mobile"] == "+49-30-123456" and card["email"] == "joerg@muster.example"
    assert (card["street_1"], card["language"], card["time_zone"]) == ("Hauptstr. 1", "de", "Europe/Berlin")


def test_a_name_is_put_together_when_none_is_given_whole() -> None:
    assert read("BEGIN:VCARD\nN:Novak;Maja;Ana;;\nEND:VCARD\n")[0] == [{"name": "Maja Ana Novak"}]


def test_the_card_of_an_agent_is_not_another_person() -> None:
    text = "BEGIN:VCARD\nFN:Maja\nAGENT:\nBEGIN:VCARD\nFN:Agent\nEND:VCARD\nEND:VCARD\nBEGIN:VCARD\nFN:Črt\nEND:VCARD\n"
    assert [card["name"] for card in read(text)[0]] == ["Maja", "Črt"]


@pytest.mark.parametrize(
    ("text", "trouble", "what"),
    [
        ("BEGIN:VCARD\nFN:Maja\nEND:VCARD\nBEGIN:VCARD\nFN:Cut off\n", FileTrouble.CARD, "4"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", FileTrouble.NO_CARDS, ""),
    ],
)
def test_what_is_not_whole_is_refused(text: str, trouble: FileTrouble, what: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert (refused.value.trouble, refused.value.what) == (trouble, what)


@pytest.mark.slow
def test_a_picture_of_megabytes_takes_no_memory() -> None:
    class Picture(io.StringIO):
        left = 200_000
        lines = iter(("END:VCARD\n", "", ""))

        def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
            self.left -= 1
            if self.left > 199_996:
                return ("BEGIN:VCARD\n", "FN:Maja\n", "PHOTO;ENCODING=b:\n")[199_999 - self.left]
            return f" {'A' * 75}\n" if self.left > 0 else next(self.lines)

    tracemalloc.start()
    [row] = Cards(Picture())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert row.cells[0] == "Maja" and peak < 1_000_000
