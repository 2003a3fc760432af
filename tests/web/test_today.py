"""Today: due calls and tasks, what is to leave, what people did last, and the first steps (O7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from odziv.lib import clock
from odziv.models import Activity, ActivityKind, Message, MessageState, Record, RecordKind
from odziv.organisations.first_steps import first_steps
from tests.support.cast import Cast
from tests.support.journal import SCANNER, delivery_of, followed_message, happened, hit
from tests.web.tenancy import make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


def call(owner: Any, subject: str, due: datetime) -> Activity:
    return Activity.objects.create(
        organisation=owner.organisation, owner=owner, kind=ActivityKind.PHONE_CALL, subject=subject, due_at=due
    )


def test_what_is_due_until_midnight_stands_there(cast: Cast, ana: Client) -> None:
    now = clock.now()
    call(cast.ana, "Ring Maja", now - timedelta(days=2))
    call(cast.ana, "Ring Jan", now + timedelta(days=2))
    call(cast.bor, "Ring Eva", now)
    said = ana.get("/today/").content.decode()
    assert "Ring Maja" in said
    assert "Ring Jan" not in said
    assert "Ring Eva" not in said


def test_what_is_scheduled_for_today_stands_there(cast: Cast, ana: Client) -> None:
    contact = Record.objects.create(organisation=cast.lipa, owner=cast.ana, kind=RecordKind.CONTACT, name="Maja")
    message = make_message(cast.ana, contact, MessageState.SCHEDULED)
    Message.objects.filter(pk=message.pk).update(send_at=clock.now(), subject="Leaves soon")
    assert "Leaves soon" in ana.get("/today/").content.decode()


def test_the_newest_of_people_stands_there_and_nothing_of_machines(cast: Cast, ana: Client) -> None:
    opened, scanned = (followed_message(cast.ana, subject=subject) for subject in ("Opened by Maja", "Scanned"))
    happened(hit(delivery_of(opened)), hit(delivery_of(scanned), agent=SCANNER))
    said = ana.get("/today/").content.decode()
    assert "Opened by Maja" in said
    assert "Scanned" not in said


def test_its_queries_do_not_grow(cast: Cast, ana: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        call(cast.ana, f"Ring {number}", clock.now())
    happened(*(hit(delivery_of(followed_message(cast.ana, subject=f"Mail {number}"))) for number in range(12)))
    with django_assert_max_num_queries(14):
        ana.get("/today/")


def test_the_first_steps_are_done_by_doing_them(cast: Cast) -> None:
    before = {step.key for step in first_steps(cast.ana) if step.done}
    happened(hit(delivery_of(followed_message(cast.ana))))
    after = {step.key for step in first_steps(cast.ana) if step.done}
    assert before == set()
    assert after == {"send", "opened"}


def test_only_administrators_are_led_to_what_only_they_can_do(cast: Cast) -> None:
    assert {step.key for step in first_steps(cast.dora)} - {step.key for step in first_steps(cast.ana)} == {
        "engagement",
        "colleagues",
    }


def test_the_first_steps_can_be_put_away_and_brought_back(cast: Cast, ana: Client) -> None:
    assert "Connect your mailbox" in ana.get("/today/").content.decode()
    ana.post("/today/steps/", {"show": "0"})
    hidden = ana.get("/today/").content.decode()
    assert "Connect your mailbox" not in hidden
    assert "Show the first steps" in hidden
    ana.post("/today/steps/", {"show": "1"})
    assert "Connect your mailbox" in ana.get("/today/").content.decode()


def test_the_start_leads_there(ana: Client) -> None:
    assert ana.get("/").headers["Location"] == "/today/"
