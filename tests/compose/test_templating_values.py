"""What records, users and mailboxes say as values of a template (T1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from odziv.compose import drafts
from odziv.compose.templating.names import VALUES
from odziv.compose.templating.values import of_draft, of_record, values_of
from odziv.models import Opportunity, RecordAddress
from tests.compose.support import account, contact, draft
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(cast: Cast) -> Any:
    lesar = account(cast.ana, "Lesar d.o.o.", "info@lesar.example")
    RecordAddress.objects.create(organisation=cast.lipa, record=lesar, city="Celje")
    maja = contact(cast.ana, "Maja Novak Zajc", "maja@lesar.example", account=lesar)
    return Opportunity.objects.create(
        organisation=cast.lipa, owner=cast.ana, name="Regali", account=lesar, primary_contact=maja,
        amount=Decimal("12400.50"), currency="EUR", estimated_close=date(2026, 3, 1),
    )  # fmt: skip


def test_a_draft_speaks_of_its_first_recipient_and_its_regarding(cast: Cast, deal: Any) -> None:
    message = draft(cast.ana, to="Maja <MAJA@lesar.example>, jan@x.example", regarding=deal)
    subjects = of_draft(message)
    found = values_of(subjects, "en")
    assert subjects.name == "Maja Novak Zajc"
    assert found["recipient"] == {
        "name": "Maja Novak Zajc", "first_name": "Maja", "last_name": "Novak Zajc", "job_title": "", "city": "",
        "company": "Lesar d.o.o.", "email": "MAJA@lesar.example", "phone": "",
    }  # fmt: skip
    assert found["account"]["city"] == "Celje"
    assert found["opportunity"] == {"name": "Regali", "amount": "12,400.50 EUR", "close_date": "1 March 2026"}
    assert found["sender"]["first_name"] == "Ana" and found["sender"]["email"] == "ana@lipa.example"
    assert found["organisation"] == {"name": "Lipa d.o.o."}


def test_money_and_dates_are_written_as_in_the_language_of_the_template(cast: Cast, deal: Any) -> None:
    assert values_of(of_record(cast.ana, deal), "sl")["opportunity"]["amount"] == "12.400,50 EUR"
    assert values_of(of_record(cast.ana, deal), "de")["opportunity"]["close_date"] == "1. März 2026"


def test_a_recipient_who_is_in_no_record_is_known_by_the_address_line(cast: Cast) -> None:
    found = values_of(of_draft(draft(cast.ana, to="Jan Kranjc <jan@x.example>")), "en")
    assert (found["recipient"]["first_name"], found["recipient"]["email"]) == ("Jan", "jan@x.example")
    assert found["account"] == found["opportunity"] == {}


def test_without_a_recipient_the_regarding_speaks(cast: Cast, deal: Any) -> None:
    message = drafts.save(drafts.new_draft(cast.ana, regarding=deal), drafts.DraftFields(to=""))
    assert values_of(of_draft(message), "en")["recipient"]["first_name"] == "Maja"


def test_a_company_has_no_first_name(cast: Cast, deal: Any) -> None:
    found = values_of(of_draft(draft(cast.ana, to="info@lesar.example")), "en")
    assert "first_name" not in found["recipient"]
    assert found["recipient"]["name"] == found["account"]["name"] == "Lesar d.o.o."


def test_there_are_no_values_but_the_named_ones(cast: Cast, deal: Any) -> None:
    for whose, values in values_of(of_record(cast.ana, deal), "en").items():
        assert set(values) <= set(VALUES[whose])


def test_a_foreign_record_with_the_address_says_nothing(cast: Cast) -> None:
    contact(cast.eva, "Skrivni Kupec", "maja@hrast.example")
    assert of_draft(draft(cast.ana, to="maja@hrast.example")).recipient is None
