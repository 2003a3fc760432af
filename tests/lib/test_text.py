"""Words as people look for them and sort them."""

from __future__ import annotations

from odziv.lib.text import digits, fold, sort_key


def test_case_accents_and_spaces_do_not_hide_a_name() -> None:
    assert fold("  Žagar   d.o.o. ") == fold("zagar D.O.O.") == "zagar d.o.o."
    assert fold("Đorđe Łukasz Müller") == "dorde lukasz muller"


def test_names_stand_in_alphabetical_order() -> None:
    names = ["Zupan", "Čebela", "cvetko", "Žagar", "Cerar", "Dolenc", "Šega", "Sever", "Étienne", "Erjavec"]
    in_order = ["Cerar", "cvetko", "Čebela", "Dolenc", "Erjavec", "Étienne", "Sever", "Šega", "Zupan", "Žagar"]
    assert sorted(names, key=sort_key) == in_order


def test_a_letter_written_in_two_characters_sorts_as_one() -> None:
    assert sort_key("C\N{COMBINING CARON}ebela") == sort_key("Čebela")


def test_only_the_digits_of_a_number_count() -> None:
    assert digits("+386 (0)1 234-56-78") == "3860" + "12345678"
