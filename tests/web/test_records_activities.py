"""Phone calls and tasks (R3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from odziv.lib import clock
from odziv.models import Activity, ActivityKind, ActivityState, Contact, Record
from tests.support.cast import Cast
from tests.web.test_records_lists import add


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


@pytest.fixture
def maja(cast: Cast) -> Record:
    return add(cast.bor, Contact(name="Maja"), phone="+386 1 234 56 78")


def test_a_call_begins_with_name_and_number(ana: Client, maja: Record) -> None:
    page = ana.get(f"{reverse('call-new')}?regarding={maja.pk}").content.decode()
    assert 'value="Call Maja"' in page and 'value="+386 1 234 56 78"' in page


def test_a_task_is_written_and_stands_where_it_is_due(cast: Cast, ana: Client, maja: Record) -> None:
    typed = {"subject": "Price list", "owner": str(cast.bor.pk), "due_at": "2027-03-01T09:30"}
    answer = ana.post(reverse("task-new"), {**typed, "regarding": str(maja.pk), "regarding_text": "Maja"})
    task = Activity.objects.get()
    assert answer.headers["Location"] == maja.get_absolute_url()
    assert (task.kind, task.owner, task.regarding_id) == (ActivityKind.TASK, cast.bor, maja.pk)
    assert (
        task.due_at is not None and task.due_at.isoformat() == "2027-03-01T08:30:00+00:00"
    )  # Ana's clock is Ljubljana's
    assert task.at == task.due_at


def test_it_is_marked_as_done_with_one_click(cast: Cast, ana: Client, maja: Record) -> None:
    call = Activity.objects.create(
        organisation=cast.lipa, owner=cast.bor, kind=ActivityKind.PHONE_CALL, subject="Call", regarding=maja,
        due_at=clock.now() + timedelta(days=2),
    )  # fmt: skip
    url = reverse("activity", args=[call.pk])
    typed = {"subject": "Call", "owner": str(cast.bor.pk), "regarding": str(maja.pk), "regarding_text": "Maja"}
    ana.post(url, {**typed, "done": "on"})
    call.refresh_from_db()
    assert call.state == ActivityState.DONE and abs(call.at - clock.now()) < timedelta(minutes=1)
    ana.post(url, typed)
    call.refresh_from_db()
    assert call.state == ActivityState.OPEN


def test_a_subject_is_needed_and_what_was_typed_stays(cast: Cast, ana: Client) -> None:
    answer = ana.post(reverse("task-new"), {"subject": " ", "owner": str(cast.ana.pk), "description": "Long story"})
    assert answer.status_code == 422 and "Long story" in answer.content.decode()
    assert not Activity.objects.exists()


def test_deleting_goes_back_to_the_record(cast: Cast, ana: Client, maja: Record) -> None:
    task = Activity.objects.create(organisation=cast.lipa, owner=cast.ana, kind="task", subject="T", regarding=maja)
    assert ana.post(reverse("activity-delete", args=[task.pk])).headers["Location"] == maja.get_absolute_url()
    assert ana.get(reverse("activity-delete", args=[task.pk])).status_code == 405


def test_an_e_mail_is_led_to_its_own_page(cast: Cast, ana: Client, maja: Record) -> None:
    from tests.web.test_records_pages import write

    message = write(cast.ana, maja)
    assert ana.get(reverse("activity", args=[message.pk])).headers["Location"] == f"/messages/{message.pk}/"
    assert ana.post(reverse("activity-delete", args=[message.pk])).status_code == 404
