"""Follow email and its history (R2, L3)."""

from __future__ import annotations

import pytest

from odziv.lib import clock
from odziv.models import ConsentEntry, ConsentSource, Contact, FollowEmail, Opportunity, Record
from odziv.privacy import consent
from odziv.records.saving import StaleRecord, save
from tests.support.cast import Cast


@pytest.fixture
def maja(cast: Cast) -> Record:
    return save(Contact(organisation=cast.lipa, owner=cast.ana, name="Maja"), user=cast.ana, now=clock.now())


def deny(maja: Record, cast: Cast) -> ConsentEntry | None:
    return consent.change(maja, FollowEmail.DO_NOT_ALLOW, source=ConsentSource.RECORD, user=cast.bor, now=clock.now())


def test_a_change_is_kept_with_time_source_and_who(cast: Cast, maja: Record) -> None:
    deny(maja, cast)
    entry = maja.consent_history.get()
    assert (entry.follow_email, entry.source, entry.user) == ("deny", "record", cast.bor)
    assert not Record.objects.get(pk=maja.pk).allows_following


def test_saying_the_same_again_changes_nothing(cast: Cast, maja: Record) -> None:
    deny(maja, cast)
    assert deny(maja, cast) is None
    assert maja.consent_history.count() == 1


def test_whoever_has_the_record_open_cannot_overwrite_a_refusal(cast: Cast, maja: Record) -> None:
    seen = Record.objects.get(pk=maja.pk)
    deny(maja, cast)
    with pytest.raises(StaleRecord):
        save(seen, user=cast.ana, now=clock.now())


def test_the_recipient_needs_no_user(cast: Cast, maja: Record) -> None:
    entry = consent.change(maja, FollowEmail.DO_NOT_ALLOW, source=ConsentSource.RECIPIENT, user=None, now=clock.now())
    assert entry is not None and entry.user is None


def test_an_opportunity_has_no_preference(cast: Cast) -> None:
    deal = save(Opportunity(organisation=cast.lipa, owner=cast.ana, name="Refit"), user=cast.ana, now=clock.now())
    with pytest.raises(ValueError):
        deny(deal, cast)
