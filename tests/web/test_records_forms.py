"""Making and changing records in their forms; what was typed is never lost (R1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from odziv.models import Account, Contact, Opportunity, Record
from odziv.web.forms.fields import amount_of
from tests.support.cast import Cast
from tests.web.test_records_lists import add

ROWS: dict[str, str] = {
    f"{rows}-{name}": "0" for rows in ("emails", "phones", "addresses") for name in ("TOTAL_FORMS", "INITIAL_FORMS")
}


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def typed(cast: Cast, **fields: str) -> dict[str, str]:
    return {**ROWS, "name": "Maja Novak", "owner": str(cast.ana.pk), "follow_email": "allow", **fields}


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return answer.context["form"].errors


def test_a_contact_with_two_addresses_a_number_and_a_place(cast: Cast, ana: Client) -> None:
    company = add(cast.ana, Account(name="Hrib"))
    rows = {
        "emails-TOTAL_FORMS": "4", "emails-0-address": "maja@hrib.example", "emails-2-address": "čebela@žalec.example",
        "phones-TOTAL_FORMS": "2", "phones-0-label": "mobile", "phones-0-number": "+386 41 234 567",
        "phones-1-label": "work", "phones-1-number": "", "addresses-TOTAL_FORMS": "1", "addresses-0-label": "main",
        "addresses-0-street": "Cesta 1", "addresses-0-city": "Kranj", "addresses-0-country": "SI",
    }  # fmt: skip
    answer = ana.post(
        "/contacts/new/",
        typed(cast, account=str(company.pk), account_text="Hrib", language="sl", time_zone="Europe/Ljubljana", **rows),
    )
    maja = Record.objects.get(name="Maja Novak")
    assert answer.headers["Location"] == maja.get_absolute_url()
    assert [email.address for email in maja.emails.all()] == ["maja@hrib.example", "čebela@žalec.example"]
    assert [(phone.label, phone.digits) for phone in maja.phones.all()] == [("mobile", "38641234567")]
    assert maja.addresses.get().country == "SI" and maja.account == company and maja.language == "sl"


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(cast: Cast, ana: Client) -> None:
    wrong = {"emails-TOTAL_FORMS": "1", "emails-0-address": "maja@", "phones-TOTAL_FORMS": "1", "phones-0-number": "a"}
    answer = ana.post("/contacts/new/", typed(cast, name="", job_title="Buyer", **wrong))
    assert "name" in errors(answer)
    page = answer.content.decode()
    assert "This is not an e-mail address" in page and 'value="maja@"' in page and 'value="Buyer"' in page
    assert not Record.objects.exists()


def test_one_more_row_without_scripts(cast: Cast, ana: Client) -> None:
    answer = ana.post("/contacts/new/", typed(cast, more="phones", job_title="Buyer"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'name="phones-0-number"' in page and 'name="phones-1-number"' not in page and 'value="Buyer"' in page
    assert not Record.objects.exists()


def test_a_row_emptied_or_taken_away_is_gone(cast: Cast, ana: Client) -> None:
    maja = add(cast.ana, Contact(name="Maja"), "a@hrib.example", "b@hrib.example", "c@hrib.example")
    rows = {
        "emails-TOTAL_FORMS": "3",
        "emails-INITIAL_FORMS": "3",
        "emails-0-address": "",
        "emails-2-address": "c@x.si",
    }
    ana.post(reverse("contact-edit", args=[maja.pk]), typed(cast, version=str(maja.version), **rows))
    assert [email.address for email in maja.emails.all()] == ["c@x.si"]


def test_more_than_twenty_rows_are_too_many(cast: Cast, ana: Client) -> None:
    rows = {f"emails-{n}-address": f"a{n}@hrib.example" for n in range(25)}
    assert ana.post("/contacts/new/", typed(cast, **{**rows, "emails-TOTAL_FORMS": "25"})).status_code == 422


def test_an_account_may_be_typed_by_name(cast: Cast, ana: Client) -> None:
    company = add(cast.ana, Account(name="Žaga Hrib"))
    ana.post("/contacts/new/", typed(cast, account="", account_text="žaga hrib"))
    assert Record.objects.get(kind="contact").account == company
    assert "account" in errors(ana.post("/contacts/new/", typed(cast, account_text="Nobody")))
    add(cast.ana, Account(name="Žaga Hrib"))
    assert "Several" in errors(ana.post("/contacts/new/", typed(cast, account_text="Žaga Hrib")))["account"][0]


def test_an_emptied_account_is_no_account(cast: Cast, ana: Client) -> None:
    company = add(cast.ana, Account(name="Hrib"))
    maja = add(cast.ana, Contact(name="Maja", account=company))
    ana.post(
        reverse("contact-edit", args=[maja.pk]),
        typed(cast, version=str(maja.version), account=str(company.pk), account_text=""),
    )
    maja.refresh_from_db()
    assert maja.account is None


def test_an_opportunity_with_amount_currency_and_day(cast: Cast, ana: Client) -> None:
    fields = {
        "name": "Refit",
        "amount": "12,400.50",
        "currency": "EUR",
        "estimated_close": "2027-03-01",
        "status": "won",
    }
    ana.post("/opportunities/new/", typed(cast, **fields))
    deal = Opportunity.objects.for_(cast.ana).get()
    assert (deal.amount, deal.currency, deal.status) == (Decimal("12400.50"), "EUR", "won")
    assert deal.closed_at is not None and str(deal.estimated_close) == "2027-03-01"
    assert "currency" in errors(ana.post("/opportunities/new/", typed(cast, **{**fields, "currency": ""})))


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("en", "12400", "12400"), ("en", "12,400", "12400"), ("en", "12,400.50", "12400.50"), ("en", "0.5", "0.5"),
        ("sl", "12.400", "12400"), ("sl", "12.400,50", "12400.50"), ("sl", "12,5", "12.5"), ("sl", "12.5", "12.5"),
        ("en", "1,234,567", "1234567"), ("sl", "1.234.567,8", "1234567.8"), ("en", "12 400", "12400"),
        ("sl", "12\N{NO-BREAK SPACE}400,00", "12400"), ("en", "12'400.00", "12400"), ("en", "-5", "-5"),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(language: str, text: str, amount: str) -> None:
    with translation.override(language):
        assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["a lot", "1.2.3,4,5", "1e9999", "NaN", "12.345678", "9" * 20])
def test_what_is_no_amount_is_said(cast: Cast, ana: Client, text: str) -> None:
    answer = ana.post("/opportunities/new/", typed(cast, status="open", amount=text, currency="EUR"))
    assert "amount" in errors(answer)


def test_a_new_lead_is_open(cast: Cast, ana: Client) -> None:
    ana.post("/leads/new/", typed(cast))
    assert Record.objects.get().status == "open"


def test_a_record_of_an_account_is_begun_with_it(cast: Cast, ana: Client) -> None:
    company = add(cast.ana, Account(name="Hrib"))
    maja = add(cast.ana, Contact(name="Maja", account=company))
    page = ana.get(f"/opportunities/new/?contact={maja.pk}").content.decode()
    assert 'value="Maja"' in page and 'value="Hrib"' in page


def test_an_address_that_others_have_is_a_hint_not_an_error(cast: Cast, ana: Client) -> None:
    other = add(cast.ana, Contact(name="Other"), "maja@hrib.example")
    hint = ana.get("/records/duplicates?emails-3-address=MAJA@hrib.example").content.decode()
    assert other.get_absolute_url() in hint
    assert ana.get(f"/records/duplicates?record={other.pk}&address=maja@hrib.example").content.strip() == b""
    rows = {"emails-TOTAL_FORMS": "1", "emails-0-address": "maja@hrib.example"}
    answer = ana.post("/contacts/new/", typed(cast, **rows), follow=True)
    assert "is also on" in answer.content.decode()


def test_a_line_break_in_a_name_or_a_nul_is_refused(cast: Cast, ana: Client) -> None:
    assert "name" in errors(ana.post("/contacts/new/", typed(cast, name="Maja\x00")))


def test_a_form_that_was_tampered_with_is_no_server_error(cast: Cast, ana: Client) -> None:
    maja = add(cast.ana, Contact(name="Maja"))
    url = reverse("contact-edit", args=[maja.pk])
    assert ana.post(url, {"name": "Maja"}).status_code == 422
    assert ana.post(url, {**typed(cast, version="x"), "emails-TOTAL_FORMS": "many"}).status_code == 422
    assert (
        ana.post("/contacts/new/", {**typed(cast), "more": "emails", "emails-TOTAL_FORMS": "99999"}).status_code == 200
    )
