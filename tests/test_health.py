"""Each part that does not work is named, with reason and remedy (O6)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from odziv.environment import ENV, Environment, read_environment
from odziv.health import Finding, Health, beat, last_beat
from odziv.lib import clock
from odziv.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    """An installation on which nothing runs."""
    unused = {f"ODZIV_{name}_LISTEN": "127.0.0.1:1" for name in ("WEB", "EDGE", "MAIL")}
    return read_environment({"ODZIV_DATA": str(tmp_path), **unused})


def finding(env: Environment, what: str, later: timedelta = timedelta(0)) -> Finding:
    return next(found for found in Health(env, clock.now() + later).findings() if found.what == what)


@pytest.mark.parametrize("what", ["pages", "edge", "test mailbox", "worker", "keys of sent mail"])
def test_what_does_not_work_is_told_with_a_remedy(env: Environment, what: str) -> None:
    found = finding(env, what)
    assert found.works is False
    assert ";" in found.text or ":" in found.text


def test_what_works_is_told(env: Environment) -> None:
    beat()
    assert {found.what for found in Health(env, clock.now()).findings() if found.works} == {
        "data folder",
        "database",
        "file store",
        "worker",
        "journal lag",
    }


def test_a_file_store_that_cannot_be_written_is_told(env: Environment, tmp_path: Path) -> None:
    (tmp_path / "files").touch()
    assert finding(env, "file store").works is False


def test_an_edge_that_only_this_machine_reaches_is_noted(env: Environment) -> None:
    found = finding(env, "public address of the edge")
    assert found.works is None
    assert "ODZIV_EDGE_URL" in found.text


def test_a_public_edge_that_does_not_answer_is_a_fault(env: Environment) -> None:
    public = dataclasses.replace(env, edge_url="http://track.invalid")
    assert finding(public, "public address of the edge").works is False


def test_a_worker_that_fell_silent_is_a_fault(env: Environment) -> None:
    beat()
    assert finding(env, "worker", timedelta(minutes=5)).text.startswith("was last seen 300 s ago")


def test_the_worker_leaves_one_sign_of_life() -> None:
    assert last_beat() is None
    beat()
    beat()
    assert last_beat() is not None and Heartbeat.objects.count() == 1


def test_a_folder_that_is_missing_is_a_fault() -> None:
    gone = dataclasses.replace(ENV, data=ENV.data / "gone")
    assert finding(gone, "data folder").works is False
