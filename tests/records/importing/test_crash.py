"""A worker is killed in the middle of an import: nothing is half done, and another one goes on (R5)."""

from __future__ import annotations

import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from odziv.lib import clock
from odziv.models import Contact, Duplicates, Import, ImportState, Record, RecordEmail, RecordKind
from odziv.records.importing.asking import begin, go_on, start_check
from odziv.records.importing.run import work_on_imports
from tests.records.importing.files import HEAD, checked, fresh, many
from tests.support.cast import Cast
from tests.support.child import run_child

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# The worker stops where the third batch is to be written, with two of them in its transaction.
HALF_WRITTEN = """
import time
from odziv.records.importing import run, write
real, count = write._write, 0
def slowly(*given):
    global count
    count += 1
    if count == 3:
        print("half", flush=True)
        open({sign!r}, "w").close()
        time.sleep(60)
    real(*given)
write._write = slowly
run.work_on_imports()
"""


def test_nothing_is_half_done_after_a_kill_and_it_is_taken_up_again(cast: Cast, tmp_path: object) -> None:
    of = checked(cast.ana, b"".join(many(1600)))
    assert go_on(of, Duplicates.SKIP)
    sign = f"{tmp_path}/half"
    child = run_child(HALF_WRITTEN.format(sign=sign))
    try:
        _wait_for(sign)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait(10)
    assert not Record.objects.exists() and not RecordEmail.objects.exists()
    assert fresh(of).state == ImportState.WRITING
    assert work_on_imports() == 0  # the dead one's lease holds
    assert work_on_imports(clock.now() + timedelta(hours=1)) == 1
    assert fresh(of).state == ImportState.DONE and Contact.objects.count() == 1600


def test_of_two_workers_one_imports(cast: Cast) -> None:
    of = checked(cast.ana, HEAD + "Maja,Novak,maja@hrib.example,,,,,,\n")
    go_on(of, Duplicates.CREATE)
    children = [
        run_child("from odziv.records.importing.run import work_on_imports\nwork_on_imports()") for _n in range(3)
    ]
    for child in children:
        assert child.wait(60) == 0
    assert Contact.objects.count() == 1


def test_a_file_that_kills_its_worker_is_given_up(cast: Cast) -> None:
    of = begin(cast.ana, RecordKind.LEAD, "a.csv", [b"Name\nMaja\n"])
    start_check(of)
    Import.objects.update(attempts=5)
    work_on_imports()
    assert (fresh(of).state, fresh(of).trouble) == (ImportState.FAILED, "fault")


def _wait_for(sign: str) -> None:
    until = time.monotonic() + 60
    while not Path(sign).exists():
        assert time.monotonic() < until, "it did not come so far"
        time.sleep(0.05)
