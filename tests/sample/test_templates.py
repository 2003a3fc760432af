"""The sample's templates, and the sales that came of them, are as people make them (O7, T1, T2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random

import pytest

from odziv.compose import drafts
from odziv.compose.templates import insertion
from odziv.lib import clock
from odziv.models import Contact, Message, Opportunity, Record, RecordStatus, Template
from odziv.records.saving import Reach, save
from odziv.sample import templates
from odziv.sample.material import LETTERS, Letter
from odziv.sample.people import Staff, found

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Staff:
    return found("en")


@pytest.fixture
def written(staff: Staff) -> Mapping[Letter, Template]:
    return templates.write_templates(staff, clock.now())


def person(staff: Staff) -> Record:
    maja = Contact(name="Maja Novak", organisation=staff.organisation, owner=staff.visitor, company="Hrast")
    return save(maja, Reach(["maja@hrast.example"]), user=staff.visitor, now=clock.now())


def test_they_are_in_both_languages_and_say_what_the_letters_say(
    staff: Staff, written: Mapping[Letter, Template]
) -> None:
    assert {row.language for row in written.values()} == {"en", "sl"} and len(written) == 8
    letter = next(letter for letter in LETTERS["en"] if letter.title)
    message = drafts.new_draft(staff.visitor, regarding=person(staff))
    done = insertion.insert(message, written[letter], str)
    assert done.missing == () and done.subject == letter.subject.format(company="Hrast")
    assert "Dear Maja Novak," in done.html and letter.paragraphs[0] in done.html
    assert message.attachments.get().followed


def test_a_sale_comes_after_its_letter_and_never_in_the_future(
    staff: Staff, written: Mapping[Letter, Template]
) -> None:
    now, maja = clock.now(), person(staff)
    deal = Opportunity(name="Deal", organisation=staff.organisation, owner=staff.visitor, status=RecordStatus.OPEN)
    deal.primary_contact = maja
    save(deal, Reach(), user=staff.visitor, now=now - timedelta(days=80))
    message = drafts.new_draft(staff.visitor, regarding=maja)
    at = now - timedelta(days=40)
    version = next(iter(written.values())).current
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=at, template_version=version)
    for seed in range(20):
        templates.sell(staff, written, Random(seed), now)
    deal.refresh_from_db()
    assert deal.status == RecordStatus.WON
    assert deal.closed_at is not None and at < deal.closed_at < now
