"""A refusal that the edge recorded sets *Do not allow*, and nothing behind it is kept (L2, L3)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from odziv.lib.hit import Hit
from odziv.lib.seal import Kind
from odziv.models import ConsentEntry, Delivery, Interaction, Organisation, Refusal
from tests.support.cast import Cast
from tests.support.journal import delivery_of, followed_message, happened, hit

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(cast: Cast) -> Delivery:
    return delivery_of(followed_message(cast.ana))


def no(copy: Delivery, **fields: Any) -> Hit:
    return msgspec.structs.replace(hit(copy), **{"kind": Kind.PREFERENCE, "method": "POST", **fields})


def test_it_is_kept_and_ends_what_is_collected(copy: Delivery) -> None:
    before, after = hit(copy), hit(copy)
    happened(before, no(copy))
    assert Interaction.objects.count() == 1 and Refusal.objects.get().key == copy.party.key
    happened(after)
    assert Interaction.objects.count() == 1


def test_looking_at_the_page_is_none(copy: Delivery) -> None:
    happened(no(copy, method="GET"))
    assert not Refusal.objects.exists() and not ConsentEntry.objects.exists()


def test_it_holds_while_engagement_is_off_and_for_an_unfollowed_copy(copy: Delivery) -> None:
    Organisation.objects.update(engagement=False)
    Delivery.objects.update(followed=False)
    happened(no(copy))
    assert Refusal.objects.exists()


def test_a_forged_combination_refuses_nothing(cast: Cast, copy: Delivery) -> None:
    happened(no(copy, organisation=cast.hrast.pk), no(copy, delivery=uuid4()))
    assert not Refusal.objects.exists()
