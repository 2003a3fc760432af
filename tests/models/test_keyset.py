"""Pages begin where the last one ended, in both directions, with empty values and equal ones (R1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from odziv.lib import clock
from odziv.models import Activity, Opportunity, Record, keyset
from odziv.models.keyset import Order, in_order, page_of
from tests.support.cast import Cast

NOW = clock.now()
AMOUNTS = [None, "5.00", "5.00", "1.50", None, "9.99", "5.00", None, "0.00"]
ORDERS = [Order("amount", down, nullable=True) for down in (False, True)] + [
    Order("name_key"),
    Order("updated_at", True),
]


@pytest.fixture(params=["sorted", "walked"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few, which are found and sorted, or many, in whose order an index is walked."""
    if request.param == "walked":
        monkeypatch.setattr(keyset, "FEW", 0)


@pytest.fixture
def deals(cast: Cast) -> None:
    for number, amount in enumerate(AMOUNTS):
        Opportunity.objects.create(
            organisation=cast.lipa, owner=cast.ana, name=f"Deal {number % 4}", amount=amount and Decimal(amount)
        )


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("size", [1, 2, 4, 20])
def test_every_row_stands_once_there_and_back(
    cast: Cast, deals: None, either_way: None, order: Order, size: int
) -> None:
    _there_and_back(Record.objects.for_(cast.ana), order, size, len(AMOUNTS))


@pytest.mark.parametrize("path", ["regarding__name_key", "owner__name", "subject", "due_at", "state"])
@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("size", [1, 3, 20])
def test_calls_and_tasks_stand_in_the_order_of_what_they_name(
    cast: Cast, deals: None, either_way: None, path: str, down: bool, size: int
) -> None:
    about = [None, *Record.objects.for_(cast.ana).order_by("pk")[:3]]
    for number in range(9):
        Activity.objects.create(
            organisation=cast.lipa, owner=(cast.ana, cast.bor)[number % 2], kind=("call", "task")[number % 2],
            subject=f"Call {number % 4}", regarding=about[number % 4], due_at=NOW if number % 3 else None,
        )  # fmt: skip
    Activity.objects.create(organisation=cast.hrast, owner=cast.eva, kind="task", subject="Call 1")
    Activity.objects.create(organisation=cast.lipa, owner=cast.ana, kind="email", subject="Call 1")
    order = Order(path, down, nullable=path in ("regarding__name_key", "due_at"))
    rows = Activity.objects.for_(cast.ana).calls_and_tasks()
    everything = _there_and_back(rows, order, size, 9)
    assert everything == [row.pk for row in in_order(rows, order)]


def _there_and_back(rows: Any, order: Order, size: int, count: int) -> list[UUID]:
    """Every page forth and back; returns what stands on them."""
    everything = [row.pk for row in page_of(rows, order, size=100).rows]
    assert len(everything) == count
    page = page_of(rows, order, size=size)
    assert page.newer == ""
    forth = [page]
    while page.older:
        page = page_of(rows, order, page.older, size)
        forth.append(page)
    assert [row.pk for step in forth for row in step.rows] == everything
    while page.newer:
        page = page_of(rows, order, page.newer, size)
        forth.pop()
        assert [row.pk for row in page.rows] == [row.pk for row in forth[-1].rows]
    assert len(forth) == 1
    return everything


@pytest.mark.parametrize("down", [False, True])
def test_rows_that_are_added_meanwhile_hide_no_other_and_show_none_twice(
    cast: Cast, deals: None, either_way: None, down: bool
) -> None:
    rows, order = Record.objects.for_(cast.ana), Order("name_key", down)
    before = [row.pk for row in page_of(rows, order, size=100).rows]
    seen, page = [], page_of(rows, order, size=2)
    while True:
        seen += [row.pk for row in page.rows]
        for name in ("Aaa", "Deal 1", "Zzz"):  # before all, between, behind all
            Opportunity.objects.create(organisation=cast.lipa, owner=cast.ana, name=name)
        if not page.older or len(seen) > 40:
            break
        page = page_of(rows, order, page.older, 2)
        if set(before) <= set(seen):
            break
    assert [pk for pk in seen if pk in before] == before
    assert len(seen) == len(set(seen))
    back = page.rows
    while page.newer:
        page = page_of(rows, order, page.newer, 2)
        back = [*page.rows, *back]
    assert [row.pk for row in back if row.pk in before] == before


def test_empty_values_stand_last_in_both_directions(cast: Cast, deals: None) -> None:
    for down in (False, True):
        rows = page_of(Record.objects.for_(cast.ana), Order("amount", down, nullable=True)).rows
        assert [row.amount for row in rows[-3:]] == [None, None, None]


@pytest.mark.parametrize(
    "cursor", ["x", "€", "e30", "WzEsMiwzLDRd", "A" * 5000, "WyJvbGRlciIsIm5hbWVfa2V5IiwieCIsInkiXQ"]
)
def test_a_damaged_cursor_is_the_first_page(cast: Cast, deals: None, cursor: str) -> None:
    assert page_of(Record.objects.for_(cast.ana), Order("name_key"), cursor, 3).newer == ""


def test_a_cursor_of_another_order_is_the_first_page(cast: Cast, deals: None) -> None:
    rows = Record.objects.for_(cast.ana)
    cursor = page_of(rows, Order("name_key"), size=2).older
    assert page_of(rows, Order("updated_at"), cursor, 2).newer == ""
