"""SQLite learns how its tables are, so that it takes the shorter of two ways."""

from __future__ import annotations

import pytest
from django.db import connection

from bench.plans import plan_of
from odziv.models import Activity, Message
from odziv.upkeep import survey
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db

MAIL, KEYS = 600, 40


def _way(cast: Cast) -> str:
    """How the database finds some messages by their keys within an organisation that has many."""
    keys = list(Message.objects.of(cast.lipa.pk).values_list("pk", flat=True)[:KEYS])
    rows = Message.objects.of(cast.lipa.pk).filter(pk__in=keys).values("html")
    sql, parameters = rows.query.sql_with_params()
    return "\n".join(plan_of(sql, parameters, frozenset()).lines)


def test_after_it_rows_are_found_by_their_keys_and_not_among_all_of_an_organisation(cast: Cast) -> None:
    made = [Activity(organisation=cast.lipa, owner=cast.ana, kind="email", subject=f"Mail {n}") for n in range(MAIL)]
    Activity.objects.bulk_create(made)
    Message.objects.bulk_create(
        Message(activity=one, organisation=cast.lipa, owner=cast.ana, subject=one.subject) for one in made
    )
    assert survey() == 0  # nothing is left to be done at once
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_schema")  # forget what was read of it
            assert "organisation_id=?" in _way(cast)
            survey()
    else:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE odziv_message")
    assert "organisation_id=?" not in _way(cast)
