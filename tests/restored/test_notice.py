"""A worker notices that the database is that of a backup, whatever of the rest was put back with it (D3)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from odziv.models import Delivery, Mark, Organisation, OutgoingHold
from odziv.restored import mark, notice
from tests.deliver.letters import waiting_message
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def paces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each look moves the mark on, as if the time for it had come."""
    monkeypatch.setattr(notice, "STEP", 0.0)
    yield
    notice._moved_at = None


@pytest.fixture
def folder(tmp_path: Path, paces: None, cast: Cast) -> Path:
    """The data folder of an installation that has run for a while."""
    assert [notice.look(tmp_path) for _ in range(5)] == [False] * 5
    return tmp_path


def held() -> int:
    return Organisation.objects.holding_mail().count()


def test_what_goes_on_as_it_was_is_not_held(folder: Path) -> None:
    assert not notice.look(folder) and held() == 0
    there = Mark.objects.read()
    assert there is not None and mark.read(folder) == (there.number, True) and there.number == 6


def test_a_database_behind_the_mark_beside_it_is_noticed(folder: Path) -> None:
    Mark.objects.update(number=3)
    assert notice.look(folder) and held() == 2
    assert not notice.look(folder)  # from then on it is this one
    assert OutgoingHold.objects.lasting().count() == 2


def test_a_database_older_than_marks_is_noticed(folder: Path) -> None:
    Mark.objects.all().delete()
    assert notice.look(folder) and held() == 2


def test_a_new_installation_is_not_taken_for_an_old_one(tmp_path: Path, paces: None, db: None) -> None:
    mark.write(tmp_path, 7)  # somebody named an empty database
    assert not notice.look(tmp_path) and held() == 0


def test_another_worker_that_was_further_does_not_hold_it_again(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    mark.write(other, 400)
    Mark.objects.update(number=3)
    assert notice.look(folder)
    OutgoingHold.objects.update(decision="leave")
    for hold in OutgoingHold.objects.decided():
        OutgoingHold.objects.end(hold, 0, hold.began_at)
    assert not notice.look(other) and held() == 0


def has_own_folder() -> bool:
    """An SQLite database is in its data folder; workers on a server each have one, and may come with an empty one."""
    return connection.vendor == "sqlite"


def test_a_folder_without_its_mark_was_put_back(folder: Path) -> None:
    (folder / "mark.json").unlink()
    assert notice.look(folder) is has_own_folder()
    assert held() == (2 if has_own_folder() else 0)


def test_a_folder_that_was_put_back_as_a_whole_is_noticed(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mark, "_SLACK", 0.2)
    backup = tmp_path_factory.mktemp("backup") / "data"
    time.sleep(0.3)
    shutil.copytree(folder, backup)
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
    assert notice.look(folder) is has_own_folder()


def test_tables_that_were_made_anew_are_noticed(folder: Path) -> None:
    Mark.objects.update(place="7301/16384/16999")
    assert notice.look(folder) and held() == 2
    assert not notice.look(folder)


def test_a_full_disk_does_not_hold_up_mail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mark, "write", full)
    assert not notice.look(folder) and held() == 0


def test_a_mark_that_is_damaged_is_taken_for_none(folder: Path) -> None:
    (folder / "mark.json").write_text("{")
    assert notice.look(folder) is has_own_folder()


def test_nothing_is_claimed_of_what_is_held(folder: Path, cast: Cast) -> None:
    for user in (cast.ana, cast.eva):
        waiting_message(user.mailboxes.get(), user)
    Mark.objects.update(number=1)
    assert notice.look(folder)
    due = Delivery.objects.get(organisation=cast.lipa)
    now = due.due_at
    assert Delivery.objects.due_mailboxes(now) == []
    assert Delivery.objects.due_in(cast.ana.mailboxes.get().pk, now, 10) == []
    assert Delivery.objects.claim([due.pk], now=now, lease=now - now) == []
