"""Many rows in a statement, and in an answer: what is stored and read is the same as one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odziv.lib.seal import Kind
from odziv.models import DomainHabit, Interaction, journal_rows
from odziv.models.bulk import update_rows
from odziv.models.habits import Tally
from odziv.models.streamed import FEW
from tests.support.cast import Cast
from tests.support.journal import NOON, delivery_of, followed_message, happened, hit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("many", [30, FEW + 50])
def test_rows_are_added_up_and_updated(cast: Cast, many: int) -> None:
    moved = [(cast.lipa.pk, f"{number}.example", Tally(1, number, 2, 3)) for number in range(many)]
    DomainHabit.objects.move(moved)
    again = many - 10
    DomainHabit.objects.move(moved[:again])
    people = dict(DomainHabit.objects.values_list("place", "people"))
    assert people == {f"{number}.example": number * (2 if number < again else 1) for number in range(many)}
    update_rows(
        DomainHabit, ("people", "unsure"), [(7, 8, pk) for pk in DomainHabit.objects.values_list("pk", flat=True)]
    )
    assert set(DomainHabit.objects.values_list("people", "unsure", "machines")) == {(7, 8, 3), (7, 8, 6)}


@pytest.mark.parametrize("others", [0, FEW])
def test_events_are_read_as_they_were_stored(cast: Cast, others: int) -> None:
    copy = delivery_of(followed_message(cast.ana))
    happened(
        hit(copy, agent=r"\N", headers={"accept": "\\N"}, after=30),
        hit(copy, agent="\\.", headers={"accept": "a\tb\r\n\\t"}, after=31),
        hit(copy, agent="a\tb\nc\r\\\t\\", after=32),
        *(hit(copy, agent=f"{number}", after=100 + number) for number in range(others)),
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
    assert len(read) == 6 + others
    assert {one[5] for one in read.values()} >= {r"\N", "\\.", "a\tb\nc\r\\\t\\"}
    assert min(values[2] for values in read.values()) == NOON + timedelta(seconds=1, microseconds=1)
