"""A recipient says no, once and for good, and exactly the records with the address follow (L2, L3)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from odziv.compose.addresses import Mailbox
from odziv.compose.follow import evaluate
from odziv.models import ConsentEntry, ConsentSource, Contact, FollowEmail, FollowState, Lead, Party, Record, Refusal
from odziv.privacy import consent
from odziv.privacy.refusing import Said, refuse
from tests.deliver.letters import NOW, later, waiting_message
from tests.support.cast import Cast
from tests.web.test_records_lists import add

pytestmark = pytest.mark.django_db


def said(cast: Cast, address: str = "maja@example.com") -> Said:
    message = waiting_message(None, cast.ana, to=[address])
    return Said(cast.lipa.pk, message.deliveries.get().pk, NOW)


def state(cast: Cast, address: str = "maja@example.com") -> FollowState:
    return evaluate(cast.lipa, [Mailbox("", address)]).state


def test_every_record_with_the_address_says_do_not_allow_with_its_history(cast: Cast) -> None:
    maja = add(cast.ana, Contact(name="Maja"), "Maja@Example.com")
    lead = add(cast.bor, Lead(name="M. Novak"), "maja@example.com")
    other = add(cast.ana, Contact(name="Jan"), "jan@example.com")
    foreign = add(cast.eva, Contact(name="Maja"), "maja@example.com")
    assert refuse([said(cast)]) == 1
    found = dict(Record.objects.values_list("pk", "follow_email"))
    assert found[maja.pk] == found[lead.pk] == FollowEmail.DO_NOT_ALLOW
    assert found[other.pk] == found[foreign.pk] == FollowEmail.ALLOW
    entries = ConsentEntry.objects.values_list("record", "follow_email", "source", "user", "at")
    assert set(entries) == {(one.pk, "deny", ConsentSource.RECIPIENT.value, None, NOW) for one in (maja, lead)}
    assert state(cast) == FollowState.BLOCKED


def test_said_twice_changes_nothing_more(cast: Cast) -> None:
    add(cast.ana, Contact(name="Maja"), "maja@example.com")
    once = said(cast)
    refuse([once, once, once._replace(at=later(days=1))])
    assert ConsentEntry.objects.count() == 1


def test_an_address_that_changed_is_still_the_same_person(cast: Cast) -> None:
    maja = add(cast.ana, Contact(name="Maja"), "nova@example.com")
    one = said(cast)
    Party.objects.update(record=maja)
    refuse([one])
    maja.refresh_from_db()
    assert maja.follow_email == FollowEmail.DO_NOT_ALLOW


def test_who_is_in_no_record_is_remembered_and_the_record_takes_it_over(cast: Cast) -> None:
    refuse([said(cast)])
    assert state(cast) == FollowState.BLOCKED and state(cast, "jan@example.com") == FollowState.ON
    check = evaluate(cast.lipa, [Mailbox("", "MAJA@example.com")]).recipients[0]
    assert (check.allowed, check.why) == (False, "refused")
    assert evaluate(cast.hrast, [Mailbox("", "maja@example.com")]).state == FollowState.ON
    maja = add(cast.ana, Contact(name="Maja"), "maja@example.com")
    maja.refresh_from_db()
    assert maja.follow_email == FollowEmail.DO_NOT_ALLOW and not Refusal.objects.exists()
    entry = ConsentEntry.objects.get()
    assert (entry.source, entry.at) == (ConsentSource.RECIPIENT, NOW)
    consent.change(maja, FollowEmail.ALLOW, source=ConsentSource.RECORD, user=cast.ana, now=NOW + timedelta(days=1))
    assert state(cast) == FollowState.ON


@pytest.mark.parametrize("case", ["no-such-copy", "other-organisation"])
def test_a_copy_that_is_not_theirs_refuses_nothing(cast: Cast, case: str) -> None:
    add(cast.ana, Contact(name="Maja"), "maja@example.com")
    add(cast.eva, Contact(name="Maja"), "maja@example.com")
    one = said(cast)
    wrong = one._replace(delivery=uuid4()) if case == "no-such-copy" else one._replace(organisation=cast.hrast.pk)
    assert refuse([wrong]) == 0
    assert not ConsentEntry.objects.exists() and not Refusal.objects.exists()
