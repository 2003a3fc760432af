"""The page on which a lead becomes a contact, an account and an opportunity (R1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from odziv.models import Account, Contact, Lead, Qualification, Record
from tests.support.cast import Cast
from tests.web.test_records_lists import HOSTILE, add


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


@pytest.fixture
def lead(cast: Cast) -> Record:
    return add(cast.bor, Lead(name="Maja Novak", company="Hrib", status="open"), "maja@hrib.example")


def typed(lead: Record, **choice: str) -> dict[str, str]:
    plain = {"contact": "new", "contact_name": "Maja Novak", "account": "none", "version": str(lead.version)}
    return {**plain, **choice}


def qualify(client: Client, lead: Record, **choice: str) -> Any:
    return client.post(reverse("lead-qualify", args=[lead.pk]), typed(lead, **choice))


def test_the_likely_choices_are_made_already(cast: Cast, ana: Client, lead: Record) -> None:
    company = add(cast.ana, Account(name="HRIB d.o.o."))
    same = add(cast.ana, Contact(name="M. Novak"), "MAJA@hrib.example")
    namesake = add(cast.ana, Contact(name="maja novak"), "other@x.example")
    page = ana.get(reverse("lead-qualify", args=[lead.pk]))
    form = page.context["form"]
    assert page.context["contacts"] == [same, namesake] and page.context["accounts"] == [company]
    assert (form["contact"].value(), form["account"].value()) == (str(same.pk), str(company.pk))


def test_without_likeness_new_ones_are_offered(ana: Client, lead: Record) -> None:
    form = ana.get(reverse("lead-qualify", args=[lead.pk])).context["form"]
    assert (form["contact"].value(), form["account"].value()) == ("new", "new")
    assert (form["contact_name"].value(), form["account_name"].value()) == ("Maja Novak", "Hrib")


def test_all_three_are_made_and_the_lead_says_so(ana: Client, lead: Record) -> None:
    deal = {"make_opportunity": "on", "opportunity_name": "Refit", "opportunity_amount": "12.400,50",
            "opportunity_currency": "EUR", "opportunity_close": "2027-03-01"}  # fmt: skip
    answer = qualify(ana, lead, account="new", account_name="Hrib", **deal)
    made = Qualification.objects.get()
    assert made.opportunity is not None and answer.headers["Location"] == made.opportunity.get_absolute_url()
    assert str(made.opportunity.amount) == "12400.50"
    page = ana.get(lead.get_absolute_url()).content.decode()
    for record in (made.contact, made.account, made.opportunity):
        assert record is not None and record.get_absolute_url() in page
        assert (
            record.kind == "account" or lead.get_absolute_url() in ana.get(record.get_absolute_url()).content.decode()
        )


def test_what_belongs_to_another_way_need_not_be_emptied(ana: Client, lead: Record) -> None:
    answer = qualify(ana, lead, account_website="no address", opportunity_amount="much", other_contact_text="Nobody")
    assert answer.status_code == 302 and Record.objects.filter(kind="contact").count() == 1


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        ({"contact_name": " "}, "contact_name"),
        ({"contact": "other"}, "other_contact"),
        ({"account": "new", "account_name": ""}, "account_name"),
        ({"account": "other", "other_account_text": "Nobody"}, "other_account"),
        ({"make_opportunity": "on", "opportunity_name": ""}, "opportunity_name"),
        ({"make_opportunity": "on", "opportunity_name": "R", "opportunity_amount": "9"}, "opportunity_currency"),
        ({"contact": "whatever"}, "contact"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_made(
    ana: Client, lead: Record, choice: dict[str, str], field: str
) -> None:
    answer = qualify(ana, lead, contact_job_title="Head of everything", **choice)
    assert answer.status_code == 422 and list(answer.context["form"].errors) == [field]
    assert "Head of everything" in answer.content.decode()
    assert Record.objects.count() == 1


def test_a_contact_that_is_here_keeps_its_account(cast: Cast, ana: Client, lead: Record) -> None:
    company = add(cast.ana, Account(name="Dolina"))
    there = add(cast.ana, Contact(name="M. Novak", account=company), "maja@hrib.example")
    qualify(ana, lead, contact=str(there.pk), account="new", account_name="")
    assert Qualification.objects.get().account == company
    assert Record.objects.filter(kind="account").count() == 1


def test_a_lead_that_changed_meanwhile_is_looked_at_once_more(ana: Client, lead: Record) -> None:
    answer = qualify(ana, lead, version="99", contact_name="As typed")
    page = answer.content.decode()
    assert answer.status_code == 422 and "Somebody changed this lead" in page and "As typed" in page
    assert ana.post(reverse("lead-qualify", args=[lead.pk]), {**typed(lead)}).status_code == 302


def test_a_qualified_lead_is_only_read(ana: Client, lead: Record) -> None:
    qualify(ana, lead)
    edit = reverse("lead-edit", args=[lead.pk])
    assert edit not in ana.get(lead.get_absolute_url()).content.decode()
    for answer in (ana.get(edit), ana.post(edit, {"name": "Other"}), ana.get(reverse("lead-qualify", args=[lead.pk]))):
        assert answer.headers["Location"] == lead.get_absolute_url()
    assert Record.objects.get(pk=lead.pk).name == "Maja Novak"


def test_opening_it_again_says_what_goes_and_what_stays(cast: Cast, ana: Client, lead: Record) -> None:
    company = add(cast.ana, Account(name="Dolina"))
    qualify(ana, lead, account="other", other_account_text="Dolina")
    url = reverse("lead-unqualify", args=[lead.pk])
    page = ana.get(url)
    assert [one.kind for one in page.context["unused"]] == ["contact"] and page.context["staying"] == [company]
    ana.post(url)
    assert Record.objects.get(pk=lead.pk).status == "open"
    assert Record.objects.filter(kind="contact").count() == 1  # without its check, nothing is deleted


def test_undo_brings_everything_back(ana: Client, lead: Record) -> None:
    qualify(ana, lead, make_opportunity="on", opportunity_name="Refit")
    undo = reverse("lead-undo", args=[lead.pk])
    assert ana.post(undo).status_code == 204
    assert [record.status for record in Record.objects.all()] == ["open"]
    assert ana.post(undo).status_code == 409


def test_hostile_names_are_text(cast: Cast, ana: Client) -> None:
    lead = add(cast.ana, Lead(name=HOSTILE, company=HOSTILE, status="open"), "a@x.example")
    add(cast.ana, Account(name=HOSTILE))
    add(cast.ana, Contact(name=HOSTILE), "a@x.example")
    page = ana.get(reverse("lead-qualify", args=[lead.pk])).content.decode()
    assert HOSTILE not in page and escape(HOSTILE) in page
    qualify(ana, lead, contact_name=HOSTILE)
    for url in (lead.get_absolute_url(), reverse("lead-unqualify", args=[lead.pk])):
        assert HOSTILE not in ana.get(url).content.decode()


def test_the_page_stays_within_its_queries(
    cast: Cast, ana: Client, lead: Record, django_assert_max_num_queries: Any
) -> None:
    for n in range(8):
        add(cast.ana, Account(name=f"Hrib {n}"))
        add(cast.ana, Contact(name="Maja Novak"), f"m{n}@x.example")
    with django_assert_max_num_queries(16):
        ana.get(reverse("lead-qualify", args=[lead.pk]))
