"""What the database's planner knows of the tables, kept near to how they are."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from odziv.lib import clock
from odziv.models import partitions

LOOKED_AT = 1_000  # rows of each index


def survey() -> int:
    """The worker's job: let SQLite look at each index, so that it knows which of two leads to fewer rows.

    Without that it takes an organisation for ten rows, and reads a million e-mails where fifty keys are given. It costs
    0.1 s however large the tables are. PostgreSQL does it by itself. Returns 0: there is never more to do at once.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
            cursor.execute("ANALYZE")
    return 0


def months_ahead(now: datetime | None = None) -> int:
    """The worker's job, and that of `odziv migrate`: the journal's partitions of this month and the next ones.

    On PostgreSQL; elsewhere there are none. Returns 0: what could not be made is made the next time.
    """
    if partitions.make_ahead(now or clock.now()):
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {partitions.TABLE}")  # of the whole: PostgreSQL does it only for the parts
    return 0
