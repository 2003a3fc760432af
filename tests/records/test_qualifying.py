"""A lead becomes a contact, an account and an opportunity, all of it or nothing (R1, R2, L3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from odziv.lib import clock
from odziv.models import (
    Account,
    Activity,
    ConsentSource,
    Contact,
    FollowEmail,
    Lead,
    Opportunity,
    Qualification,
    Record,
    feeds,
)
from odziv.privacy import consent
from odziv.records.matching import match
from odziv.records.qualifying import NewAccount, NewContact, NewOpportunity, NotOpen, qualify, reopen
from odziv.records.saving import Postal, Reach, StaleRecord, save
from tests.models.test_feeds import mail, task
from tests.support.cast import Cast
from tests.web.test_records_lists import add

NOW = clock.now()
DENY, ALLOW = FollowEmail.DO_NOT_ALLOW, FollowEmail.ALLOW


@pytest.fixture
def lead(cast: Cast) -> Record:
    row = Lead(
        organisation=cast.lipa, owner=cast.bor, name="Maja Novak", company="Hrib", job_title="Buyer", language="sl",
        status="open", description="Met at the fair",
    )  # fmt: skip
    reach = Reach(["maja@hrib.example"], [("mobile", "+386 41 1")], [Postal(city="Kranj", country="SI")])
    return save(row, reach, user=cast.ana, now=NOW)


def qualified(lead: Record, cast: Cast, **choice: Any) -> Qualification:
    chosen: dict[str, Any] = {"contact": NewContact("Maja Novak", "Buyer"), "account": None, "opportunity": None}
    return qualify(lead, lead.version, **{**chosen, **choice}, user=cast.ana, now=clock.now())


def test_everything_goes_along(cast: Cast, lead: Record) -> None:
    made = qualified(
        lead, cast, account=NewAccount("Hrib", "Furniture"), opportunity=NewOpportunity("Refit", Decimal(900), "EUR")
    )
    assert made.contact is not None and made.account is not None and made.opportunity is not None
    contact = Record.objects.get(pk=made.contact.pk)
    assert (contact.name, contact.job_title, contact.language, contact.owner) == ("Maja Novak", "Buyer", "sl", cast.bor)
    assert (contact.main_email, contact.main_phone) == ("maja@hrib.example", "+386 41 1")
    assert contact.addresses.get().city == made.account.addresses.get().city == "Kranj"
    assert (contact.account, contact.description) == (made.account, "Met at the fair")
    deal = made.opportunity
    assert (deal.status, deal.amount, deal.primary_contact, deal.account) == (
        "open",
        Decimal(900),
        contact,
        made.account,
    )
    stored = Record.objects.get(pk=lead.pk)
    assert (stored.status, stored.qualified_into, stored.account) == ("qualified", contact, made.account)
    assert match(cast.lipa.pk, ["maja@hrib.example"])["maja@hrib.example"][0] == contact


def test_what_the_lead_has_done_shows_on_contact_and_account(cast: Cast, lead: Record) -> None:
    mail(cast.ana, "Offer", lead)
    task(cast.ana, lead, "Samples")
    made = qualified(lead, cast, account=NewAccount("Hrib"))
    for record in (lead, made.contact, made.account):
        assert record is not None
        assert {row.subject for row in feeds.page(record, cast.bor).rows} == {"Offer", "Samples"}


def test_a_refusal_and_its_history_go_along_and_stay_one(cast: Cast, lead: Record) -> None:
    consent.change(lead, DENY, source=ConsentSource.RECIPIENT, user=None, now=NOW)
    contact = qualified(lead, cast).contact
    assert contact is not None
    assert not Record.objects.get(pk=contact.pk).allows_following
    sources = set(contact.consent_history.values_list("source", flat=True))
    assert sources == {ConsentSource.RECIPIENT, ConsentSource.LEAD}
    contact.refresh_from_db()
    consent.change(contact, ALLOW, source=ConsentSource.RECORD, user=cast.ana, now=clock.now())
    assert Record.objects.get(pk=lead.pk).allows_following
    consent.change(Record.objects.get(pk=lead.pk), DENY, source=ConsentSource.RECIPIENT, user=None, now=clock.now())
    assert not Record.objects.get(pk=contact.pk).allows_following


def test_a_contact_that_is_there_keeps_what_it_has_and_gets_what_it_lacks(cast: Cast, lead: Record) -> None:
    company = add(cast.ana, Account(name="Hrib d.o.o."))
    there = add(cast.ana, Contact(name="M. Novak", account=company, job_title="Head"), "Maja@hrib.example", phone="1")
    consent.change(there, DENY, source=ConsentSource.RECORD, user=cast.ana, now=NOW)
    made = qualified(lead, cast, contact=Record.objects.get(pk=there.pk), account=NewAccount("Hrib"))
    stored = Record.objects.get(pk=there.pk)
    assert (made.account, made.made_account, made.made_contact) == (company, False, False)
    assert (stored.name, stored.job_title, stored.language) == ("M. Novak", "Head", "sl")
    assert [email.address for email in stored.emails.all()] == ["Maja@hrib.example"]
    assert [phone.number for phone in stored.phones.all()] == ["1", "+386 41 1"]
    assert not Record.objects.get(pk=lead.pk).allows_following
    assert Record.objects.filter(kind="account").count() == 1


def test_it_happens_once_and_only_to_what_one_has_seen(cast: Cast, lead: Record) -> None:
    with pytest.raises(StaleRecord):
        qualify(lead, lead.version - 1, contact=NewContact("M"), account=None, opportunity=None, user=cast.ana, now=NOW)
    qualified(lead, cast)
    with pytest.raises(NotOpen):
        qualified(Record.objects.get(pk=lead.pk), cast)
    assert Record.objects.filter(kind="contact").count() == 1


def test_when_one_step_fails_nothing_is_left(cast: Cast, lead: Record) -> None:
    foreign = add(cast.eva, Account(name="Foreign"))
    with pytest.raises(Exception, match="Choose one"):
        qualified(lead, cast, account=foreign)
    assert Record.objects.get(pk=lead.pk).status == "open"
    assert not Record.objects.exclude(pk__in=[lead.pk, foreign.pk]).exists()


def test_reopening_at_once_removes_what_was_made(cast: Cast, lead: Record) -> None:
    qualified(lead, cast, account=NewAccount("Hrib"), opportunity=NewOpportunity("Refit"))
    gone = reopen(lead, and_remove=True, user=cast.ana, now=clock.now())
    assert {record.kind for record in gone} == {"contact", "account", "opportunity"}
    stored = Record.objects.get()
    assert (stored.status, stored.qualified_into, stored.account, stored.closed_at) == ("open", None, None, None)
    assert not Qualification.objects.exists()
    qualified(stored, cast)


def test_what_somebody_has_used_since_stays(cast: Cast, lead: Record) -> None:
    made = qualified(lead, cast, account=NewAccount("Hrib"), opportunity=NewOpportunity("Refit"))
    contact = made.contact
    assert contact is not None
    task(cast.bor, contact, "Call")
    gone = reopen(lead, and_remove=True, user=cast.ana, now=clock.now())
    assert [record.name for record in gone] == ["Refit"] and Record.objects.filter(kind="contact").exists()
    assert [row.subject for row in feeds.page(contact, cast.ana).rows] == ["Call"]
    assert not feeds.page(Record.objects.get(pk=lead.pk), cast.ana).rows


def test_reopening_may_leave_everything(cast: Cast, lead: Record) -> None:
    qualified(lead, cast, opportunity=NewOpportunity("Refit"))
    assert reopen(lead, and_remove=False, user=cast.ana, now=clock.now()) == []
    assert Opportunity.objects.exists() and Activity.objects.count() == 0
    with pytest.raises(NotOpen):
        reopen(lead, and_remove=True, user=cast.ana, now=clock.now())
