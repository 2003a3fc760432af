"""Saved views and the choice of columns: of each user, of everybody, and never of others (V2, O1, O2)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.html import escape

from odziv.models import Account, Contact, Lead, Opportunity, SavedView, User
from tests.support.cast import Cast
from tests.support.journal import followed_message

pytestmark = pytest.mark.django_db
QUERY = "view=followed&opened=yes&sort=-opens"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ana(cast: Cast) -> Client:
    return signed_in(cast.ana)


def keep(client: Client, name: str = "Hot", query: str = QUERY, place: str = "activities", **more: str) -> Any:
    return client.post(f"/lists/{place}/views/", {"name": name, "query": query, **more})


def menu(client: Client, url: str = "/activities/?view=all") -> list[str]:
    context = client.get(url).context
    return [view.name for view, _url in (*context["saved_own"], *context["saved_shared"])]


def test_a_list_is_kept_under_a_name_and_opens_as_it_was(cast: Cast, ana: Client) -> None:
    answer = keep(ana, query=QUERY + "&columns=subject,opens,sent&cursor=x&nonsense=1")
    view = SavedView.objects.get()
    assert view.query == "view=followed&opened=yes&sort=-opens&columns=subject%2Copens%2Csent"
    address = answer.headers["HX-Redirect"]
    context = ana.get(address).context
    assert [column.key for column in context["columns"]] == ["subject", "opens", "sent"]
    assert (context["saved"], context["saved_changed"]) == (view, False)
    assert ana.get(f"{address}&owner=me").context["saved_changed"]


def test_the_columns_of_now_are_kept_with_it(cast: Cast, ana: Client) -> None:
    ana.post("/lists/activities/columns/", {"query": "view=all", "columns": ["replies", "sent"]})
    keep(ana)
    assert SavedView.objects.get().query.endswith("&columns=subject%2Creplies%2Csent")


def test_a_view_is_its_owners_until_somebody_who_leads_shares_one(cast: Cast, ana: Client) -> None:
    keep(ana, "Hers")
    assert menu(signed_in(cast.cene)) == []
    assert keep(ana, "For all", shared="on").status_code == 403
    keep(signed_in(cast.cene), "Ours", shared="on")
    assert menu(ana) == ["Hers", "Ours"]
    assert menu(signed_in(cast.eva)) == []


def test_who_leads_may_change_what_is_shared_and_others_may_not(cast: Cast, ana: Client) -> None:
    keep(signed_in(cast.cene), "Ours", shared="on")
    url = f"/lists/views/{SavedView.objects.get().pk}/"
    for action in ("", "delete/"):
        assert ana.post(f"{url}{action}", {"name": "Mine"}).status_code == 404
    assert (
        "Delete this view" not in ana.get(f"/activities/?{QUERY}&saved={SavedView.objects.get().pk}").content.decode()
    )
    signed_in(cast.dora).post(url, {"name": "Everybody's", "shared": "on"})
    assert SavedView.objects.get().name == "Everybody's"


@pytest.mark.parametrize("name", ["", "   ", "hot"])
def test_a_name_is_needed_and_only_once(cast: Cast, ana: Client, name: str) -> None:
    keep(ana)
    answer = keep(ana, name)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_changes_are_saved_or_not(cast: Cast, ana: Client) -> None:
    keep(ana)
    view = SavedView.objects.get()
    ana.post(f"/lists/views/{view.pk}/", {"query": "view=all&owner=me"})
    view.refresh_from_db()
    assert view.query.startswith("view=all&owner=me&")
    ana.post(f"/lists/views/{view.pk}/", {"name": "Cold"})
    view.refresh_from_db()
    assert (view.name, view.query[:17]) == ("Cold", "view=all&owner=me")


def test_a_deleted_view_comes_back(cast: Cast, ana: Client) -> None:
    keep(ana)
    view = SavedView.objects.get()
    page = ana.post(f"/lists/views/{view.pk}/delete/", follow=True).content.decode()
    undo = page.split('data-undo="')[1].split('"')[0]
    assert not SavedView.objects.exists()
    assert signed_in(cast.bor).post(undo).status_code == 404
    assert ana.post(undo).status_code == 204
    assert SavedView.objects.get() == view
    assert ana.post(undo).status_code == 404


def test_the_place_opens_with_the_view_of_ones_choice(cast: Cast, ana: Client) -> None:
    keep(ana)
    view = SavedView.objects.get()
    ana.post("/lists/activities/start/", {"saved": str(view.pk), "query": QUERY})
    assert ana.get("/activities/").headers["Location"] == f"/activities/?{view.query}&saved={view.pk}"
    ana.post("/lists/activities/start/", {"view": "tasks", "query": QUERY})
    assert ana.get("/activities/").headers["Location"] == "/activities/?view=tasks&state=open"
    ana.post("/lists/activities/start/", {"query": QUERY})
    assert ana.get("/activities/").status_code == 200
    assert signed_in(cast.bor).get("/activities/").status_code == 200


def test_a_view_that_is_no_longer_shared_opens_nothing_first(cast: Cast, ana: Client) -> None:
    keep(signed_in(cast.cene), "Ours", shared="on")
    view = SavedView.objects.get()
    ana.post("/lists/activities/start/", {"saved": str(view.pk), "query": ""})
    SavedView.objects.update(shared=False)
    assert ana.get("/activities/").status_code == 200


def test_what_a_view_names_and_is_gone_shows_as_gone(cast: Cast, ana: Client) -> None:
    company = Account.objects.create(organisation=cast.lipa, owner=cast.ana, name="Hrib")
    followed_message(cast.ana)
    address = keep(ana, query=f"view=all&regarding={company.pk}").headers["HX-Redirect"]
    company.delete()
    context = ana.get(address).context
    assert [(chip.words, chip.broken) for chip in context["asked"].chips] == [("Regarding: no longer there", True)]
    assert context["page"].rows == []


def test_somebody_elses_view_and_none_at_all_are_the_same(cast: Cast, ana: Client) -> None:
    keep(signed_in(cast.eva), "Secret", shared="on")
    foreign, nowhere = SavedView.objects.get().pk, uuid4()
    pages = [ana.get(f"/activities/?view=all&saved={pk}").content.decode() for pk in (foreign, nowhere)]
    assert "does not exist any more" in pages[0] and "Secret" not in pages[0]
    assert pages[0].count(str(foreign)) == pages[1].count(str(nowhere))


def test_columns_are_chosen_ordered_and_reset(cast: Cast, ana: Client) -> None:
    def heads() -> list[str]:
        return [column.key for column in ana.get("/contacts/?view=all").context["columns"]]

    usual = heads()
    answer = ana.post("/lists/contacts/columns/", {"query": "view=mine", "columns": ["owner", "country", "nonsense"]})
    assert answer.headers["Location"] == "/contacts/?view=mine"
    assert heads() == ["name", "owner", "country"]
    assert [column.key for column in signed_in(cast.bor).get("/contacts/?view=all").context["columns"]] == usual
    ana.post("/lists/contacts/columns/", {"query": "view=all", "columns": ["owner"], "reset": "1"})
    assert heads() == usual


def test_an_address_that_names_its_columns_keeps_on_naming_them(cast: Cast, ana: Client) -> None:
    answer = ana.post("/lists/contacts/columns/", {"query": "view=all&columns=name,owner", "columns": ["phone"]})
    assert answer.headers["Location"] == "/contacts/?view=all&columns=name%2Cphone"
    assert [column.key for column in ana.get("/contacts/?view=all").context["columns"]][1] != "phone"


def test_every_column_of_records_shows(cast: Cast, ana: Client) -> None:
    company = Account.objects.create(organisation=cast.lipa, owner=cast.ana, name="Hrib")
    contact = Contact.objects.create(
        organisation=cast.lipa, owner=cast.ana, name="Maja", account=company, language="sl"
    )
    contact.addresses.create(organisation=cast.lipa, country="AT")
    Lead.objects.create(organisation=cast.lipa, owner=cast.ana, name="Jan", company="Dol", status="open")
    Opportunity.objects.create(organisation=cast.lipa, owner=cast.ana, name="Refit", primary_contact=contact, amount=5)
    for many in ("accounts", "contacts", "leads", "opportunities"):
        columns = ",".join(column.key for column in ana.get(f"/{many}/?view=all").context["view"].columns)
        page = ana.get(f"/{many}/?view=all&columns={columns}").content.decode()
        assert page.count("<th ") == 1 + len(columns.split(","))  # the check boxes
    assert "Austria" in ana.get("/contacts/?view=all&columns=country").content.decode()


def test_hostile_names_of_views_are_inert(cast: Cast, ana: Client) -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    keep(ana, evil)
    answer: HttpResponse = ana.get(f"/activities/?view=all&saved={SavedView.objects.get().pk}")
    assert "<img src=x" not in answer.content.decode()
    assert escape(evil) in answer.content.decode()
