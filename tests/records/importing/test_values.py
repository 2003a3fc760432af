"""What a row says of a record, and every way in which it can be wrong (R5, L1)."""

from __future__ import annotations

import pytest

from odziv.models import FollowEmail, RecordKind
from odziv.records.importing.faults import FaultReason
from odziv.records.importing.table import Row
from odziv.records.importing.values import Entry, entry_of, is_address, website
from odziv.records.saving import Postal


def entry(kind: RecordKind = RecordKind.CONTACT, **cells: str) -> Entry:
    return entry_of(Row(2, list(cells.values())), list(cells), kind)


def test_a_row_becomes_a_person() -> None:
    found = entry(
        first_name="Maja", last_name="Novak", email="Maja@Hrib.example; maja@doma.example", phone_mobile="'+386-41-1",
        account="Hrib d.o.o.", street_1="Slovenska 1", country_1="Slovenija", language="slovenščina",
        description="'=1+1",
    )  # fmt: skip
    assert (found.name, found.account, found.faults) == ("Maja Novak", "Hrib d.o.o.", [])
    assert found.emails == ["Maja@Hrib.example", "maja@doma.example"]
    assert found.phones == [("mobile", "+386-41-1")]
    assert found.addresses == [Postal(street="Slovenska 1", country="SI")]
    assert found.texts == {"language": "sl", "description": "=1+1"}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"email": "maja at hrib"}, FaultReason.EMAIL), ({"name": "M", "phone": "n/a"}, FaultReason.PHONE),
        ({"name": "M", "country_1": "Narnia"}, FaultReason.COUNTRY), ({"name": "x" * 201}, FaultReason.LONG),
        ({"name": "M", "language": "Klingon"}, FaultReason.LANGUAGE), ({"job_title": "Buyer"}, FaultReason.NO_NAME),
        ({"name": "M", "time_zone": "Middle Earth"}, FaultReason.ZONE), ({"name": "M\x00"}, FaultReason.NUL),
        ({"name": "M", "website": "javascript:alert(1)"}, FaultReason.WEBSITE),
        ({"name": "M\udc9a"}, FaultReason.BYTES),
        ({"name": "M", "follow_email": "perhaps"}, FaultReason.FOLLOW),
        ({"name": "M", "email": "; ".join(f"a{n}@b.example" for n in range(21))}, FaultReason.MANY),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_a_fault_and_no_guess(cells: dict[str, str], reason: FaultReason) -> None:
    assert [fault.reason for fault in entry(**cells).faults] == [reason]


def test_every_fault_of_a_row_is_named() -> None:
    found = entry(name="M", email="x", country_1="Narnia", phone="-")
    assert {fault.reason for fault in found.faults} == {FaultReason.EMAIL, FaultReason.COUNTRY, FaultReason.PHONE}


def test_a_row_with_more_cells_than_the_head_is_refused() -> None:
    assert entry_of(Row(2, ["Maja", "", "x"]), ["name"], "contact").faults[0].reason == FaultReason.CELLS


@pytest.mark.parametrize(
    ("cells", "follow"),
    [
        ({"follow_email": "Allow"}, FollowEmail.ALLOW), ({"follow_email": "Ne dovoli"}, FollowEmail.DO_NOT_ALLOW),
        ({"follow_email": "Do Not Allow"}, FollowEmail.DO_NOT_ALLOW), ({"opted_out": "TRUE"}, FollowEmail.DO_NOT_ALLOW),
        ({"opted_out": "ne"}, None), ({"follow_email": ""}, None),
        ({"follow_email": "da", "opted_out": "ja"}, FollowEmail.DO_NOT_ALLOW),
    ],
)  # fmt: skip
def test_one_refusal_among_columns_is_a_refusal(cells: dict[str, str], follow: FollowEmail | None) -> None:
    found = entry(name="M", **cells)
    assert not found.faults and found.follow_email == follow


def test_without_a_name_the_company_or_the_address_is_it() -> None:
    assert entry(email="maja@hrib.example").name == "maja@hrib.example"
    assert entry(RecordKind.LEAD, company="Hrib", email="info@hrib.example").name == "Hrib"


def test_an_address_with_its_name_is_read() -> None:
    assert entry(email="Maja Novak <maja@hrib.example>").emails == ["maja@hrib.example"]


@pytest.mark.parametrize("text", ["črt@žaga.example", "a@b.example", "o'neill+x@sub.b.example"])
def test_these_are_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["a@", "@b.example", "a..b@c.example", "a@b@c.example", "a b@c.example"])
def test_these_are_none(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [("hrib.example", "https://hrib.example"), ("http://hrib.example/x", "http://hrib.example/x"), ("hrib", ""),
     ("ftp://hrib.example", ""), ("https://[::1", ""), ("a b.c", "")],
)  # fmt: skip
def test_web_addresses(text: str, address: str) -> None:
    assert website(text) == address
