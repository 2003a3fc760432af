"""A large file takes time by its rows, and no more memory (R5). 100,000 rows in 2 minutes are 10,000 in 12 s."""

from __future__ import annotations

import resource
import time

import pytest

from odziv.models import Contact, Duplicates, ImportState, RecordKind
from odziv.records.importing.asking import begin, go_on, start_check
from odziv.records.importing.run import work_on_imports
from tests.records.importing.files import fresh, many
from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROWS = 10_000
SECONDS = 12.0  # of this process; what others take from the machine does not count
MEGABYTES = 60


def test_ten_thousand_people_are_imported_in_time_and_in_little_memory(cast: Cast) -> None:
    before, begun = _peak(), time.process_time()
    of = begin(cast.ana, RecordKind.CONTACT, "many.csv", many(ROWS, 1000))
    start_check(of)
    work_on_imports()
    go_on(of, Duplicates.SKIP)
    work_on_imports()
    of = fresh(of)
    assert (of.state, of.created, of.rejected) == (ImportState.DONE, ROWS - 10, 10)
    assert Contact.objects.count() == ROWS - 10
    assert time.process_time() - begun < SECONDS
    assert _peak() - before < MEGABYTES


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
