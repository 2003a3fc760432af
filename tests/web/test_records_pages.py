"""A record's page: its parts, Follow email, and the Activities column (R2, R3, R4, L3, V1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from odziv.lib import clock
from odziv.models import (
    Account,
    Activity,
    ActivityKind,
    Contact,
    Delivery,
    Discarded,
    FollowState,
    Interaction,
    Message,
    MessageState,
    Opportunity,
    Party,
    Record,
    User,
)
from odziv.records import saving
from odziv.records.saving import Reach, save
from tests.support.cast import Cast
from tests.web.test_records_lists import HOSTILE, add

PAGES = ("", "-details", "-activities")


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


@pytest.fixture
def maja(cast: Cast) -> Record:
    return add(cast.bor, Contact(name="Maja Novak", job_title="Buyer"), "maja@hrib.example", phone="+386 1 234 56 78")


def write(owner: User, about: Record, state: str = MessageState.SENT, **figures: Any) -> Message:
    activity = Activity.objects.create(
        organisation=owner.organisation, owner=owner, kind=ActivityKind.EMAIL, subject="Offer", regarding=about
    )
    return Message.objects.create(
        activity=activity, organisation=owner.organisation, owner=owner, state=state, subject="Offer", **figures
    )


def states(client: Client, record: Record) -> list[str]:
    return [tile.state.text for tile in client.get(record.get_absolute_url()).context["tiles"]]


@pytest.mark.parametrize("part", PAGES)
def test_every_part_stays_within_its_queries(
    cast: Cast, ana: Client, maja: Record, part: str, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        write(cast.ana, maja)
    ana.get(maja.get_absolute_url())  # the first look is remembered by a row of its own
    with django_assert_max_num_queries(19):
        assert ana.get(reverse(f"contact{part}", args=[maja.pk])).status_code == 200


def test_a_teammate_may_edit_it_too(ana: Client, maja: Record) -> None:
    assert ana.get(reverse("contact-edit", args=[maja.pk])).status_code == 200


def test_it_is_not_there_under_another_kind(ana: Client, maja: Record) -> None:
    assert ana.get(f"/accounts/{maja.pk}/").status_code == 404


def test_drafts_of_others_do_not_show(cast: Cast, ana: Client, maja: Record) -> None:
    write(cast.bor, maja, MessageState.DRAFT)
    assert states(ana, maja) == []
    write(cast.ana, maja, MessageState.DRAFT)
    assert states(ana, maja) == ["Draft"]


def test_each_tile_says_where_its_e_mail_stands(cast: Cast, ana: Client, maja: Record) -> None:
    now = clock.now()
    followed: dict[str, Any] = {"follow_state": FollowState.ON}
    cases: dict[str, dict[str, Any]] = {
        "Not yet opened": followed,
        "Last opened just now": {**followed, "opens": 2, "last_opened_at": now},
        "Opened yesterday": {**followed, "opens": 1, "last_opened_at": now - timedelta(days=1)},
        "Replied": {**followed, "opens": 2, "last_opened_at": now, "replies": 1},
        "Sent, not followed": {"follow_state": FollowState.OFF},
        "Received": {"direction": "in"},
        "Delivery failed": {"state": MessageState.FAILED},
        "Sending": {"state": MessageState.SENDING},
    }
    for figures in cases.values():
        write(cast.ana, maja, **figures)
    assert set(states(ana, maja)) == set(cases)
    write(cast.ana, maja, MessageState.SCHEDULED, send_at=now + timedelta(days=40))
    assert any(state.startswith("Scheduled for ") for state in states(ana, maja))


def test_calls_and_tasks_say_when_they_are_due(cast: Cast, ana: Client, maja: Record) -> None:
    now = clock.now()
    dues = {
        "Due today": now,
        "Due tomorrow": now + timedelta(days=1),
        "Overdue since yesterday": now - timedelta(days=1),
        "Open": None,
    }
    for due in dues.values():
        Activity.objects.create(
            organisation=cast.lipa, owner=cast.bor, kind=ActivityKind.TASK, subject="Task", regarding=maja, due_at=due
        )
    assert set(states(ana, maja)) == set(dues)
    Activity.objects.update(due_at=now - timedelta(days=400))
    assert all(state.startswith("Overdue since ") for state in states(ana, maja))


def test_hostile_words_show_as_text_everywhere(cast: Cast, ana: Client) -> None:
    company = add(cast.ana, Account(name=HOSTILE, description=HOSTILE, industry=HOSTILE))
    person = add(cast.ana, Contact(name=HOSTILE, account=company, job_title=HOSTILE, description=HOSTILE))
    Activity.objects.create(
        organisation=cast.lipa, owner=cast.ana, kind=ActivityKind.TASK, subject=HOSTILE, regarding=person
    )
    for kind, record in (("account", company), ("contact", person)):
        for part in (*PAGES, "-edit", "-delete"):
            page = ana.get(reverse(f"{kind}{part}", args=[record.pk])).content.decode()
            assert HOSTILE not in page and escape(HOSTILE) in page


def test_the_account_tells_its_contact_that_it_does_not_allow_it(cast: Cast, ana: Client) -> None:
    company = add(cast.ana, Account(name="Hrib", follow_email="deny"))
    person = add(cast.ana, Contact(name="Maja", account=company))
    page = ana.get(reverse("contact-details", args=[person.pk])).content.decode()
    assert "Not allowed by its account" in page and company.get_absolute_url() in page


def test_follow_email_is_changed_on_details_and_leaves_its_history(cast: Cast, ana: Client, maja: Record) -> None:
    ana.post(reverse("contact-follow", args=[maja.pk]), {"follow_email": "deny"})
    page = ana.get(reverse("contact-details", args=[maja.pk]))
    assert [(entry.follow_email, entry.user) for entry in page.context["history"]] == [("deny", cast.ana)]
    ana.post(reverse("contact-follow", args=[maja.pk]), {"follow_email": "whatever"})
    assert maja.consent_history.count() == 1


def test_follow_email_shows_whether_engagement_is_on_or_off(cast: Cast, ana: Client, maja: Record) -> None:
    cast.lipa.engagement = False
    cast.lipa.save()
    assert "Follow email" in ana.get(reverse("contact-details", args=[maja.pk])).content.decode()


def test_an_opportunity_has_no_follow_email(cast: Cast, ana: Client) -> None:
    deal = add(cast.ana, Opportunity(name="Refit", status="open"))
    assert "Follow email" not in ana.get(reverse("opportunity-details", args=[deal.pk])).content.decode()


def test_whoever_shares_an_address_is_named(cast: Cast, ana: Client, maja: Record) -> None:
    other = add(cast.ana, Contact(name="Maja N."), "MAJA@hrib.example")
    assert other.get_absolute_url() in ana.get(maja.get_absolute_url()).content.decode()


def test_an_e_mail_a_call_and_a_task_are_one_click_away(ana: Client, maja: Record) -> None:
    page = ana.get(maja.get_absolute_url()).content.decode()
    for address in ("/compose/", reverse("call-new"), reverse("task-new")):
        assert f'href="{address}?regarding={maja.pk}"' in page


def test_all_activities_by_kind_and_page(cast: Cast, ana: Client, maja: Record) -> None:
    for n in range(35):
        Activity.objects.create(
            organisation=cast.lipa, owner=cast.ana, kind="call" if n % 2 else "task", subject=f"{n}", regarding=maja
        )
    url = reverse("contact-activities", args=[maja.pk])
    assert len(ana.get(f"{url}?only=call").context["all_tiles"]) == 17
    first = ana.get(url).context["page"]
    assert len(ana.get(f"{url}?cursor={first.older}").context["all_tiles"]) == 5


def test_deleting_says_what_goes_and_what_stays(cast: Cast, ana: Client) -> None:
    company = add(cast.ana, Account(name="Hrib", follow_email="deny"))
    person = save(
        Contact(organisation=cast.lipa, owner=cast.ana, name="Maja", account=company), Reach(), user=cast.ana,
        now=clock.now(),
    )  # fmt: skip
    write(cast.ana, company)
    url = reverse("account-delete", args=[company.pk])
    page = ana.get(url).content.decode()
    assert "1 contact stays" in page and "1 activity about it stays" in page and "count as unknown" in page
    assert ana.post(url).headers["Location"] == "/accounts/"
    person.refresh_from_db()
    assert person.account is None and Message.objects.exists()
    assert "Undo brings everything back" in page and "Delete for good" not in page
    assert ana.post(reverse("restore", args=[Discarded.objects.get().pk])).status_code == 204
    person.refresh_from_db()
    assert person.account == company and Account.objects.get().follow_email == "deny"


def test_what_too_much_hangs_on_is_deleted_for_good(cast: Cast, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "MOST_HANGING", 0)
    company = add(cast.ana, Account(name="Hrib"))
    write(cast.ana, company)
    url = reverse("account-delete", args=[company.pk])
    assert "Delete for good" in ana.get(url).content.decode()
    ana.post(url)
    assert not Account.objects.exists() and not Discarded.objects.exists()


def test_a_tile_opens_in_place_with_content_and_history(cast: Cast, ana: Client, maja: Record) -> None:
    message = write(cast.ana, maja, html="<p>Dear <b>Maja</b>,</p><p>" + "x" * 2000, follow_state=FollowState.ON)
    ours: dict[str, Any] = {"organisation": cast.lipa, "message": message}
    party = Party.objects.create(role="to", address="m@x.si", name="Maja Novak", **ours)
    delivery = Delivery.objects.create(due_at=clock.now(), party=party, state="accepted", followed=True, **ours)
    Interaction.objects.create(
        id=uuid4(), delivery=delivery, kind="open", at=clock.now(), method="GET", verdict="human", counted=True, **ours
    )
    url = reverse("activity-peek", args=[message.pk])
    content, history = ana.get(url).content.decode(), ana.get(f"{url}?part=history").content.decode()
    assert "Dear Maja" in content and "x …" in content and "<b>Maja</b>,</p>" not in content and "<html" not in content
    assert "Maja Novak" in history and message.get_absolute_url() in history


def test_a_call_opens_in_place_with_what_was_written_down(cast: Cast, ana: Client, maja: Record) -> None:
    call = Activity.objects.create(
        organisation=cast.lipa, owner=cast.bor, kind="call", subject="Call", regarding=maja, description=HOSTILE
    )
    part = ana.get(reverse("activity-peek", args=[call.pk])).content.decode()
    assert escape(HOSTILE) in part and HOSTILE not in part


def test_a_draft_of_a_teammate_does_not_open(cast: Cast, ana: Client, maja: Record) -> None:
    assert ana.get(reverse("activity-peek", args=[write(cast.bor, maja, MessageState.DRAFT).pk])).status_code == 404
