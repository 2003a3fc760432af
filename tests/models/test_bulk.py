"""Many rows in a statement, and in an answer: what is stored and read is the same as one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odziv.lib.seal import Kind
from odziv.models import DomainHabit, Interaction, journal_rows
from odziv.models.bulk import update_rows
from odziv.models.habits import Tally
from tests.support.cast import Cast
from tests.support.journal import NOON, delivery_of, followed_message, happened, hit

pytestmark = pytest.mark.django_db


def test_rows_are_added_up_and_updated(cast: Cast) -> None:
    moved = [(cast.lipa.pk, f"{number}.example", Tally(1, number, 2, 3)) for number in range(30)]
    DomainHabit.objects.move(moved)
    DomainHabit.objects.move(moved[:20])
    people = dict(DomainHabit.objects.values_list("place", "people"))
    assert people == {f"{number}.example": number * (2 if number < 20 else 1) for number in range(30)}
    update_rows(
        DomainHabit, ("people", "unsure"), [(7, 8, pk) for pk in DomainHabit.objects.values_list("pk", flat=True)]
    )
    assert set(DomainHabit.objects.values_list("people", "unsure", "machines")) == {(7, 8, 3), (7, 8, 6)}


def test_events_are_read_as_they_were_stored(cast: Cast) -> None:
    copy = delivery_of(followed_message(cast.ana))
    happened(
        hit(copy, agent='Mozilla/5.0 "č" \\ 🙂\x1f', headers={"accept": '["a\\"b"]'}, after=1.000001),
        hit(copy, Kind.FILE, ordinal=3, partial=True, method="HEAD", agent="", peer="2a00:1::1", after=60),
        hit(copy, Kind.CLICK, after=timedelta(days=400).total_seconds()),
    )
    names = ("kind", "ordinal", "at", "method", "partial", "agent", "agent_kind", "client", "headers", "network",
             "teammate", "verdict", "reasons", "counted", "against")  # fmt: skip
    stored = {pk.hex: list(values) for pk, *values in Interaction.objects.values_list("pk", *names)}
    read = {
        id: [*told, verdict, list(codes), counted, list(against)]
        for _copy, (id, *told), (verdict, codes, counted, against) in journal_rows.events({copy.pk: copy.message_id})
    }
    assert read == stored
    assert len(read) == 3
    assert min(values[2] for values in read.values()) == NOON + timedelta(seconds=1, microseconds=1)
