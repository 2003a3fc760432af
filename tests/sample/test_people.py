"""The sample company is as large as promised, in the visitor's language, and like every other organisation (O7)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from odziv.models import Record, RecordKind
from odziv.sample.people import found, populate
from tests.support.cast import Cast

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "sl"])
def test_the_company_is_complete(cast: Cast, language: str) -> None:
    staff = found(language)
    kinds = Counter(record.kind for record in populate(staff, Random(20), NOW))
    assert kinds == {
        RecordKind.ACCOUNT: 40,
        RecordKind.CONTACT: 120,
        RecordKind.LEAD: 30,
        RecordKind.OPPORTUNITY: 25,
    }
    records = Record.objects.for_(staff.visitor)
    assert records.count() == 215
    assert not Record.objects.for_(cast.eva).exists()
    assert not records.filter(created_at__gt=NOW).exists()
    people = records.filter(kind__in=[RecordKind.CONTACT, RecordKind.LEAD]).prefetch_related("emails")
    assert len({person.main_email for person in people}) == 150
    assert {person.job_title for person in people} & {"Managing director", "Direktor"} == {
        "Managing director" if language == "en" else "Direktor"
    }


def test_two_sample_companies_can_stand_side_by_side(db: None) -> None:
    first, second = found("en"), found("sl")
    assert first.organisation != second.organisation
    assert first.visitor.is_administrator
    assert not first.visitor.has_usable_password()
