"""No list reads a table from end to end or sorts it whole: what each page asks, as the database answers it (V2, R1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from bench import plans
from bench.asking import big_tables
from odziv import upkeep
from odziv.lib import clock
from odziv.models import Activity, Message, MessageWords, Organisation, Record, RecordWords, keyset, words
from odziv.models.keyset import page_of
from odziv.web.lists.asked import read
from odziv.web.lists.places import PLACES
from odziv.web.lists.shape import View
from tests.support.cast import Cast

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

ROWS = 900
SIZE = 50  # of a page
MANY = 160  # more rows than these are many here: a page must not go through as many
STATUSES = {"lead": ["open", "qualified", "disqualified"], "opportunity": ["open", "won", "lost"]}
COLLECTED = {"owner"}  # of calls and tasks: those of one owner are read and sorted, and here one has all
# Where few rows are expected in any list: they are found by an index and sorted.
FEW = {"scheduled", "drafts"}


@pytest.fixture(params=[0, upkeep.LOOKED_AT], ids=["all looked at", "the first looked at"])
def full(cast: Cast, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Cast:
    """A database in which one organisation has many of everything, and another one too.

    How many rows of each index SQLite looks at changes which one it takes: all of them, or as many as `survey` lets it.
    """
    monkeypatch.setattr(keyset, "FEW", MANY // 2)
    monkeypatch.setattr(words, "FEW", MANY // 2)
    monkeypatch.setattr(words, "_ASKED", MANY - 2)
    monkeypatch.setattr(words, "_SAMPLE", MANY // 2)
    monkeypatch.setattr(plans, "MANY", MANY)
    for organisation, owner in ((cast.lipa, cast.ana), (cast.hrast, cast.eva)):
        _fill(organisation, owner)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit = {request.param}")
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            # So little would be read whole, and rightly so. It is told that each page holds a thousand times as many
            # rows, and chooses as it would then.
            cursor.execute(
                "UPDATE pg_class SET reltuples = 1000 * reltuples WHERE relnamespace = %s::regnamespace", ["public"]
            )
            cursor.execute("SET LOCAL random_page_cost = 1.1")
    return cast


def _fill(organisation: Organisation, owner: Any) -> None:
    now = clock.now()
    account = Record.objects.create(organisation=organisation, owner=owner, kind="account", name="Lipa")
    records = [
        Record(
            organisation=organisation,
            owner=owner,
            kind=kind,
            name=f"{kind} {n} {_word(n)}",
            account=account,
            status=STATUSES.get(kind, [""])[n % len(STATUSES.get(kind, [""]))],
            updated_at=now,
        )
        for kind in ("account", "contact", "lead", "opportunity")
        for n in range(ROWS)
    ]
    Record.objects.bulk_create(records)
    regarding = [*records[:ROWS:2], *records[-ROWS::2]]  # the names that stand first and last
    Activity.objects.bulk_create(
        Activity(
            organisation=organisation, owner=owner, kind=("call", "task")[n % 2], subject=f"Task {n} {_word(n)}",
            regarding=regarding[n], due_at=now + timedelta(minutes=n), state=("open", "done")[n % 2],
        )
        for n in range(ROWS)
    )  # fmt: skip
    activities = [
        Activity(
            organisation=organisation, owner=owner, kind="email", subject=f"Offer {n} {_word(n)}",
            regarding=records[n], at=now - timedelta(minutes=n),
        )
        for n in range(ROWS)
    ]  # fmt: skip
    Activity.objects.bulk_create(activities)
    Message.objects.bulk_create(
        Message(
            activity=activity, organisation=organisation, owner=owner, subject=activity.subject, state="sent",
            follow_state="on", recipients=f"Maja {n}", at=activity.at, sent_at=activity.at, opens=n % 2,
            link_clicks=n % 3, attachment_views=n % 2, replies=n % 3, last_opened_at=activity.at if n % 2 else None,
        )
        for n, activity in enumerate(activities)
    )  # fmt: skip

    MessageWords.objects.of_messages(Message.objects.of(organisation.pk))
    RecordWords.objects.of_records(Record.objects.of(organisation.pk))


def _word(n: int) -> str:
    return "rare" if n % 60 == 0 else "often"


def _asked(view: View) -> Iterator[str]:
    """What may be asked of a view with one click."""
    for column in view.columns:
        if column.path and not (view.key == "tasks" and column.key in COLLECTED):
            yield from (f"sort={column.key}", f"sort=-{column.key}")
    if view.key == "tasks":
        return
    for key, value in view.quick:
        yield f"{key}={value}"
    # Found by the index of words, and asked of each; together with a sort that another index holds.
    yield from ("q=rare", "q=often", "q=often&sort=" + view.columns[0].key)


LISTS = [
    (place, view)
    for place in PLACES.values()
    if place.name != "templates"
    for view in place.views
    if view.key not in FEW
]


def test_a_page_of_many_rows_is_walked_to(full: Cast) -> None:
    found: dict[str, list[str]] = {}
    for place, view in LISTS:
        for query in _asked(view):
            taken: list[tuple[str, Any]] = []

            def note(execute: Any, sql: str, params: Any, many: bool, context: Any, taken: Any = taken) -> Any:
                taken.append((sql, params))
                return execute(sql, params, many, context)

            with connection.execute_wrapper(note):
                asked = read(place, QueryDict(f"view={view.key}&{query}"), full.ana, clock.now())
                page = page_of(asked.rows(), asked.order, size=SIZE)
                assert len(page.rows) == (ROWS // 60 if "rare" in query else SIZE), query
            for sql, params in taken:
                plan = plans.plan_of(sql, params or (), big_tables())
                if plan.findings:
                    found[f"{place.name} {view.key} {query}: {sql[:300]}"] = [*plan.findings, *plan.lines]
    assert found == {}, "\n".join(f"{query}\n    {lines}" for query, lines in found.items())
