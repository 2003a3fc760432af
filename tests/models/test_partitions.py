"""The journal in partitions by month, on PostgreSQL (issue 6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from odziv.environment import ENV
from odziv.health.place import Place
from odziv.health.storage import database
from odziv.lib.months import later, month_of
from odziv.lib.seal import Kind
from odziv.lib.uuid7 import first_of, uuid7
from odziv.measure.rebuild import run as rebuild
from odziv.models import Interaction, JournalMonths, Message, journal_rows, partitions
from odziv.privacy.retention import keep_for, let_go
from odziv.upkeep import months_ahead
from tests.privacy.test_retention import AUGUST, JULY, NOW, OCTOBER, figures, let_all_go, seen, sent
from tests.support.cast import Cast
from tests.support.journal import WINDOWS, delivery_of, followed_message, happened

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has partitions"),
]

THIS = month_of(datetime.now(UTC))


def where() -> dict[str, int]:
    """How many events stand in which partition."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM odziv_interaction GROUP BY 1")
        return dict(cursor.fetchall())


def named(month: datetime) -> str:
    return f"odziv_interaction_{month:%Y_%m}"


def names() -> list[str]:
    return [one.name for one in partitions.partitions()]


def looked_at(rows: object) -> set[str]:
    """The partitions that a plan would really look at; rows: a queryset, or a statement with its parameters."""
    statement, parameters = rows if isinstance(rows, tuple) else rows.query.sql_with_params()  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        [(answer,)] = cursor.fetchall()
    return {node["Relation Name"] for node in _nodes(answer[0]["Plan"]) if node["Actual Loops"]} & {
        *names(), partitions.DEFAULT
    }  # fmt: skip


def _nodes(plan: dict[str, object]) -> Iterator[dict[str, object]]:
    if "Relation Name" in plan:
        yield plan
    for one in plan.get("Plans", ()):  # type: ignore[attr-defined]
        yield from _nodes(one)


def test_this_month_and_the_next_ones_are_there() -> None:
    assert partitions.is_divided()
    wanted = [named(later(THIS, number)) for number in range(partitions.AHEAD + 1)]
    assert [name for name in wanted if name not in names()] == []
    assert partitions.lacking(THIS) == []
    assert [one.lower for one in partitions.partitions()] == sorted(one.lower for one in partitions.partitions())


def test_an_event_stands_in_its_month_to_the_millisecond(cast: Cast) -> None:
    copy = delivery_of(sent(cast, THIS - timedelta(days=40)))
    next_month = later(THIS, 1)
    happened(
        seen(copy, THIS),
        seen(copy, next_month - timedelta(milliseconds=1), agent=WINDOWS),
        seen(copy, next_month, Kind.CLICK),
    )
    assert where() == {named(THIS): 2, named(next_month): 1}


def test_what_has_no_month_waits_in_the_default_partition_until_it_is_made(cast: Cast) -> None:
    copy = delivery_of(sent(cast))
    happened(seen(copy, JULY), seen(copy, AUGUST, agent=WINDOWS), seen(copy, later(THIS, 30)))
    assert where() == {partitions.DEFAULT: 3}
    before = figures(copy)
    assert months_ahead() == 0
    assert where() == {named(month_of(JULY)): 1, named(AUGUST): 1, partitions.DEFAULT: 1}
    assert figures(copy) == before
    assert rebuild(["--check"]) == 0
    assert months_ahead() == 0
    months_ahead(later(THIS, 29))
    assert partitions.DEFAULT not in where()


def test_for_what_is_moved_here_the_months_are_made_from_its_oldest_event() -> None:
    partitions.make_since(first_of(later(THIS, -3) + timedelta(days=9)), datetime.now(UTC))
    assert {named(later(THIS, -number)) for number in range(4)} <= set(names())
    assert named(later(THIS, -4)) not in names()


def test_a_partition_has_what_the_model_says(cast: Cast) -> None:
    partitions.make_month(later(THIS, 20))
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, named(later(THIS, 20)))
        whole = connection.introspection.get_constraints(cursor, "odziv_interaction")
    assert {index.name for index in Interaction._meta.indexes} <= set(whole)
    kinds = [sorted((tuple(one["columns"]), one["primary_key"], bool(one["foreign_key"]), one["index"])
             for one in found.values() if one["columns"]) for found in (there, whole)]  # fmt: skip
    assert kinds[0] == kinds[1]


def test_the_health_list_says_when_the_next_month_is_missing() -> None:
    place = Place(ENV, later(THIS, 1))
    assert database(place).works is False
    assert f"{later(THIS, partitions.AHEAD + 1):%Y-%m}" in database(place).text
    months_ahead(later(THIS, 1))
    assert database(place).works is True


def test_a_month_that_nobody_keeps_goes_at_once(cast: Cast) -> None:
    copy = delivery_of(sent(cast))
    happened(seen(copy, JULY), seen(copy, AUGUST + timedelta(hours=1), agent=WINDOWS), seen(copy, OCTOBER, Kind.CLICK))
    months_ahead()
    before = figures(copy)
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    let_all_go()
    assert named(month_of(JULY)) not in names() and named(AUGUST) in names()
    assert sum(where().values()) == 2
    assert figures(copy) == before
    assert rebuild(["--check"]) == 0
    let_all_go(NOW + timedelta(days=365))
    assert figures(copy) == before
    assert where() == {}
    happened(seen(copy, datetime.now(UTC), Kind.CLICK, agent=WINDOWS))
    assert figures(copy).link_clicks == before.link_clicks + 1
    assert rebuild(["--check"]) == 0


