"""Whose mail may be followed, and who sees what (R2, O1)."""

import pytest

from odziv.models import Account, Contact, FollowEmail, Record, RecordEmail, address_key
from tests.support.cast import Cast


def test_an_account_that_does_not_allow_also_speaks_for_its_contacts(cast: Cast) -> None:
    account = Account.objects.create(
        organisation=cast.lipa, owner=cast.ana, name="Hrib", follow_email=FollowEmail.DO_NOT_ALLOW
    )
    contact = Contact.objects.create(organisation=cast.lipa, owner=cast.ana, name="Maja", account=account)
    assert not contact.allows_following


def test_a_record_of_another_organisation_is_not_there(cast: Cast) -> None:
    Contact.objects.create(organisation=cast.lipa, owner=cast.ana, name="Maja")
    assert not Record.objects.for_(cast.eva).exists()


def test_an_address_is_found_whatever_its_case(cast: Cast) -> None:
    maja = Contact.objects.create(organisation=cast.lipa, owner=cast.ana, name="Maja")
    RecordEmail.objects.create(organisation=cast.lipa, record=maja, address="Maja.Novak@Hrib.example")
    assert list(Record.objects.for_(cast.bor).with_address("maja.novak@HRIB.example")) == [Record(pk=maja.pk)]
    assert list(Record.objects.for_(cast.bor).matching("NOVAK@hrib")) == [Record(pk=maja.pk)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Maja@Hrib.example", " maja@hrib.EXAMPLE ", True),
        ("maja@Čevlji.si", "maja@xn--evlji-gya.si", True),
        ("maja@cafe\u0301.si", "maja@café.si", True),
        ("maja@straße.example", "maja@xn--strae-oqa.example", True),
        ("maja@straße.example", "maja@strasse.example", False),
    ],
)
def test_two_spellings_of_an_address_are_one_and_two_domains_are_two(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same
