"""A large file takes time by its rows, and no more memory (R5).

100,000 rows in 2 minutes are 10,000 in 12 s; beside other tests, which share caches and disk, up to twice that.
"""

from __future__ import annotations

import resource
import time

import pytest

from odziv.models import Contact, Duplicates, ImportState, Record, RecordKind, RecordWords
from odziv.records.importing.asking import begin, go_on, start_check
from odziv.records.importing.run import work_on_imports
from tests.records.importing.files import fresh, many
from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROWS = 10_000
SECONDS = 24.0  # of this process's own work
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
    _are_found_as_if_saved_one_by_one()


def _are_found_as_if_saved_one_by_one() -> None:
    some = RecordWords.objects.order_by("-pk")[:100]
    made = {row.record_id: row.words for row in some}
    assert len(made) == 100 and len(set(made.values())) == 100
    RecordWords.objects.of_records(Record.objects.filter(pk__in=made))
    assert dict(RecordWords.objects.filter(record__in=made).values_list("record", "words")) == made


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
