"""The lists of the four kinds: search, sort, paging, whose, in a bounded number of queries (R1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from odziv.lib import clock
from odziv.models import Account, Contact, Lead, Opportunity, Record, User
from odziv.records.saving import Reach, save
from tests.support.cast import Cast

HOSTILE = "<img src=x onerror=alert(1)>\"'&"


def add(owner: User, record: Record, *addresses: str, phone: str = "") -> Record:
    record.organisation, record.owner = owner.organisation, owner
    reach = Reach(addresses, [("work", phone)] if phone else [])
    return save(record, reach, user=owner, now=clock.now())


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def names(client: Client, url: str) -> list[str]:
    """The names in the list at that address, from top to bottom."""
    return [record.name for record in client.get(url).context["page"].rows]


def test_search_looks_into_names_companies_addresses_and_numbers(cast: Cast, ana: Client) -> None:
    add(cast.ana, Contact(name="Žiga Čuk"), "ziga@hrib.example", phone="+386 41 555 123")
    add(cast.ana, Contact(name="Maja", job_title="Buyer"), "maja@dolina.example")
    for words in ("ziga cuk", "čuk ŽIGA", "ziga@HRIB", "41555", "041-555".lstrip("0")):
        assert names(ana, f"/contacts/?q={words}") == ["Žiga Čuk"], words
    assert names(ana, "/contacts/?q=buyer") == ["Maja"]
    assert names(ana, "/contacts/?q=nobody") == []


def test_a_percent_sign_stands_for_nothing(cast: Cast, ana: Client) -> None:
    add(cast.ana, Account(name="100% Bio"))
    add(cast.ana, Account(name="1000 Hrib"))
    assert names(ana, "/accounts/?q=100%25+bio") == ["100% Bio"]
    assert names(ana, "/accounts/?q=%25") == []


@pytest.mark.parametrize("sort", ["name", "-name", "account", "-account", "owner", "-owner", "changed", "-changed"])
def test_contacts_sort_by_every_column(cast: Cast, ana: Client, sort: str) -> None:
    for n, owner in enumerate((cast.ana, cast.bor, cast.ana)):
        company = add(owner, Account(name=f"Company {n % 2}")) if n else None
        add(owner, Contact(name=f"Person {n}", account=company))
    listed = names(ana, f"/contacts/?sort={sort}")
    assert sorted(listed) == ["Person 0", "Person 1", "Person 2"]
    if sort.endswith("name"):
        assert listed == sorted(listed, reverse=sort.startswith("-"))


def test_an_unknown_column_and_a_damaged_place_do_no_harm(cast: Cast, ana: Client) -> None:
    add(cast.ana, Contact(name="Maja"))
    assert names(ana, "/contacts/?sort=password&cursor=nonsense") == ["Maja"]


def test_mine_shows_only_my_own(cast: Cast, ana: Client) -> None:
    add(cast.ana, Lead(name="Hers"))
    add(cast.bor, Lead(name="His"))
    assert names(ana, "/leads/?view=mine") == ["Hers"]
    assert names(ana, "/leads/") == ["Hers", "His"]


def test_opportunities_by_status_and_of_one_account(cast: Cast, ana: Client) -> None:
    company = add(cast.ana, Account(name="Hrib"))
    add(cast.ana, Opportunity(name="Refit", status="won", account=company))
    add(cast.ana, Opportunity(name="Desks", status="open"))
    assert names(ana, "/opportunities/?status=won") == ["Refit"]
    assert names(ana, f"/opportunities/?account={company.pk}") == ["Refit"]


def test_pages_lead_on_and_back(cast: Cast, ana: Client) -> None:
    for n in range(120):
        add(cast.ana, Account(name=f"Company {n:03}"))
    first = ana.get("/accounts/").context["page"]
    second = ana.get(f"/accounts/?cursor={first.older}").context["page"]
    assert (first.rows[0].name, len(first.rows), first.newer) == ("Company 000", 50, "")
    assert second.rows[0].name == "Company 050"
    assert names(ana, f"/accounts/?cursor={second.newer}")[0] == "Company 000"


@pytest.mark.parametrize("many", ["accounts", "contacts", "leads", "opportunities"])
def test_a_full_page_costs_no_more_queries_than_a_short_one(
    cast: Cast, ana: Client, many: str, django_assert_max_num_queries: Any
) -> None:
    kind = {"accounts": Account, "contacts": Contact, "leads": Lead, "opportunities": Opportunity}[many]
    company = add(cast.bor, Account(name="Hrib"))
    for n in range(60):
        add(cast.bor, kind(name=f"Row {n}", account=company if many in ("contacts", "opportunities") else None),
            f"row{n}@hrib.example", phone=f"+386 1 {n}00")  # fmt: skip
    # session, user, organisation, choice, saved views, cards, count, keys, rows, e-mails, phones
    with django_assert_max_num_queries(11):
        assert len(names(ana, f"/{many}/")) == 50


def test_hostile_names_show_as_text(cast: Cast, ana: Client) -> None:
    add(cast.ana, Account(name=HOSTILE))
    page = ana.get("/accounts/").content.decode()
    assert escape(HOSTILE) in page and HOSTILE not in page


def test_an_empty_list_leads_on_and_a_filtered_one_back(cast: Cast, ana: Client) -> None:
    assert 'href="/leads/new/"' in ana.get("/leads/").content.decode()
    assert "Show all" in ana.get("/leads/?q=zzz").content.decode()


def test_completion_puts_names_that_begin_so_first(cast: Cast, ana: Client) -> None:
    add(cast.ana, Contact(name="Ana Maj"), "x@hrib.example")
    maja = add(cast.ana, Contact(name="Maja"), "maja@hrib.example")
    add(cast.ana, Account(name="Majer"))
    options = ana.get("/records/search?q=maj&kind=contact").json()["options"]
    assert [option["label"] for option in options] == ["Maja", "Ana Maj"]
    assert options[0] == {
        "value": str(maja.pk), "label": "Maja", "detail": "maja@hrib.example", "note": "Contact", "icon": "users",
    }  # fmt: skip
    assert ana.get("/records/search?q=maja&go=1").json()["options"][0]["value"] == maja.get_absolute_url()
    assert ana.get("/records/search?q=").json() == {"options": []}


def test_the_page_of_the_search_groups_what_it_found(cast: Cast, ana: Client) -> None:
    add(cast.ana, Contact(name="Maja Hrib"))
    add(cast.ana, Account(name="Hrib"))
    groups = ana.get("/search/?q=hrib").context["groups"]
    assert [(group["kind"].kind, len(group["rows"])) for group in groups] == [("account", 1), ("contact", 1)]


def test_whoever_did_not_sign_in_is_led_to_the_log_in_page(client: Client, db: None) -> None:
    assert client.get("/contacts/?q=a").headers["Location"] == "/account/login/?next=/contacts/%3Fq%3Da"


def test_the_first_address_and_number_of_each_are_shown(cast: Cast, ana: Client) -> None:
    add(cast.ana, Contact(name="Maja"), "z-first@hrib.example", "b@hrib.example", phone="+386 41 555 123")
    add(cast.ana, Contact(name="Žiga"))
    page = ana.get("/contacts/").content.decode()
    assert "z-first@hrib.example" in page and "+386 41 555 123" in page and "b@hrib.example" not in page
    assert "None" not in page.partition('id="rows"')[2].partition("</tbody>")[0]
