"""Every list as a file: as the page shows it, safe in spreadsheets, and good to be imported again (R5)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from odziv.lib import clock
from odziv.models import (
    Account,
    Activity,
    Contact,
    Duplicates,
    FollowEmail,
    Lead,
    Message,
    Opportunity,
    Record,
    RecordKind,
    User,
)
from odziv.records.saving import Postal, Reach, reach_of, save
from odziv.web.lists.export import sort_of, unknown_columns
from odziv.web.lists.places import PLACES
from tests.records.importing.files import imported
from tests.support.cast import Cast
from tests.support.templates import template
from tests.web.test_records_lists import add
from tests.web.test_records_pages import write

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def rows(client: Client, url: str, separator: str = ",") -> list[list[str]]:
    answer = client.get(url)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=separator))


def full(cast: Cast) -> Record:
    """A contact of whom everything is known."""
    account = add(cast.ana, Account(name="Hrib d.o.o."), "info@hrib.example")
    maja = Contact(
        organisation=cast.lipa, owner=cast.ana, account=account, name="Maja Novak", job_title="=Buyer", language="sl",
        time_zone="Europe/Ljubljana", description='Two\n"lines"', follow_email=FollowEmail.DO_NOT_ALLOW,
    )  # fmt: skip
    reach = Reach(
        ["maja@hrib.example", "novak@hrib.example"],
        [("work", "+386 1 234 56 78"), ("mobile", "+386-41-234-567"), ("", "01 222")],
        [
            Postal("main", "Slovenska 1", "1000", "Ljubljana", "", "SI"),
            Postal("billing", "Nova 2", "", "Kranj", "", "SI"),
        ],
    )
    return save(maja, reach, user=cast.ana, now=clock.now())


def test_a_list_is_exported_as_it_is_shown(cast: Cast, ana: Client) -> None:
    full(cast)
    add(cast.bor, Contact(name="Ana Kos", job_title="+1+1"), "ana@kos.example", phone="+386 41 1")
    add(cast.bor, Lead(name="Ana Lead"))
    url = "/lists/contacts/export.csv?q=ana&sort=-name&columns=name,job,email,phone,follow"
    assert rows(ana, url) == [
        ["Name", "Job title", "E-mail", "Phone", "Follow email"],
        ["Ana Kos", "'+1+1", "ana@kos.example", "+386 41 1", "Allow"],
    ]
    names = [row[0] for row in rows(ana, "/lists/contacts/export.csv?sort=-name")]
    assert names == ["Name", "Maja Novak", "Ana Kos"]
    assert rows(ana, "/lists/contacts/export.csv?owner=me")[1][0] == "Maja Novak"


def test_an_export_with_everything_comes_back_the_same(cast: Cast, ana: Client) -> None:
    maja = full(cast)
    text = b"".join(ana.get("/lists/contacts/export.csv?all=1"))
    of = imported(cast.dora, text, Duplicates.UPDATE)
    assert (of.known, of.updated, of.rejected, Contact.objects.count()) == (1, 0, 0, 1)
    before, account = reach_of(maja), maja.account
    Record.objects.all().delete()
    of = imported(cast.dora, text)
    again = Contact.objects.get()
    assert reach_of(again) == before and again.account is not None and account is not None
    same = ("name", "job_title", "language", "time_zone", "description", "follow_email", "owner_id")
    assert [getattr(again, name) for name in same] == [getattr(maja, name) for name in same]
    assert again.account.name == account.name


@pytest.mark.parametrize("language", ["en", "sl"])
@pytest.mark.parametrize("kind", [RecordKind.ACCOUNT, RecordKind.CONTACT, RecordKind.LEAD])
def test_an_export_of_a_list_comes_back_without_making_anything_twice(
    cast: Cast, ana: Client, kind: RecordKind, language: str
) -> None:
    User.objects.update(language=language)
    full(cast)
    add(cast.ana, Account(name="Brez naslova"))
    add(cast.ana, Contact(name="Brez Naslova", account=Account.objects.get(name="Hrib d.o.o.")))
    add(cast.ana, Lead(name="Iva Kos", company="Kos", status="open"), phone="041 123")
    add(cast.ana, Lead(name="Jan Kos", company="Kos", status="disqualified"))
    before = Record.objects.count()
    for url in (f"/lists/{kind}s/export.csv", f"/lists/{kind}s/export.csv?all=1"):
        of = imported(cast.dora, b"".join(ana.get(url)), Duplicates.UPDATE, kind)
        assert (of.rejected, of.new, of.updated) == (0, 0, 0)
    assert Record.objects.count() == before


def test_slovenian_spreadsheets_get_semicolons_and_commas_of_numbers(cast: Cast, ana: Client) -> None:
    User.objects.update(language="sl")
    add(cast.ana, Opportunity(name="Prenova", status="open", amount=Decimal("12400.50"), currency="EUR"))
    head, row = rows(ana, "/lists/opportunities/export.csv?columns=name,amount,status", ";")
    assert head == ["Ime", "Znesek", "Valuta", "Stanje"] and row[:3] == ["Prenova", "12400,50", "EUR"]


def test_e_mails_and_tasks_are_exported_with_their_figures(cast: Cast, ana: Client) -> None:
    maja = full(cast)
    write(cast.ana, maja, follow_state="on", opens=3, machine_opens=2, last_opened_at=clock.now())
    head, row = rows(ana, "/lists/activities/export.csv?view=all&columns=subject,regarding,opens,clicks,state")
    assert head == ["Subject", "Regarding", "Opens", "Link clicks", "State"] and row[1:] == [
        "Maja Novak",
        "3",
        "0",
        "Sent",
    ]
    cast.lipa.engagement = False
    cast.lipa.save()
    assert rows(ana, "/lists/activities/export.csv?view=all&columns=subject,opens")[1][1] == ""  # O3
    due = clock.now() - timedelta(days=1)
    Activity.objects.create(organisation=cast.lipa, owner=cast.ana, kind="task", subject="Call", due_at=due)
    assert rows(ana, "/lists/activities/export.csv?view=tasks&columns=subject,state")[1] == ["Call", "Overdue"]


def test_drafts_of_others_are_not_exported(cast: Cast, ana: Client) -> None:
    write(cast.bor, full(cast), state="draft")
    assert Message.objects.count() == 1 and len(rows(ana, "/lists/activities/export.csv?view=drafts")) == 1


def test_every_column_of_every_list_can_be_exported() -> None:
    for place in PLACES.values():
        for view in place.views:
            assert unknown_columns(view.columns, sort_of(place, view)) == set(), view.key


def test_a_long_list_is_exported_whole_and_in_order(cast: Cast, ana: Client) -> None:
    Record.objects.bulk_create(
        Record(organisation=cast.lipa, owner=cast.ana, kind="lead", name=f"Lead {n:05}") for n in range(1203)
    )
    found = [row[0] for row in rows(ana, "/lists/leads/export.csv?columns=name")[1:]]
    assert found == [f"Lead {n:05}" for n in range(1203)]


def test_a_place_that_does_not_exist_is_not_found(cast: Cast, ana: Client) -> None:
    assert ana.get("/lists/nowhere/export.csv").status_code == 404


def test_templates_are_exported_with_their_rates(cast: Cast, ana: Client) -> None:
    template(cast.ana, "=Offer", language="sl", category="Sales", sent=3)
    head, row = rows(ana, "/lists/templates/export.csv?columns=title,language,category,sent")
    assert head == ["Title", "Language", "Category", "E-mails sent"] and row == ["'=Offer", "Slovenian", "Sales", "3"]
