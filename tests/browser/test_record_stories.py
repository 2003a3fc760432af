"""Records as people live with them: a lead becomes a customer, two write at once, a session ends, all of it by keys."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import global_settings, settings
from django.test import override_settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from odziv.lib import clock
from odziv.models import Account, Activity, Contact, Lead, Message, Opportunity, Record, User
from tests.browser.conftest import Site
from tests.support.browser import Words
from tests.support.cast import Cast
from tests.web.test_records_lists import HOSTILE, add
from tests.web.test_records_pages import write

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}


def faults(page: Page) -> list[tuple[str, list[object]]]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in found]


def speak(user: User, language: str) -> Words:
    User.objects.filter(pk=user.pk).update(language=language)
    return Words(language)


@pytest.fixture
def lead(cast: Cast, site: Site) -> Record:
    add(cast.bor, Account(name="Hrib d.o.o."))
    row = Lead(name="Maja Novak", company="Hrib", job_title="Buyer", status="open")
    lead = add(cast.ana, row, "maja@hrib.example", phone="+386 41 234 567")
    write(cast.ana, lead, follow_state="on", opens=2, last_opened_at=clock.now() - timedelta(days=1))
    Message.objects.update(text="Dear Maja, here is our offer.", recipients="Maja Novak")
    return lead


@pytest.mark.parametrize("language", ["en", "sl"])
def test_a_lead_becomes_a_customer(site: Site, cast: Cast, lead: Record, language: str) -> None:
    words = speak(cast.ana, language)
    page = site.open(cast.ana, lead.get_absolute_url())
    page.keyboard.press("q")
    expect(page.get_by_role("radio", name=re.compile("Hrib d.o.o."))).to_be_checked()
    page.get_by_label(words("Create an opportunity")).check()
    page.get_by_label(f"{words('Name')} {words('optional')}", exact=True).last.fill("Refit")
    page.get_by_label(words("Amount")).fill("12400")
    assert faults(page) == []
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="Refit")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text(words("%(name)s is qualified.", name="Maja Novak"))
    page.get_by_role("link", name="Maja Novak").first.click()
    tile = page.locator(".tile.opens").first
    expect(tile).to_contain_text("Offer")  # what the lead had stands on the contact
    expect(tile).to_contain_text(words("Last opened %(time)s", time=words("yesterday")))

    page.goto(f"{site.url}{Opportunity.objects.get().get_absolute_url()}")
    page.get_by_role("link", name=words("Close as won")).click()
    dialog = page.get_by_role("dialog", name=words("Close as won"))
    expect(dialog.get_by_role("button", name=words("Close as won"))).to_be_focused()
    dialog.get_by_label(words("Note")).fill("Signed")
    assert faults(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label(words("How it ended"))).to_contain_text("Signed")
    assert Opportunity.objects.get().status == "won"
    page.locator("#toasts").get_by_role("button", name=words("Undo")).last.click()
    expect(page.get_by_role("link", name=words("Close as lost"))).to_be_visible()
    assert Opportunity.objects.get().status == "open"


def test_tiles_open_in_place_and_a_task_is_done_without_leaving(site: Site, cast: Cast, lead: Record) -> None:
    now = clock.now()
    Activity.objects.create(
        organisation=cast.lipa, owner=cast.ana, kind="task", subject=f"Samples {HOSTILE}", regarding=lead,
        at=now, due_at=now - timedelta(days=1), description="Oak",
    )  # fmt: skip
    page = site.open(cast.ana, lead.get_absolute_url())
    content = page.get_by_role("button", name="Content of Offer")
    content.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Dear Maja, here is our offer.")).to_be_visible()
    expect(content).to_have_attribute("aria-expanded", "true")
    expect(content).to_be_focused()
    page.get_by_role("button", name="History of Offer").press("Space")
    expect(page.get_by_role("link", name="The whole history")).to_be_visible()
    assert faults(page) == []
    content.press("Enter")
    expect(page.get_by_text("Dear Maja, here is our offer.")).to_be_hidden()

    page.get_by_role("button", name="Mark as done: Samples").press("Enter")
    again = page.get_by_role("button", name="Open again: Samples")
    expect(again).to_be_focused()
    expect(page.locator(".tile.opens", has_text="Samples").locator(".tile-state")).to_have_text("Done")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Mark as done: Samples")).to_be_visible()
    assert Activity.objects.get(kind="task").state == "open"


def test_the_second_of_two_writers_decides_field_by_field(site: Site, cast: Cast, lead: Record) -> None:
    url = reverse("lead-edit", args=[lead.pk])
    hers, his = site.open(cast.ana, url), site.open(cast.bor, url)
    hers.get_by_label("Job title").fill("Director")
    hers.get_by_label("Company").fill("Hrib Group")
    hers.get_by_role("button", name="Save").last.click()
    expect(hers.get_by_role("heading", name="Maja Novak")).to_be_visible()
    his.get_by_label("Job title").fill("Head of purchasing")
    his.get_by_role("button", name="Save").last.click()
    expect(his.get_by_role("group", name=re.compile("Job title")).get_by_label(re.compile("Mine"))).to_be_checked()
    company = his.get_by_role("group", name="Company")
    expect(company.get_by_label(re.compile("Theirs"))).to_be_checked()
    assert faults(his) == []
    his.get_by_role("button", name="Save as chosen").click()
    expect(his.get_by_role("heading", name="Maja Novak")).to_be_visible()
    stored = Record.objects.get(pk=lead.pk)
    assert (stored.job_title, stored.company) == ("Head of purchasing", "Hrib Group")


def test_what_was_typed_outlives_a_session_that_ended(site: Site, cast: Cast, lead: Record) -> None:
    password = "another long pass phrase"
    # The web process knows the product's hashers only, not the quick one of the tests.
    with override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS):
        cast.ana.set_password(password)
    cast.ana.save()
    page = site.open(cast.ana, reverse("lead-edit", args=[lead.pk]))
    page.get_by_label("Job title").fill("Head of purchasing")
    page.locator("[data-rows-of=emails]").get_by_role("button", name="Add another").click()
    page.keyboard.type("second@hrib.example")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Save").last.click()
    page.get_by_label("E-mail address").fill(cast.ana.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Here is what you typed before you were signed out.")).to_be_visible()
    expect(page.get_by_label("Job title")).to_have_value("Head of purchasing")
    expect(page.locator("[name=emails-1-address]")).to_have_value("second@hrib.example")
    assert Record.objects.get(pk=lead.pk).job_title == "Buyer"
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("heading", name="Maja Novak")).to_be_visible()
    assert Record.objects.get(pk=lead.pk).job_title == "Head of purchasing"
    # Signed out, the page asked whether another record has the address; that it may not know is no fault.
    site.complaints[:] = [text for text in site.complaints if "401" not in text]


def test_a_record_deleted_meanwhile_takes_nothing_typed_with_it(site: Site, cast: Cast, lead: Record) -> None:
    page = site.open(cast.ana, reverse("lead-edit", args=[lead.pk]))
    page.get_by_label("Description").fill("Long thoughts")
    Record.objects.filter(pk=lead.pk).delete()
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_label("What you typed is still here")).to_have_value(re.compile("Long thoughts"))


def test_everything_is_reached_from_the_command_menu(site: Site, cast: Cast, lead: Record) -> None:
    add(cast.bor, Contact(name="Zoran Mlakar"))
    page = site.open(cast.ana, lead.get_absolute_url())
    page.keyboard.press("Control+k")
    menu = page.get_by_role("dialog", name="Command menu")
    field = menu.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(menu.get_by_role("option").first).to_contain_text("Maja Novak")  # seen last
    assert faults(page) == []
    field.press_sequentially("mlak")
    expect(menu.get_by_role("option").first).to_contain_text("Zoran Mlakar")
    active = field.get_attribute("aria-activedescendant")
    assert active
    expect(menu.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Zoran Mlakar")).to_be_visible()

    page.wait_for_load_state()  # the heading stands before the scripts do
    page.keyboard.press("Control+k")
    field.fill("new task")
    expect(menu.get_by_role("option").first).to_contain_text("New: Task")
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New task")).to_be_visible()

    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    field.fill("keyb")
    expect(menu.get_by_role("option").first).to_contain_text("Keyboard shortcuts")
    page.keyboard.press("Enter")
    with page.expect_response(f"**{reverse('letter-keys')}"):
        page.get_by_role("switch", name="Use keys of a single letter").uncheck()
    page.keyboard.press("Escape")
    page.goto(f"{site.url}{lead.get_absolute_url()}")
    page.keyboard.press("q")
    page.keyboard.press("Control+k")
    expect(menu).to_be_visible()
    assert page.url.endswith(lead.get_absolute_url())
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_quick_fingers_open_in_the_command_menu_what_they_typed(site: Site, cast: Cast, lead: Record) -> None:
    zoran = add(cast.bor, Contact(name="Zoran Mlakar"))
    page = site.open(cast.ana, lead.get_absolute_url())
    # All in one go, as keys reach a busy page: it opens, is typed into, and Enter does not wait for the list.
    page.evaluate(
        """() => {
             document.getElementById("command").showModal();
             const field = document.querySelector("#command input");
             field.value = "mlakar";
             field.dispatchEvent(new InputEvent("input", { bubbles: true }));
             field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
           }"""
    )
    page.wait_for_url(f"**{zoran.get_absolute_url()}")


def test_nobody_is_shut_out_of_what_a_walk_over_all_pages_does_not_see(site: Site, cast: Cast, lead: Record) -> None:
    deal = add(cast.ana, Opportunity(name="Refit", status="open", amount=12400, currency="EUR"))
    size = {"width": 390, "height": 900}
    page = site.browser(cast.ana, viewport=size, color_scheme="light", reduced_motion="reduce").new_page()
    close = f"{reverse('opportunity-close', args=[deal.pk])}?status=lost"
    for url in (close, "/search/?q=maja", "/contacts/?q=zzz"):
        page.goto(f"{site.url}{url}")
        assert faults(page) == [], url
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, url
