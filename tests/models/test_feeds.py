"""Which activities show on a record, in which order, and what that costs (R3, R4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from odziv.lib import clock
from odziv.models import Account, Activity, Contact, Lead, Message, Opportunity, Party, Record, User, feeds
from odziv.models.cursors import Place
from odziv.records.saving import remove, save
from tests.support.cast import Cast
from tests.web.test_records_lists import add

NOW = clock.now()


def task(owner: User, about: Record, subject: str, at: datetime = NOW, kind: str = "task") -> Activity:
    return Activity.objects.create(
        organisation=owner.organisation, owner=owner, kind=kind, subject=subject, regarding=about, at=at
    )


def mail(owner: User, subject: str, *parties: Record, at: datetime = NOW, state: str = "sent") -> Message:
    """An e-mail regarding nothing, to the first addresses of these records."""
    activity = Activity.objects.create(
        organisation=owner.organisation, owner=owner, kind="email", subject=subject, at=at
    )
    message = Message.objects.create(
        activity=activity, organisation=owner.organisation, owner=owner, subject=subject, state=state, at=at
    )
    Party.objects.bulk_create(
        Party(organisation=owner.organisation, message=message, role="to", address=record.main_email, record=record)
        for record in parties
    )
    return message


def shown(record: Record, user: User, **choice: Any) -> list[str]:
    return [activity.subject for activity in feeds.page(record, user, **choice).rows]


@pytest.fixture
def hrib(cast: Cast) -> Record:
    return add(cast.ana, Account(name="Hrib"), "info@hrib.example")


@pytest.fixture
def maja(cast: Cast, hrib: Record) -> Record:
    return add(cast.ana, Contact(name="Maja", account=hrib), "maja@hrib.example")


def test_an_activity_shows_on_its_regarding_its_parties_and_the_account_behind(
    cast: Cast, hrib: Record, maja: Record
) -> None:
    deal = add(cast.ana, Opportunity(name="Refit", account=hrib, status="open"))
    jan = add(cast.ana, Contact(name="Jan"), "jan@x.example")
    task(cast.ana, deal, "on the deal", NOW - timedelta(hours=3))
    mail(cast.ana, "to both", maja, jan, at=NOW - timedelta(hours=2))
    mail(cast.ana, "to the company", hrib, at=NOW - timedelta(hours=1))
    task(cast.bor, maja, "on the person", kind="call")
    assert shown(hrib, cast.bor) == ["on the person", "to the company", "to both", "on the deal"]
    assert shown(maja, cast.bor) == ["on the person", "to both"]
    assert shown(jan, cast.bor) == ["to both"]
    assert shown(deal, cast.bor) == ["on the deal"]
    assert shown(hrib, cast.bor, kind="call") == ["on the person"]


def test_each_shows_once_however_many_ways_lead_to_it(cast: Cast, hrib: Record, maja: Record) -> None:
    people = [add(cast.ana, Contact(name=f"P{n}", account=hrib), f"p{n}@hrib.example") for n in range(9)]
    for n in range(5):
        message = mail(cast.ana, f"{n}", hrib, maja, *people, at=NOW + timedelta(hours=n))
        message.activity.regarding = maja
        message.activity.save(update_fields=["regarding"])
    first = feeds.page(hrib, cast.ana, size=3)
    assert [activity.subject for activity in first.rows] == ["4", "3", "2"]
    second = feeds.page(hrib, cast.ana, size=3, cursor=first.older)
    assert ([activity.subject for activity in second.rows], second.older) == (["1", "0"], "")
    assert feeds.page(hrib, cast.ana, size=3, cursor=second.newer).rows == first.rows


def test_drafts_of_others_and_what_is_foreign_are_not_there(cast: Cast, hrib: Record, maja: Record) -> None:
    mail(cast.bor, "his draft", maja, state="draft")
    mail(cast.ana, "her draft", maja, state="draft")
    task(cast.eva, maja, "planted")
    for record in (maja, hrib):
        assert shown(record, cast.ana) == ["her draft"]


def test_a_contact_takes_its_activities_to_its_new_account(cast: Cast, hrib: Record, maja: Record) -> None:
    dolina = add(cast.ana, Account(name="Dolina"))
    mail(cast.ana, "mail", maja)
    task(cast.ana, maja, "task")
    maja.account = dolina
    save(maja, user=cast.ana, now=NOW)
    assert (shown(hrib, cast.ana), len(shown(dolina, cast.ana))) == ([], 2)
    remove(dolina)
    assert Record.objects.get(pk=maja.pk).account is None
    assert len(shown(maja, cast.ana)) == 2


def test_mail_of_a_new_contact_shows_on_its_account_too(cast: Cast, hrib: Record) -> None:
    message = mail(cast.ana, "before", hrib)
    Party.objects.create(organisation=cast.lipa, message=message, role="cc", address="new@y.example")
    dolina = add(cast.ana, Account(name="Dolina"))
    new = add(cast.ana, Contact(name="New", account=dolina), "new@y.example")
    assert shown(new, cast.ana) == shown(dolina, cast.ana) == ["before"]
    twin = add(cast.ana, Contact(name="Twin", account=hrib), "new@y.example")
    remove(new)
    assert (shown(twin, cast.ana), shown(dolina, cast.ana)) == (["before"], [])


def test_what_a_lead_has_shows_on_the_contact_that_it_became(cast: Cast, hrib: Record, maja: Record) -> None:
    lead = add(cast.ana, Lead(name="Maja", qualified_into=maja, account=hrib), "m@x.example")
    mail(cast.ana, "to the lead", lead)
    task(cast.ana, lead, "about the lead", NOW - timedelta(days=1))
    for record in (lead, maja, hrib):
        assert shown(record, cast.ana) == ["to the lead", "about the lead"]


def test_it_stands_where_the_message_stands(cast: Cast, maja: Record) -> None:
    message = mail(cast.ana, "early", maja)
    mail(cast.ana, "late", maja, at=NOW + timedelta(hours=1))
    message.at = message.activity.at = NOW + timedelta(hours=2)
    message.activity.save()
    message.save()
    assert shown(maja, cast.ana) == ["early", "late"]


def test_a_long_feed_costs_as_many_queries_as_a_short_one(
    cast: Cast, hrib: Record, maja: Record, django_assert_max_num_queries: Any
) -> None:
    for n in range(40):
        task(cast.ana, maja, f"{n}", NOW + timedelta(hours=n))
    cursor = ""
    for _page in range(4):
        with django_assert_max_num_queries(2):
            page = feeds.page(hrib, cast.ana, size=12, cursor=cursor)
        cursor = page.older
    assert (len(page.rows), cursor) == (4, "")


def test_the_first_page_and_the_newest_e_mails_are_found_together(
    cast: Cast, hrib: Record, maja: Record, django_assert_max_num_queries: Any
) -> None:
    for n in range(6):
        task(cast.ana, maja, f"task {n}", NOW + timedelta(hours=2 * n))
        mail(cast.ana, f"mail {n}", maja, hrib, at=NOW + timedelta(hours=2 * n + 1))
    mail(cast.bor, "a draft of Bor's", maja, at=NOW + timedelta(hours=50), state="draft")
    mail(cast.eva, "foreign", maja, at=NOW + timedelta(hours=51))
    for record, queries in ((maja, 5), (hrib, 4)):
        with django_assert_max_num_queries(queries):
            page, mails = feeds.opened(record, cast.ana, size=4, e_mails=3)
            subjects = {message.subject for message in mails}
        alone = feeds.page(record, cast.ana, size=4)
        assert ([row.pk for row in page.rows], page.older) == ([row.pk for row in alone.rows], alone.older)
        assert subjects == {"mail 5", "mail 4"}  # the third one is foreign
    whole, _mails = feeds.opened(maja, cast.ana, size=20, e_mails=3)
    assert (len(whole.rows), whole.older) == (12, "")


def test_every_source_walks_an_index_and_sorts_nothing(cast: Cast, hrib: Record, maja: Record) -> None:
    """With 500 contacts and a million messages behind an account, a sort would be the whole page's time."""
    mail(cast.ana, "one", maja)
    place = Place(back=False, values=(NOW, maja.pk))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # few rows: it would rather read the whole table
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    for record in (hrib, maja):
        for source in feeds.sources(record, cast.ana, ""):
            plan = source.ahead(place, back=False)[:31].explain()
            assert "_by_" in plan, plan
            assert "TEMP B-TREE" not in plan and "Sort" not in plan, plan
