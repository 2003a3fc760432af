"""Send later, Set reminder and the assistant, as a salesperson uses them, in both languages (D1, D2, M1, M2, A1-A4)."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Route, expect

from odziv.assist.run import assist
from odziv.lib import clock
from odziv.models import (
    Activity,
    ActivityKind,
    Card,
    CardKind,
    CardState,
    Contact,
    Delivery,
    FollowEmail,
    Happening,
    Message,
    MessageState,
    Record,
    Reminder,
    User,
)
from tests.browser.conftest import Site
from tests.support.browser import Words
from tests.support.cast import Cast
from tests.support.journal import followed_message
from tests.web.test_records_lists import add

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(params=["en", "sl"])
def words(request: pytest.FixtureRequest, cast: Cast) -> Words:
    User.objects.update(language=request.param, undo_seconds=0)
    cast.lipa.assistant = True
    cast.lipa.save()
    return Words(request.param)


@pytest.fixture
def maja(cast: Cast) -> Record:
    return add(
        cast.ana, Contact(name="Maja Novak", time_zone="Pacific/Auckland"), "maja@hrib.example", phone="+386 1 2"
    )


def wall(days: int) -> str:
    """The same time of day some days ahead, as a date field takes it."""
    return (clock.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def write(page: Page) -> None:
    page.wait_for_selector("#composer[data-ready]")
    page.fill("#subject", "Offer")
    page.frame_locator("iframe.tox-edit-area__iframe").locator("body").fill("Good morning")


def choose(page: Page, panel: str, button: str, field: str, value: str, save: str) -> None:
    """Open a panel's dialog by its button, fill in the time, save."""
    page.locator(panel).get_by_role("button", name=button, exact=True).click()
    page.locator(field).fill(value)
    page.locator("#timing-dialog").get_by_role("button", name=save).click()
    expect(page.locator("#timing-dialog")).not_to_be_visible()


def test_an_e_mail_is_scheduled_with_a_reminder_and_rescheduled(
    site: Site, cast: Cast, maja: Record, words: Words
) -> None:
    page = site.open(cast.ana, f"/compose/?regarding={maja.pk}")
    write(page)
    expect(page.locator("#delivery")).to_contain_text("Maja Novak")  # her clock
    choose(page, "#delivery", words("Send later"), "#delay-wall", wall(2), words("Save"))
    expect(page.locator("#delivery.set-green")).to_contain_text(words("Delay send"))
    choose(page, "#reminder", words("Set reminder"), "#reminder-wall", wall(4), words("Save"))
    expect(page.locator("#reminder.set-blue")).to_be_visible()
    page.get_by_role("button", name=words("Send"), exact=True).click()
    page.wait_for_url("**/messages/**")
    message = Message.objects.get()
    assert message.state == MessageState.SCHEDULED
    choose(page, "#delivery", words("Change schedule"), "#delay-wall", wall(3), words("Save"))
    page.wait_for_load_state()
    assert Delivery.objects.get().due_at - clock.now() > timedelta(days=2, hours=20)
    page.locator("#reminder").get_by_role("button", name=words("Remove reminder")).click()
    expect(page.locator("#reminder.set-blue")).to_have_count(0)
    assert not Reminder.objects.exists()
    page.get_by_role("button", name=words("Delete"), exact=True).click()
    page.locator("#confirm [value=yes]").click()
    page.wait_for_url("**/contacts/**")
    assert not Message.objects.exists()


def test_a_suggestion_is_taken_and_a_time_that_is_over_is_refused(site: Site, cast: Cast, maja: Record) -> None:
    maja.time_zone = night_somewhere()
    maja.save()
    page = site.open(cast.ana, f"/compose/?regarding={maja.pk}")
    write(page)
    page.get_by_role("button", name="Take the suggestion").click()
    expect(page.locator("#delivery.set-green")).to_contain_text("08:00")
    page.get_by_role("button", name="Change schedule").click()
    page.fill("#delay-wall", "2020-01-01T08:00")
    page.locator("#timing-dialog").get_by_role("button", name="Save").click()
    expect(page.locator("#timing-dialog [role=alert]")).to_contain_text("must lie ahead")
    assert page.input_value("#delay-wall") == "2020-01-01T08:00"


def night_somewhere() -> str:
    """A zone in which it is between one and six in the morning now."""
    return next(
        name
        for name in ("Pacific/Auckland", "Asia/Tokyo", "Asia/Kolkata", "Europe/Ljubljana", "America/New_York",
                     "America/Los_Angeles", "Pacific/Honolulu")
        if 1 <= clock.now().astimezone(ZoneInfo(name)).hour < 7
    )  # fmt: skip


