"""Two people change one record, or one task: the second decides, field by field, and loses nothing (R1, R3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from odziv.lib import clock
from odziv.models import Activity, Contact, Record
from odziv.records import todo
from odziv.records.saving import Reach, save
from tests.support.cast import Cast
from tests.web.test_records_forms import ROWS
from tests.web.test_records_lists import HOSTILE, add


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    client.force_login(cast.ana)
    return client


@pytest.fixture
def maja(cast: Cast) -> Record:
    return add(cast.ana, Contact(name="Maja", job_title="Buyer", language="sl"), "maja@hrib.example")


def opened(client: Client, url: str) -> dict[str, str]:
    """What the form carries unseen."""
    context = client.get(url).context
    return {"was": context["was"], "version": str(context["form"]["version"].value())}


def sent(cast: Cast, **fields: str) -> dict[str, str]:
    plain = {"name": "Maja", "job_title": "Buyer", "language": "sl", "owner": str(cast.ana.pk), "follow_email": "allow"}
    rows = {**ROWS, "emails-TOTAL_FORMS": "1", "emails-0-address": "maja@hrib.example"}
    return {**rows, **plain, **fields}


def bor_saves(cast: Cast, maja: Record, **fields: str) -> None:
    stored = Record.objects.get(pk=maja.pk)
    for name, value in fields.items():
        setattr(stored, name, value)
    save(stored, user=cast.bor, now=clock.now())


def decisions(answer: Any) -> dict[str, tuple[str, bool]]:
    assert answer.status_code == 422
    return {one.name: (one.take, one.both) for one in answer.context["decide"]}


def test_what_only_they_changed_is_theirs_and_what_only_i_changed_is_mine(
    cast: Cast, ana: Client, maja: Record
) -> None:
    url = reverse("contact-edit", args=[maja.pk])
    unseen = opened(ana, url)
    bor_saves(cast, maja, language="de", description="Calls back on Mondays", name="Maja Novak")
    answer = ana.post(url, {**sent(cast, job_title="Head", name="Maja N."), **unseen})
    assert decisions(answer) == {
        "name": ("mine", True),
        "job_title": ("mine", False),
        "language": ("theirs", False),
        "description": ("theirs", False),
    }
    page = answer.content.decode()
    assert "Calls back on Mondays" in page and "Maja N." in page and "German" in page
    assert Record.objects.get(pk=maja.pk).job_title == "Buyer"


def test_saving_keeps_what_was_chosen_of_each(cast: Cast, ana: Client, maja: Record) -> None:
    url = reverse("contact-edit", args=[maja.pk])
    unseen = opened(ana, url)
    bor_saves(cast, maja, language="de", name="Maja Novak", job_title="Director")
    answer = ana.post(url, {**sent(cast, job_title="Head", name="Maja N."), **unseen})
    unseen["version"] = str(answer.context["form"]["version"].value())
    takes = {"take-name": "theirs", "take-job_title": "mine", "take-language": "theirs"}
    assert ana.post(url, {**sent(cast, job_title="Head", name="Maja N."), **unseen, **takes}).status_code == 302
    stored = Record.objects.get(pk=maja.pk)
    assert (stored.name, stored.job_title, stored.language) == ("Maja Novak", "Head", "de")


def test_lists_of_addresses_are_decided_too(cast: Cast, ana: Client, maja: Record) -> None:
    url = reverse("contact-edit", args=[maja.pk])
    unseen = opened(ana, url)
    save(Record.objects.get(pk=maja.pk), Reach(["new@hrib.example"]), user=cast.bor, now=clock.now())
    answer = ana.post(url, {**sent(cast, job_title="Head"), **unseen})
    assert decisions(answer)["emails"] == ("theirs", False)
    unseen["version"] = str(answer.context["form"]["version"].value())
    ana.post(url, {**sent(cast, job_title="Head"), **unseen, "take-emails": "theirs"})
    stored = Record.objects.get(pk=maja.pk)
    assert (stored.main_email, stored.job_title) == ("new@hrib.example", "Head")


def test_a_third_writer_is_met_as_the_second_was(cast: Cast, ana: Client, maja: Record) -> None:
    url = reverse("contact-edit", args=[maja.pk])
    unseen = opened(ana, url)
    bor_saves(cast, maja, name="First")
    answer = ana.post(url, {**sent(cast, job_title="Head"), **unseen})
    unseen["version"] = str(answer.context["form"]["version"].value())
    bor_saves(cast, maja, name="Second")
    answer = ana.post(url, {**sent(cast, job_title="Head"), **unseen, "take-name": "theirs"})
    assert decisions(answer)["name"] == ("theirs", False)
    assert "Second" in answer.content.decode()


def test_when_both_say_the_same_nothing_is_asked(cast: Cast, ana: Client, maja: Record) -> None:
    url = reverse("contact-edit", args=[maja.pk])
    unseen = opened(ana, url)
    bor_saves(cast, maja, job_title="Head")
    assert ana.post(url, {**sent(cast, job_title="Head"), **unseen}).status_code == 302


@pytest.mark.parametrize("was", ["", "no json", "[1]", '{"name": 3}', "{" * 30_000])
def test_a_damaged_memory_of_the_form_only_costs_the_guess(cast: Cast, ana: Client, maja: Record, was: str) -> None:
    bor_saves(cast, maja, job_title="Head")
    answer = ana.post(reverse("contact-edit", args=[maja.pk]), {**sent(cast), "version": "1", "was": was})
    assert decisions(answer) == {"job_title": ("mine", True)}


def test_two_change_one_task(cast: Cast, ana: Client, maja: Record) -> None:
    task = Activity.objects.create(
        organisation=cast.lipa, owner=cast.ana, kind="task", subject="Prices", regarding=maja
    )
    url = reverse("activity", args=[task.pk])
    unseen = opened(ana, url)
    stored = Activity.objects.get(pk=task.pk)
    stored.description = "By post"
    todo.save(stored, done=True, now=clock.now())
    typed = {"subject": "Prices 2027", "owner": str(cast.ana.pk), "regarding": str(maja.pk), "regarding_text": "Maja"}
    answer = ana.post(url, {**typed, **unseen})
    assert decisions(answer) == {
        "subject": ("mine", False), "description": ("theirs", False), "done": ("theirs", False)
    }  # fmt: skip
    unseen["version"] = str(answer.context["form"]["version"].value())
    takes = {"take-description": "theirs", "take-done": "theirs", "take-subject": "mine"}
    assert ana.post(url, {**typed, **unseen, **takes}).status_code == 302
    after = Activity.objects.get(pk=task.pk)
    assert (after.subject, after.description, after.state) == ("Prices 2027", "By post", "done")


def test_hostile_values_of_both_are_text(cast: Cast, ana: Client, maja: Record) -> None:
    bor_saves(cast, maja, job_title=HOSTILE)
    answer = ana.post(
        reverse("contact-edit", args=[maja.pk]), {**sent(cast, job_title=f"mine {HOSTILE}"), "version": "1"}
    )
    page = answer.content.decode()
    assert HOSTILE not in page and page.count(escape(HOSTILE)) >= 2


@pytest.mark.parametrize("kind", ["contact", "task"])
def test_what_was_typed_before_the_session_ended_shows_again_and_is_not_saved(
    cast: Cast, ana: Client, maja: Record, kind: str
) -> None:
    typed = {**sent(cast, name="Typed", subject="Typed"), "version": "1", "more": "kept"}
    for url in (reverse(f"{kind}-new"), reverse("contact-edit", args=[maja.pk])):
        answer = ana.post(url, typed)
        page = answer.content.decode()
        assert answer.status_code == 200 and 'value="Typed"' in page and "before you were signed out" in page
    assert Record.objects.get().name == "Maja" and not Activity.objects.exists()
