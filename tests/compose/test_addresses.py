"""Address lines as people type and paste them (C1, Bad input)."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.compose.addresses import AddressError, Mailbox, clean_name, line_of, parse_line, parse_one


def addresses(text: str) -> list[str]:
    return [mailbox.address for mailbox in parse_line(text).mailboxes]


def test_commas_semicolons_and_lines_part_addresses() -> None:
    assert addresses("a@x.si, b@x.si; c@x.si\nd@x.si\te@x.si") == [f"{letter}@x.si" for letter in "abcde"]


def test_addresses_pasted_with_blanks_between() -> None:
    assert addresses("a@x.si b@x.si  c@x.si") == ["a@x.si", "b@x.si", "c@x.si"]


def test_names_with_commas_quotes_and_brackets() -> None:
    line = parse_line('"Novak, Maja" <maja@x.si>, Jan "Johnny" Kranjc <jan@x.si>, "A \\"B\\" C" <c@x.si>')
    assert line.mailboxes[0] == Mailbox("Novak, Maja", "maja@x.si")
    assert line.mailboxes[2].name == 'A "B" C'
    assert not line.problems


def test_comments_and_groups() -> None:
    assert addresses("maja@x.si (Maja, doma)") == ["maja@x.si"]
    assert addresses("Team: a@x.si, b@y.si; c@z.si") == ["a@x.si", "b@y.si", "c@z.si"]
    assert parse_line("undisclosed-recipients:;") == ([], [])


def test_internationalised_addresses() -> None:
    assert addresses("Špela <špela@čebelar.si>, info@xn--ebelar-h2a.si") == ["špela@čebelar.si", "info@čebelar.si"]


def test_the_same_address_counts_once_whatever_its_case() -> None:
    assert addresses("Maja@X.si, maja@x.SI") == ["Maja@x.si"]


@pytest.mark.parametrize("wrong", ["maja", "maja@", "@x.si", "maja@hrast", "a b@x.si", "a@b@c.si", "<>", "maja@x.si>"])
def test_what_is_no_address_has_a_sentence(wrong: str) -> None:
    line = parse_line(f"{wrong}, jan@x.si")
    assert [mailbox.address for mailbox in line.mailboxes] == ["jan@x.si"]
    assert len(line.problems) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "maja@x.si\r\nBcc: eve@y.si",
        '"Maja\r\nBcc: eve@y.si" <maja@x.si>',
        "<maja@x.si\n>",
        "maja\0@x.si",
        "Bcc:eve@y.si",
    ],
)
def test_no_line_break_gets_into_an_address(hostile: str) -> None:
    line = parse_line(hostile)
    assert line.problems
    assert all("\n" not in str(mailbox) and "eve@y.si" not in mailbox.address for mailbox in line.mailboxes)


def test_one_address_is_one_line() -> None:
    with pytest.raises(AddressError, match="line break"):
        parse_one("maja@x.si\nBcc: eve@y.si")


def test_names_lose_control_and_direction_marks() -> None:
    assert clean_name("Maja\u202e\u0007 \x1b[1mNovak\u2028") == "Maja [1mNovak"


@given(st.text(max_size=300))
def test_any_text_is_read_and_nothing_found_breaks_a_line(text: str) -> None:
    line = parse_line(text)
    for mailbox in line.mailboxes:
        assert not any(character in str(mailbox) for character in "\r\n\0")


@given(
    st.lists(st.builds(Mailbox, st.text(max_size=40).map(clean_name), st.emails(domains=st.just("x.si"))), max_size=5)
)
def test_a_line_is_read_back_as_it_was_made(mailboxes: Any) -> None:
    once = {mailbox.key: mailbox for mailbox in reversed(mailboxes) if parse_line(mailbox.address).mailboxes}
    kept = [mailbox for mailbox in mailboxes if once.get(mailbox.key) is mailbox]
    assert [one.name for one in parse_line(line_of(kept)).mailboxes] == [one.name for one in kept]


@pytest.mark.parametrize("piece", ['"', "(", "a:", "a ", "<", "a@b.si ", "x(", "a:,", "\\", '"<'])
def test_a_hostile_line_takes_no_time(piece: str) -> None:
    start = time.process_time()
    parse_line(piece * 60_000)
    assert time.process_time() - start < 2