def test_an_unfollowed_e_mail_says_what_its_reminder_cannot_know(site: Site, cast: Cast, maja: Record) -> None:
    maja.follow_email = FollowEmail.DO_NOT_ALLOW
    maja.save()
    page = site.open(cast.ana, f"/compose/?regarding={maja.pk}")
    write(page)
    page.locator("#reminder").get_by_role("button", name="Set reminder").click()
    expect(page.get_by_label("if the e-mail is not opened by")).to_be_disabled()
    expect(page.get_by_label("remind me anyway at")).to_be_checked()


def opened(owner: User, maja: Record) -> Message:
    """An e-mail to Maja that a person has opened just now."""
    message = followed_message(owner, subject="Offer", to=("maja@hrib.example",), sent_at=clock.now())
    message.parties.update(record=maja)
    for rows in (Message.objects.filter(pk=message.pk), Delivery.objects.filter(message=message)):
        rows.update(opens=1, first_opened_at=clock.now())
    Happening.objects.note(owner.organisation_id, message.pk, CardKind.OPENED)
    return message


def test_a_card_comes_by_itself_and_leads_to_a_phone_call(site: Site, cast: Cast, maja: Record, words: Words) -> None:
    page = site.open(cast.ana, "/contacts/")
    expect(page.locator("#bell")).to_have_attribute("data-count", "0")
    opened(cast.ana, maja)
    assist()
    expect(page.locator("#bell")).to_have_attribute("data-count", "1")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    page.click("#bell")
    card = page.locator("#assistant-sheet .card")
    expect(card).to_contain_text("Offer")
    card.get_by_text(words("Snooze")).first.click()
    card.get_by_role("button", name=words("For an hour")).click()
    expect(card).to_have_count(0)
    page.locator(".toast-action").click()  # Undo
    expect(page.locator("#bell")).to_have_attribute("data-count", "1")
    page.reload()  # else the bell would close the sheet that may still stand open
    page.click("#bell")
    card.get_by_role("button", name=words("Create phone call")).click()
    page.wait_for_url("**/activities/**")
    call = Activity.objects.get(kind=ActivityKind.PHONE_CALL)
    assert (call.regarding, call.phone_number) == (maja, "+386 1 2")


def test_a_dismissed_card_gives_the_keyboard_to_the_next_one(site: Site, cast: Cast, maja: Record) -> None:
    cast.lipa.assistant = True
    cast.lipa.save()
    for _ in range(2):
        opened(cast.ana, maja)
    assist()
    page = site.open(cast.ana, "/assistant/")
    page.get_by_role("button", name="Dismiss: E-mail opened").first.press("Enter")
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".card :focus")).to_have_count(1)
    assert Card.objects.filter(state=CardState.DISMISSED).count() == 1


def test_a_card_that_comes_while_the_list_is_fetched_is_shown(site: Site, cast: Cast, maja: Record) -> None:
    """Two changes close together: the list that is on its way was made before the second one."""
    cast.lipa.assistant = True
    cast.lipa.save()
    page = site.open(cast.ana, "/assistant/")
    expect(page.locator("#bell")).to_have_attribute("data-count", "0")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held or route.request.headers.get("hx-target") != "cards":
            route.continue_()
        else:
            held.append(route)

    page.route("**/assistant/", hold)
    opened(cast.ana, maja)
    assist()
    while not held:
        page.wait_for_timeout(50)
    answer = held[0].fetch()
    opened(cast.ana, maja)
    assist()
    expect(page.locator("#bell")).to_have_attribute("data-count", "2")
    held[0].fulfill(response=answer)
    expect(page.locator("main .card")).to_have_count(2)


def test_cards_come_again_after_the_server_was_away(site: Site, cast: Cast, maja: Record) -> None:
    """A proxy answers for a server that is just being started: a browser gives such a stream up for good."""
    cast.lipa.assistant = True
    cast.lipa.save()
    page = site.browser(cast.ana).new_page()
    refused: list[Route] = []

    def away(route: Route) -> None:
        if len(refused) < 2:
            refused.append(route)
            route.fulfill(status=502, body="Bad Gateway")
        else:
            route.continue_()

    page.route("**/assistant/live", away)
    page.goto(f"{site.url}/contacts/")
    opened(cast.ana, maja)
    assist()
    expect(page.locator("#bell")).to_have_attribute("data-count", "1", timeout=40_000)
    assert len(refused) == 2
    site.complaints[:] = [text for text in site.complaints if "502" not in text]
