"""Pages begin where the last one ended, in both directions, with empty values and equal ones (R1)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from odziv.models import Opportunity, Record
from odziv.models.keyset import Order, page_of
from tests.support.cast import Cast

AMOUNTS = [None, "5.00", "5.00", "1.50", None, "9.99", "5.00", None, "0.00"]
ORDERS = [Order("amount", down, nullable=True) for down in (False, True)] + [
    Order("name_key"),
    Order("updated_at", True),
]


@pytest.fixture
def deals(cast: Cast) -> None:
    for number, amount in enumerate(AMOUNTS):
        Opportunity.objects.create(
            organisation=cast.lipa, owner=cast.ana, name=f"Deal {number % 4}", amount=amount and Decimal(amount)
        )


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("size", [1, 2, 4, 20])
def test_every_row_stands_once_there_and_back(cast: Cast, deals: None, order: Order, size: int) -> None:
    rows = Record.objects.for_(cast.ana)
    everything = [row.pk for row in page_of(rows, order, size=100).rows]
    assert len(everything) == len(AMOUNTS)
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
