"""The evidence for where a recipient is, the strongest first (D2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from odziv.advise.whereabouts import Evidence, whereabouts
from odziv.models import Account, Contact, Record
from odziv.records.saving import Postal, Reach, save
from tests.support.cast import Cast

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def stored(cast: Cast, record: Record, city: str = "", country: str = "", phone: str = "") -> Record:
    record.organisation, record.owner = cast.lipa, cast.ana
    phones, places = [("work", phone)] if phone else [], [Postal(city=city, country=country)] if country else []
    return save(record, Reach([], phones, places), user=cast.ana, now=NOW)


@pytest.fixture
def tokyo(cast: Cast) -> Record:
    return stored(cast, Account(name="Sakura"), "Tokyo", "JP")


def test_what_somebody_chose_on_the_record_comes_first(cast: Cast, tokyo: Record) -> None:
    maja = Contact(name="Maja", account=tokyo, time_zone="Europe/Ljubljana")
    found = whereabouts(stored(cast, maja, "Paris", "FR", "+1 212 736 5000"), NOW)
    assert found is not None
    assert (found.zone.key, found.evidence) == ("Europe/Ljubljana", Evidence.SET)


def test_then_her_address_then_her_number_then_her_account(cast: Cast, tokyo: Record) -> None:
    by_address = whereabouts(stored(cast, Contact(name="A", account=tokyo), "Paris", "FR", "+1 212 736 5000"), NOW)
    by_phone = whereabouts(stored(cast, Contact(name="B", account=tokyo), phone="+1 212 736 5000"), NOW)
    by_account = whereabouts(stored(cast, Contact(name="C", account=tokyo)), NOW)
    assert [(one.zone.key, one.evidence, one.detail) for one in (by_address, by_phone, by_account) if one] == [
        ("Europe/Paris", Evidence.ADDRESS, "Paris"),
        ("America/New_York", Evidence.PHONE, "+1 212 736 5000"),
        ("Asia/Tokyo", Evidence.ACCOUNT, "Sakura"),
    ]


def test_without_evidence_there_is_none(cast: Cast) -> None:
    assert whereabouts(stored(cast, Contact(name="Nobody", time_zone="Moon/Crater")), NOW) is None
