"""Phone calls and tasks (R3)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from odziv.lib import clock
from odziv.models import Account, Activity, ActivityKind, ActivityState, Contact, Discarded, Opportunity, Record
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
    ana.post(url, {**typed, "done": "on", "version": "1"})
    call.refresh_from_db()
    assert call.state == ActivityState.DONE and abs(call.at - clock.now()) < timedelta(minutes=1)
    ana.post(url, {**typed, "version": "2"})
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
    assert ana.post(reverse("restore", args=[Discarded.objects.get().pk])).status_code == 204
    assert Activity.objects.get().regarding == maja


def test_an_e_mail_is_led_to_its_own_page(cast: Cast, ana: Client, maja: Record) -> None:
    from tests.web.test_records_pages import write

    message = write(cast.ana, maja)
    assert ana.get(reverse("activity", args=[message.pk])).headers["Location"] == f"/messages/{message.pk}/"
    assert ana.post(reverse("activity-delete", args=[message.pk])).status_code == 404


def waiting(cast: Cast, about: Record) -> Activity:
    return Activity.objects.create(
        organisation=cast.lipa, owner=cast.bor, kind="task", subject="Prices", regarding=about, description="As typed"
    )


def test_it_is_done_from_its_tile_and_undone_from_the_toast(cast: Cast, ana: Client, maja: Record) -> None:
    task = waiting(cast, maja)
    done = reverse("activity-done", args=[task.pk])
    assert done in ana.get(maja.get_absolute_url()).content.decode()
    answer = ana.post(done, {"on": str(maja.pk)}, headers={"HX-Request": "true"})
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert "Done" in answer.content.decode() and toast["text"] == "Done: Prices"
    assert Activity.objects.get().state == "done"
    assert ana.post(toast["undo"]).status_code == 204
    assert (Activity.objects.get().state, Activity.objects.get().description) == ("open", "As typed")
    assert ana.post(toast["undo"]).status_code == 409


def test_without_scripts_it_leads_back_with_a_way_to_undo(cast: Cast, ana: Client, maja: Record) -> None:
    task = waiting(cast, maja)
    answer = ana.post(reverse("activity-done", args=[task.pk]))
    assert answer.headers["Location"] == maja.get_absolute_url()
    assert f"{reverse('activity-reopen', args=[task.pk])}?undo=1" in ana.get(maja.get_absolute_url()).content.decode()


def test_a_call_offers_the_numbers_of_those_around(cast: Cast, ana: Client) -> None:
    company = add(cast.ana, Account(name="Hrib"), phone="+386 1 1")
    person = add(cast.ana, Contact(name="Jan", account=company), phone="+386 41 2")
    deal = add(cast.ana, Opportunity(name="Refit", account=company, primary_contact=person, status="open"))
    page = ana.get(f"{reverse('call-new')}?regarding={deal.pk}")
    assert page.context["numbers"] == [("+386 41 2", "Jan"), ("+386 1 1", "Hrib")]
    assert page.context["form"].initial["phone_number"] == "+386 41 2"


def test_what_is_to_do_stands_on_the_record_and_on_its_account(cast: Cast, ana: Client) -> None:
    company = add(cast.ana, Account(name="Hrib"))
    person = add(cast.ana, Contact(name="Jan", account=company))
    now = clock.now()
    for subject, due, state in (("later", 9, "open"), ("sooner", 1, "open"), ("past", 2, "done")):
        Activity.objects.create(
            organisation=cast.lipa, owner=cast.bor, kind="task", subject=subject, regarding=person, state=state,
            due_at=now + timedelta(days=due),
        )  # fmt: skip
    for record in (person, company):
        assert [tile.title for tile in ana.get(record.get_absolute_url()).context["to_do"]] == ["sooner", "later"]
