"""The sending in a timeline is the same, whether the copies were read already or are asked for (V3)."""

from __future__ import annotations

import pytest

from odziv.measure.message import recipients
from odziv.measure.timeline import timeline
from odziv.models import Delivery, DeliveryState
from tests.support.cast import Cast
from tests.support.journal import NOON, followed_message

pytestmark = pytest.mark.django_db

STATES = [
    (DeliveryState.ACCEPTED, False),
    (DeliveryState.ACCEPTED, True),
    (DeliveryState.REFUSED, True),
    (DeliveryState.BOUNCED, True),
    (DeliveryState.UNCERTAIN, True),
    (DeliveryState.WAITING, True),
    (DeliveryState.WAITING, False),
    (DeliveryState.IN_TRANSIT, True),
    (DeliveryState.IN_TRANSIT, False),
    *[(DeliveryState.ACCEPTED, True)] * 3,
]


def test_it_is_the_same_for_copies_in_every_state(cast: Cast) -> None:
    message = followed_message(cast.ana, to=tuple(f"one{n}@hrast.example" for n in range(len(STATES))))
    copies = Delivery.objects.filter(message=message).order_by("party__position", "pk")
    for copy, (state, was_tried) in zip(copies, STATES, strict=True):
        Delivery.objects.filter(pk=copy.pk).update(state=state, tried_at=NOON if was_tried else None)
    asked, read = timeline(message), timeline(message, copies=recipients(message))
    assert read == asked
    assert len(asked.entries) == 6  # the accepted ones together; of those under way the two that were tried
