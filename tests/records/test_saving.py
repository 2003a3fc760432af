"""A record is saved with its addresses, once, and nobody overwrites what they have not seen (R1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from odziv.lib import clock
from odziv.models import Account, Contact, FollowEmail, Opportunity, Record, RecordStatus
from odziv.records.saving import Postal, Reach, StaleRecord, remove, save
from tests.support.cast import Cast


def contact(cast: Cast, name: str = "Maja Novak", *addresses: str) -> Record:
    return save(
        Contact(organisation=cast.lipa, owner=cast.ana, name=name), Reach(addresses), user=cast.ana, now=clock.now()
    )


def test_addresses_keep_their_order_and_stand_once(cast: Cast) -> None:
    maja = contact(cast, "Maja", "b@hrib.example", "a@hrib.example", "B@Hrib.example")
    assert [email.address for email in maja.emails.all()] == ["b@hrib.example", "a@hrib.example"]
    assert maja.main_email == "b@hrib.example"


def test_saving_again_replaces_the_addresses(cast: Cast) -> None:
    maja = contact(cast, "Maja", "a@hrib.example")
    reach = Reach(["c@hrib.example"], [("work", "+386 1 2")], [Postal(city="Kranj", country="SI")])
    save(maja, reach, user=cast.bor, now=clock.now())
    assert [email.address for email in maja.emails.all()] == ["c@hrib.example"]
    assert maja.main_phone == "+386 1 2"
    assert maja.addresses.get().city == "Kranj"


def test_without_addresses_given_they_stay(cast: Cast) -> None:
    maja = contact(cast, "Maja", "a@hrib.example")
    save(maja, None, user=cast.ana, now=clock.now())
    assert maja.main_email == "a@hrib.example"


def test_the_second_writer_is_told(cast: Cast) -> None:
    maja = contact(cast)
    seen_by_bor = Record.objects.get(pk=maja.pk)
    maja.job_title = "Director"
    save(maja, user=cast.ana, now=clock.now())
    seen_by_bor.job_title = "Buyer"
    with pytest.raises(StaleRecord):
        save(seen_by_bor, user=cast.bor, now=clock.now())
    assert Record.objects.get(pk=maja.pk).job_title == "Director"


def test_an_opportunity_gets_its_time_of_closing_and_loses_it_when_opened_again(cast: Cast) -> None:
    now = clock.now()
    deal = Opportunity(organisation=cast.lipa, owner=cast.ana, name="Refit", status=RecordStatus.OPEN)
    save(deal, user=cast.ana, now=now)
    assert deal.closed_at is None
    deal.status = RecordStatus.WON
    save(deal, user=cast.ana, now=now + timedelta(days=1))
    assert deal.closed_at == now + timedelta(days=1)
    deal.description = "More"
    save(deal, user=cast.ana, now=now + timedelta(days=2))
    assert deal.closed_at == now + timedelta(days=1)
    deal.status = RecordStatus.OPEN
    save(deal, user=cast.ana, now=now + timedelta(days=3))
    assert deal.closed_at is None


def test_an_account_of_another_organisation_is_refused(cast: Cast) -> None:
    foreign = save(Account(organisation=cast.hrast, owner=cast.eva, name="Brest"), user=cast.eva, now=clock.now())
    with pytest.raises(ValidationError):
        save(
            Contact(organisation=cast.lipa, owner=cast.ana, name="Maja", account=foreign),
            user=cast.ana,
            now=clock.now(),
        )
    assert not Contact.objects.for_(cast.ana).exists()


def test_a_refusal_at_creation_is_in_the_history(cast: Cast) -> None:
    maja = Contact(organisation=cast.lipa, owner=cast.ana, name="Maja", follow_email=FollowEmail.DO_NOT_ALLOW)
    save(maja, user=cast.ana, now=clock.now())
    entry = maja.consent_history.get()
    assert (entry.follow_email, entry.source, entry.user) == ("deny", "record", cast.ana)
    assert Record.objects.get(pk=maja.pk).follow_email == FollowEmail.DO_NOT_ALLOW


def test_what_is_removed_leaves_its_account_and_opportunities(cast: Cast) -> None:
    maja = contact(cast)
    deal = save(
        Opportunity(organisation=cast.lipa, owner=cast.ana, name="Refit", primary_contact=maja),
        user=cast.ana,
        now=clock.now(),
    )
    assert maja.what_hangs_on_it()["opportunities"] == 1
    remove(maja)
    deal.refresh_from_db()
    assert deal.primary_contact is None
