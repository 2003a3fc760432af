"""Whom an e-mail address belongs to (F5, R4)."""

from __future__ import annotations

from odziv.lib import clock
from odziv.models import (
    Account,
    Activity,
    ActivityKind,
    Contact,
    FollowEmail,
    Lead,
    Message,
    MessageState,
    Party,
    PartyRole,
    Record,
    feeds,
)
from odziv.records.matching import match
from odziv.records.saving import Reach, remove, save
from tests.support.cast import Cast


def add(cast: Cast, record: Record, *addresses: str) -> Record:
    record.organisation, record.owner = cast.lipa, cast.ana
    return save(record, Reach(addresses), user=cast.ana, now=clock.now())


def written_to(cast: Cast, address: str, record: Record | None = None) -> Party:
    activity = Activity.objects.create(
        organisation=cast.lipa, owner=cast.ana, kind=ActivityKind.EMAIL, subject="Offer", regarding=None
    )
    message = Message.objects.create(
        activity=activity, organisation=cast.lipa, owner=cast.ana, state=MessageState.SENT, subject="Offer"
    )
    return Party.objects.create(
        message=message, organisation=cast.lipa, role=PartyRole.TO, address=address, record=record
    )


def test_a_person_comes_before_a_lead_and_a_company(cast: Cast) -> None:
    company = add(cast, Account(name="Hrib"), "info@hrib.example")
    lead = add(cast, Lead(name="Zoran"), "info@hrib.example")
    person = add(cast, Contact(name="Maja"), "Info@Hrib.example")
    assert match(cast.lipa.pk, ["INFO@hrib.example"]) == {"info@hrib.example": [person, lead, company]}


def test_all_of_them_speak_for_the_address(cast: Cast) -> None:
    add(cast, Contact(name="Maja"), "info@hrib.example")
    add(cast, Lead(name="Zoran", follow_email=FollowEmail.DO_NOT_ALLOW), "info@hrib.example")
    found = match(cast.lipa.pk, ["info@hrib.example"])["info@hrib.example"]
    assert [record.allows_following for record in found] == [True, False]


def test_both_spellings_of_a_domain_are_one_address(cast: Cast) -> None:
    zala = add(cast, Contact(name="Zala"), "zala@češnja.example")
    assert match(cast.lipa.pk, ["zala@xn--enja-fua91c.example"]) == match(cast.lipa.pk, ["Zala@ČEŠNJA.example"])
    assert list(match(cast.lipa.pk, ["zala@češnja.example"]).values()) == [[zala]]


def test_nobody_of_another_organisation_is_found(cast: Cast) -> None:
    add(cast, Contact(name="Maja"), "maja@hrib.example")
    assert match(cast.hrast.pk, ["maja@hrib.example"]) == {}


def test_thousands_of_addresses_cost_few_queries(cast: Cast, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(4):  # type: ignore[operator]
        match(cast.lipa.pk, [f"person{n}@hrib.example" for n in range(2000)])


def test_earlier_messages_show_once_their_address_is_on_a_record(cast: Cast) -> None:
    party = written_to(cast, "Maja@hrib.example")
    maja = add(cast, Contact(name="Maja"), "maja@hrib.example")
    assert [one.pk for one in feeds.page(maja, cast.bor).rows] == [party.message_id]


def test_messages_of_a_removed_record_go_to_whoever_has_its_address(cast: Cast) -> None:
    maja = add(cast, Contact(name="Maja"), "maja@hrib.example")
    party = written_to(cast, "maja@hrib.example", maja)
    lead = add(cast, Lead(name="Maja as a lead"), "maja@hrib.example")
    remove(maja)
    party.refresh_from_db()
    assert party.record == lead
