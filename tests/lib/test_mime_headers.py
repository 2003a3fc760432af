"""Header fields come back from a parser as they went in, whatever is in them (D5)."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odziv.lib.mime import (
    MimeError,
    Person,
    address_header,
    header,
    identifiers,
    parameters,
    unstructured,
    wire_address,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=300)
NAME = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80).map(str.strip)
LOCAL = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,30}", fullmatch=True)


def parsed(raw: bytes) -> AddressHeader:
    value = email.message_from_bytes(raw + b"\r\n", policy=email.policy.default)["To"]
    assert isinstance(value, AddressHeader)
    return value


def decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


def legacy_decoded(raw: bytes) -> str:
    value = email.message_from_bytes(raw + b"\r\n")["Subject"]
    return decoded(re.sub(r"\r\n ", " ", value))


def check_lines(raw: bytes) -> None:
    assert raw.endswith(b"\r\n")
    for line in raw.removesuffix(b"\r\n").split(b"\r\n"):
        assert line.strip() and b"\r" not in line and b"\n" not in line and b"\0" not in line and len(line) <= 998
    assert all(line.startswith(b" ") for line in raw.split(b"\r\n")[1:-1])


@given(TEXT)
def test_a_subject_comes_back(text: str) -> None:
    raw = unstructured("Subject", text)
    check_lines(raw)
    assert raw.isascii()
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))
    assert legacy_decoded(raw) == text


def test_a_plain_subject_stays_readable() -> None:
    assert unstructured("Subject", "Quotation 7 for the new roof") == b"Subject: Quotation 7 for the new roof\r\n"
    assert unstructured("Subject", "Ponudba št. 7") == b"Subject: =?utf-8?q?Ponudba_=C5=A1t=2E_7?=\r\n"


@pytest.mark.parametrize("bad", ["a\nBcc: eve@example.com", "a\rb", "a\0b", "\ud800"])
def test_line_breaks_are_refused_everywhere(bad: str) -> None:
    attempts: list[Callable[[], bytes]] = [
        lambda: unstructured("Subject", bad),
        lambda: address_header("To", [Person(bad, "ana@example.com")]),
        lambda: address_header("To", [Person("Ana", f"ana{bad}@example.com")]),
        lambda: parameters("Content-Disposition", "attachment", {"filename": bad}),
        lambda: identifiers("References", f"<a@b> {bad}"),
    ]
    for make in attempts:
        with pytest.raises(MimeError):
            make()


def test_a_header_object_that_brings_a_line_break_along_is_refused() -> None:
    class Sly(str):
        """Like the classes of email.headerregistry: a str with ideas of its own."""

        def __str__(self) -> str:
            return "innocent"

    with pytest.raises(MimeError):
        unstructured("Subject", Sly("a\nBcc: eve@example.com"))


@given(st.lists(st.tuples(NAME, LOCAL), min_size=1, max_size=8))
def test_addresses_come_back(people: list[tuple[str, str]]) -> None:
    wanted = [Person(name, f"{local}@example.com") for name, local in people]
    raw = address_header("To", wanted)
    check_lines(raw)
    assert raw.isascii()
    found = email.message_from_bytes(raw + b"\r\n")["To"]
    pairs = getaddresses([re.sub(r"\r\n ", " ", found)])
    assert [decoded(name) for name, _ in pairs] == [person.name for person in wanted]
    assert [address for _, address in pairs] == [
        wire_address(person.address).replace('"', "") for person in wanted
    ] or any('"' in wire_address(person.address) for person in wanted)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Maja Novak", b"To: Maja Novak <maja@example.com>\r\n"),
        ("Novak, Maja", b'To: "Novak, Maja" <maja@example.com>\r\n'),
        ('Maja "M" \\', b'To: "Maja \\"M\\" \\\\" <maja@example.com>\r\n'),
        ("", b"To: maja@example.com\r\n"),
        ("=?utf-8?q?x?=", b"To: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?= <maja@example.com>\r\n"),
    ],
)
def test_names_are_quoted_where_needed(name: str, expected: bytes) -> None:
    raw = address_header("To", [Person(name, "maja@example.com")])
    assert raw == expected
    assert parsed(raw).addresses[0].display_name == name


def test_an_international_domain_becomes_a_labels() -> None:
    assert wire_address("info@Čebela.si") == "info@xn--ebela-gya.si"
    assert address_header("To", [Person("", "info@čebela.si")]) == b"To: info@xn--ebela-gya.si\r\n"


def test_an_international_local_part_stands_as_it_is_only_where_the_server_takes_it() -> None:
    people = [Person("Žiga", "žiga@example.com"), Person("", "ana@example.com")]
    raw = address_header("To", people, utf8=True)
    assert "<žiga@example.com>".encode() in raw
    fallback = address_header("To", people)
    assert fallback.isascii()
    groups = parsed(fallback).groups
    assert groups[0].display_name == "Žiga žiga@example.com" and groups[0].addresses == ()
    assert groups[1].addresses[0].addr_spec == "ana@example.com"


@pytest.mark.parametrize(
    "bad", ["", "ana", "@example.com", "ana@", "ana@exa mple.com", "ana@exam\tple", "a" * 300 + "@b.si"]
)
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(MimeError):
        wire_address(bad)


def test_a_local_part_with_a_space_is_quoted() -> None:
    assert wire_address("ana maria@example.com") == '"ana maria"@example.com'
    assert wire_address('"ana maria"@example.com') == '"ana maria"@example.com'
    assert wire_address("a..b@example.com") == '"a..b"@example.com'


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=255))
def test_file_names_come_back(name: str) -> None:
    raw = parameters("Content-Disposition", "attachment", {"filename": name})
    check_lines(raw)
    assert raw.isascii()
    assert email.message_from_bytes(raw + b"\r\n").get_filename() == name.strip()  # the parser strips


def test_two_thousand_recipients_are_folded() -> None:
    raw = address_header("To", [Person(f"Oseba Številka {n}", f"oseba{n}@example.com") for n in range(2000)])
    check_lines(raw)
    assert len(getaddresses([raw.decode().removeprefix("To: ").replace("\r\n", "")])) == 2000


def test_a_word_longer_than_a_line_is_refused() -> None:
    with pytest.raises(MimeError):
        header("X-Long", ["a" * 1000])


def test_identifiers_are_folded_one_by_one() -> None:
    raw = identifiers("References", " ".join(f"<{n:040}@example.com>" for n in range(5)))
    check_lines(raw)
    assert raw.count(b"\r\n") == 5