def test_where_somebody_keeps_longer_only_the_others_events_go(cast: Cast) -> None:
    ours, theirs = delivery_of(sent(cast)), delivery_of(sent(cast, owner=cast.eva))
    happened(seen(ours, JULY), seen(theirs, JULY))
    months_ahead()
    keep_for(cast.dora, JournalMonths.THREE, NOW)
    keep_for(cast.eva, JournalMonths.YEAR, NOW)
    let_all_go()
    assert where() == {named(month_of(JULY)): 1}
    assert Interaction.objects.get().delivery_id == theirs.pk
    let_all_go(NOW + timedelta(days=365))
    assert named(month_of(JULY)) not in names()
    assert rebuild(["--check"]) == 0


def test_readers_of_a_message_leave_the_months_before_it_alone(cast: Cast) -> None:
    old, new = sent(cast), followed_message(cast.ana)
    happened(seen(delivery_of(old), JULY), seen(delivery_of(old), AUGUST, Kind.CLICK))
    months_ahead()
    happened(*(seen(delivery_of(message), datetime.now(UTC)) for message in (old, new)))
    past = {named(month_of(JULY)), named(AUGUST)}
    assert past <= set(where())
    assert looked_at(Interaction.objects.told(old.pk)) >= past
    told = looked_at(Interaction.objects.told(new.pk)[:41])
    assert named(THIS) in told and not told & past
    assert not looked_at(Interaction.objects.of_message(new.pk).filter(kind="click", counted=True)) & past
    latest = Interaction.objects.told(OuterRef("pk")).by_people().values("pk")[:1]
    newest = Message.objects.filter(pk=new.pk).annotate(_latest=Subquery(latest)).values_list("pk", "_latest")
    assert not looked_at(newest) & past
    statements: list[tuple[str, object]] = []
    with connection.execute_wrapper(_noting(statements)):
        found = list(journal_rows.events({delivery_of(new).pk: new.pk}))
    assert len(found) == 1
    assert not looked_at(statements[-1]) & past


def _noting(statements: list[tuple[str, object]]) -> object:
    def note(execute: object, sql: str, parameters: object, many: bool, context: object) -> object:
        statements.append((sql, parameters))
        return execute(sql, parameters, many, context)  # type: ignore[operator]

    return note


@pytest.mark.parametrize("rows", [True, False])
def test_a_table_that_was_whole_becomes_the_first_partition(cast: Cast, rows: bool) -> None:
    message = followed_message(cast.ana)
    if rows:
        happened(seen(delivery_of(message), datetime.now(UTC)), seen(delivery_of(message), later(THIS, 40)))
    kept = list(Interaction.objects.order_by("pk").values())
    _undivide()
    assert not partitions.is_divided() and list(Interaction.objects.order_by("pk").values()) == kept
    before = _of_table()
    migration = import_module("odziv.migrations.0053_partitions")
    migration.divide(apps, SimpleNamespace(connection=connection))
    assert partitions.is_divided() and list(Interaction.objects.order_by("pk").values()) == kept
    assert _of_table() == before
    first = f"odziv_interaction_before_{later(THIS, 1):%Y_%m}"
    assert where() == ({first: 1, partitions.DEFAULT: 1} if rows else {})
    assert (first in names()) is rows and partitions.lacking(THIS) == []
    migration.divide(apps, SimpleNamespace(connection=connection))  # nothing is left to do
    happened(seen(delivery_of(message), later(THIS, 1) + timedelta(days=2)))
    assert where()[named(later(THIS, 1))] == 1
    assert rebuild(["--check"]) == 0
    while let_go():
        pass


def _undivide() -> None:
    """The journal as it was before partitions: one table."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM odziv_interaction")
        cursor.execute("DROP TABLE odziv_interaction")
    with connection.schema_editor() as editor:
        editor.create_model(Interaction)
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{field.column}"' for field in Interaction._meta.concrete_fields)
        cursor.execute(f"INSERT INTO odziv_interaction ({columns}) SELECT {columns} FROM kept")


def _of_table() -> dict[str, object]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "odziv_interaction")
    return {name: (one["columns"], one["primary_key"], one["foreign_key"]) for name, one in found.items()}


def test_events_before_their_message_are_put_behind_it(cast: Cast) -> None:
    message = followed_message(cast.ana)
    happened(seen(delivery_of(message), datetime.now(UTC)))
    past = uuid7(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
    Interaction.objects.update(id=past)
    migration = import_module("odziv.migrations.0052_events_after_messages")
    migration.lift(apps, SimpleNamespace(connection=connection))
    row = Interaction.objects.get()
    assert row.pk > message.pk and row.pk.hex[13:] == past.hex[13:]
    assert first_of(datetime(2026, 1, 1, tzinfo=UTC)) < row.pk < UUID(int=2**127)


@pytest.mark.django_db(transaction=True)
def test_who_finds_the_journal_in_use_leaves_it_for_another_time(cast: Cast) -> None:
    month = later(THIS, 25)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("LOCK TABLE odziv_interaction_default IN ROW EXCLUSIVE MODE")
            assert partitions.make_month(month) is False
            assert named(month) not in names()
            other.rollback()
        assert partitions.make_month(month) is True
    finally:
        other.close()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {named(month)}")
