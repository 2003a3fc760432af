"""Each part that does not work is named, with reason and remedy (O6)."""

from __future__ import annotations

import dataclasses
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.translation import gettext_lazy

from odziv.environment import ENV, Environment, read_environment
from odziv.health import LOOKS, Finding, Health, Look, beat, last_beat
from odziv.health.place import Place, Seen
from odziv.lib import clock
from odziv.models import Heartbeat, Mailbox, User
from tests.support.cast import Cast
from tests.support.journal import delivery_of, followed_message, hit, spool

pytestmark = pytest.mark.django_db


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    """An installation on which nothing runs."""
    unused = {f"ODZIV_{name}_LISTEN": "127.0.0.1:1" for name in ("WEB", "EDGE", "MAIL")}
    return read_environment({"ODZIV_DATA": str(tmp_path), **unused})


def finding(env: Environment, key: str, later: timedelta = timedelta(0), of: Cast | None = None) -> Finding:
    looks = [look for look in LOOKS if look.key == key]
    return Health(env, clock.now() + later, of.lipa.pk if of else None).findings(looks)[0]


@pytest.mark.parametrize("key", ["pages", "edge", "test-mailbox", "worker", "keys", "public-address"])
def test_what_does_not_work_is_told_with_a_remedy(env: Environment, key: str) -> None:
    found = finding(env, key)
    assert found.works is False and len(found.text) > 20


def test_what_works_is_told(env: Environment) -> None:
    beat()
    found = Health(env, clock.now()).findings(LOOKS)
    assert {one.key for one in found if one.works} == {"outgoing", "disk", "database", "file-store", "worker", "lag"}
    assert [one.key for one in found] == [look.key for look in LOOKS]


def test_a_file_store_that_cannot_be_written_is_told(env: Environment, tmp_path: Path) -> None:
    (tmp_path / "files").touch()
    found = finding(env, "file-store")
    assert found.works is False and str(tmp_path / "files") in found.text


def test_what_was_written_for_the_check_is_gone_again(env: Environment, tmp_path: Path) -> None:
    assert finding(env, "file-store").works
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_a_worker_that_fell_silent_is_a_fault(env: Environment) -> None:
    beat()
    assert finding(env, "worker", timedelta(minutes=5)).text.startswith("was last seen 300 s ago")


def test_the_worker_leaves_one_sign_of_life() -> None:
    assert last_beat() is None
    beat()
    beat()
    assert last_beat() is not None and Heartbeat.objects.count() == 1


def test_a_lag_tells_how_long_and_not_how_much(env: Environment, cast: Cast) -> None:
    copy = delivery_of(followed_message(cast.ana))
    spool([hit(copy) for _ in range(37)], env.spool_folder)
    assert finding(env, "lag").works
    late = finding(env, "lag", timedelta(minutes=2))
    assert late.works is False and "waits for 1" in late.text and "37" not in late.text


def test_a_folder_that_is_missing_is_a_fault() -> None:
    gone = dataclasses.replace(ENV, data=ENV.data / "gone")
    assert finding(gone, "disk").works is False


def test_what_hangs_is_not_waited_for(env: Environment) -> None:
    def hang(_place: Place) -> Seen:
        time.sleep(30)
        raise AssertionError

    began = time.monotonic()
    [found] = Health(env, clock.now(), patience=0.2).findings([Look("hang", gettext_lazy("edge"), hang, slow=True)])
    assert found.works is False and "gave no answer" in found.text
    assert time.monotonic() - began < 5


def real_mailbox(user: User, **fields: str) -> Mailbox:
    return Mailbox.objects.create(
        organisation=user.organisation, user=user, kind="smtp", address=user.email, smtp_host="mail.example", **fields
    )


def test_mailboxes_are_told_by_how_the_last_contact_ended(env: Environment, cast: Cast) -> None:
    assert finding(env, "sending", of=cast).works is None
    ana = real_mailbox(cast.ana, imap_host="imap.example")
    real_mailbox(cast.eva, smtp_reason="login", smtp_answer="535 Eva's secret")
    assert finding(env, "sending", of=cast)[2:4] == (True, "1 mailbox")
    assert finding(env, "replies", of=cast).works is True
    Mailbox.objects.note_sending(ana.pk, clock.now(), "login", "535 no")
    Mailbox.objects.note_reading(ana.pk, clock.now(), "login", "NO such user")
    works, text = finding(env, "sending", of=cast)[2:4]
    assert works is False and text.startswith("ana@lipa.example: The mail server refused") and "“535 no” Enter" in text
    assert "NO such user" in finding(env, "replies", of=cast).text
    assert "Eva" in finding(env, "sending").text  # whoever runs it sees all
