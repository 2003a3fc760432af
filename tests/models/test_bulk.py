"""Many rows in a statement, and in an answer: what is stored and read is the same as one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from odziv.lib.seal import Kind
from odziv.lib.uuid7 import uuid7
from odziv.models import Delivery, DomainHabit, Interaction, Link, journal_rows
from odziv.models.bulk import insert_new, update_rows
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


_HARD = ('"', "\\", '\\"', "{a,b}", "NULL", "null", "", " a ", r"\N", "a\tb\nc\r", "'", "%s", "č🙂\x1f", ",", "\\\\n")


@pytest.mark.parametrize("many", [len(_HARD), FEW + 50])
def test_texts_stay_as_they_are(cast: Cast, many: int) -> None:
    message = followed_message(cast.ana)
    Link.objects.all().delete()
    texts = [_HARD[number % len(_HARD)] for number in range(many)]
    rows = [(uuid7(), cast.lipa.pk, message.pk, number, text, "html", True, "") for number, text in enumerate(texts)]
    names = ("id", "organisation", "message", "ordinal", "address", "part", "followed", "reason")
    insert_new(Link, names, rows)
    insert_new(Link, names, [(*row[:4], "another", *row[5:]) for row in rows])
    stored = Link.objects.order_by("ordinal")
    assert list(stored.values_list("address", flat=True)) == texts
    update_rows(
        Link,
        ("address", "followed"),
        [(text * 2, not place % 3, row[0]) for place, (text, row) in enumerate(zip(texts, rows, strict=True))],
    )
    assert list(stored.values_list("address", "followed")) == [
        (text * 2, not place % 3) for place, text in enumerate(texts)
    ]


def test_moments_may_be_missing_in_some_rows(cast: Cast) -> None:
    copies = [delivery_of(followed_message(cast.ana)).pk for _ in range(3)]
    moments = [NOON, None, NOON + timedelta(microseconds=1)]
    update_rows(Delivery, ("first_opened_at", "opens"), [(at, 2, pk) for at, pk in zip(moments, copies, strict=True)])
    assert [Delivery.objects.get(pk=pk).first_opened_at for pk in copies] == moments
    update_rows(Delivery, ("first_opened_at",), [(None, pk) for pk in copies])
    assert set(Delivery.objects.values_list("first_opened_at", "opens")) == {(None, 2)}


def test_without_rows_nothing_is_asked(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        update_rows(Delivery, ("opens",), [])
        journal_rows.add([])
