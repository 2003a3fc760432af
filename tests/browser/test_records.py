"""Records and settings in a real Chromium: rows that come and go, the picker, searching while one types."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from odziv.lib import clock
from odziv.models import Account, Activity, ApiToken, ConsentSource, Contact, FollowEmail, Lead, Opportunity, Record
from odziv.privacy import consent
from tests.browser.conftest import Site
from tests.browser.test_record_stories import speak
from tests.support.cast import Cast
from tests.web.test_records_lists import add

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}
LISTS = ["accounts", "contacts", "leads", "opportunities", "settings", "users", "invite", "mailboxes",
         "mailbox-new", "tokens", "profile", "account-new", "opportunity-new", "call-new", "task-new"]  # fmt: skip


BOTH = pytest.mark.parametrize("language", ["en", "sl"])


@pytest.fixture
def maja(site: Site, cast: Cast) -> Record:
    """Contact of an account that does not allow following, with everything that a page can show."""
    company = add(cast.ana, Account(name="Hrib d.o.o.", industry="Furniture"), "info@hrib.example", phone="+386 1 2345")
    now = clock.now()
    consent.change(company, FollowEmail.DO_NOT_ALLOW, source=ConsentSource.RECORD, user=cast.ana, now=now)
    maja = add(cast.ana, Contact(name="Maja Novak", account=company, job_title="Buyer"), "maja@hrib.example")
    add(cast.bor, Lead(name="Zoran", company="Brest"), "maja@hrib.example")
    deal = Opportunity(name="Refit", account=company, primary_contact=maja, amount=12400, currency="EUR", status="won")
    add(cast.bor, deal)
    Activity.objects.create(organisation=cast.lipa, owner=cast.ana, kind="call", subject="Call Maja", regarding=maja)
    return maja


def faults(page: Page) -> list[tuple[str, list[object]]]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in found]


@BOTH
def test_rows_are_added_and_taken_away_without_reloading(site: Site, maja: Record, cast: Cast, language: str) -> None:
    words = speak(cast.ana, language)
    page = site.open(cast.ana, reverse("contact-edit", args=[maja.pk]))
    emails, phones = page.locator("[data-rows-of=emails]"), page.locator("[data-rows-of=phones]")
    for address in ("second@hrib.example", "third@hrib.example"):
        emails.get_by_role("button", name=words("Add another")).click()
        page.keyboard.type(address)
    emails.get_by_role("button", name=words("Remove this line")).nth(1).click()
    phones.get_by_role("button", name=words("Add another")).click()
    phones.get_by_label(words("Phone number")).last.fill("+386 1 555 66 77")
    page.get_by_role("button", name=words("Save")).last.click()
    expect(page.locator("#toasts")).to_contain_text(words("Saved."))
    assert [email.address for email in maja.emails.all()] == ["maja@hrib.example", "third@hrib.example"]
    assert maja.phones.get().digits == "38615556677"


def test_an_address_that_another_record_has_is_said_while_typing(site: Site, maja: Record, cast: Cast) -> None:
    page = site.open(cast.ana, reverse("contact-new"))
    page.get_by_label("E-mail address").fill("INFO@hrib.example")
    page.get_by_label("First and last name").click()
    expect(page.locator(".duplicate-hint").first).to_contain_text("Hrib d.o.o.")


@BOTH
def test_an_account_is_picked_with_the_keyboard(site: Site, maja: Record, cast: Cast, language: str) -> None:
    words = speak(cast.ana, language)
    page = site.open(cast.ana, reverse("contact-new"))
    page.get_by_label(words("First and last name")).fill("Tone")
    page.get_by_role("combobox", name=words("Account")).press_sequentially("hri")
    expect(page.locator("[role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name=words("Account"))).to_have_value("Hrib d.o.o.")
    page.get_by_role("button", name=words("Create")).last.click()
    expect(page.get_by_role("heading", name="Tone")).to_be_visible()
    assert Record.objects.get(name="Tone").account == maja.account


@BOTH
def test_a_list_narrows_while_one_types_and_its_address_says_so(
    site: Site, maja: Record, cast: Cast, language: str
) -> None:
    words = speak(cast.ana, language)
    add(cast.ana, Contact(name="Tone"))
    page = site.open(cast.ana, reverse("contacts"))
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label(words("Search in this list")).press_sequentially("novak")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#counted")).to_have_text("1 contact" if language == "en" else "1 stik")
    assert re.search(r"[?&]q=novak", page.url)
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_engagement_is_turned_off_only_after_asking(site: Site, cast: Cast) -> None:
    page = site.open(cast.dora, reverse("settings"))
    page.get_by_role("button", name="Email engagement: Turn off").click()
    page.get_by_role("button", name="Cancel").click()
    cast.lipa.refresh_from_db()
    assert cast.lipa.engagement
    page.get_by_role("button", name="Email engagement: Turn off").click()
    page.get_by_role("dialog").get_by_role("button", name="Turn off").click()
    expect(page.get_by_role("button", name="Email engagement: Turn on")).to_be_visible()
    cast.lipa.refresh_from_db()
    assert not cast.lipa.engagement


def test_a_token_is_copied_with_a_click(site: Site, cast: Cast) -> None:
    context = site.browser(cast.ana, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{site.url}{reverse('tokens')}")
    page.get_by_label("What is it for?").fill("web shop")
    page.get_by_role("button", name="New token").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert ApiToken.objects.user_of(copied, now=clock.now()) == cast.ana


def test_the_first_visit_offers_the_visitors_own_time_zone(site: Site) -> None:
    page = site.browser(timezone_id="America/New_York").new_page()
    page.goto(f"{site.url}/welcome/create/")
    expect(page.get_by_label("Time zone")).to_have_value("America/New_York")
    assert faults(page) == []
    page.goto(f"{site.url}/welcome/")
    assert faults(page) == []


def test_the_letters_of_a_contact_stand_beside_its_name_however_long(site: Site, maja: Record, cast: Cast) -> None:
    """All that stands in a row of the list is long, and its name is the first to get less room."""
    company = add(cast.ana, Account(name="Bergmann Maschinenbau und Anlagentechnik GmbH"))
    long = Contact(name="Alessandro Babić", account=company, job_title="Head of procurement", owner=cast.ana)
    add(cast.ana, long, "alessandro.babic@bergmann-maschinenbau.example", phone="+385 46 326 214")
    page = site.open(cast.ana, reverse("contacts"))
    for name in (long.name, maja.name):
        cell = page.get_by_role("row").filter(has_text=name).locator("td.primary")
        letters, words = cell.locator(".avatar").bounding_box(), cell.locator(".who").bounding_box()
        assert letters and words
        assert letters["x"] + letters["width"] <= words["x"]
        assert words["y"] <= letters["y"] + letters["height"] / 2 <= words["y"] + words["height"]


@BOTH
def test_a_tile_opens_and_closes_in_place(site: Site, maja: Record, cast: Cast, language: str) -> None:
    words = speak(cast.ana, language)
    Activity.objects.update(description="They want oak, not ash.")
    page = site.open(cast.ana, maja.get_absolute_url())
    button = page.get_by_role("button", name=words("Content of %(title)s", title="Call Maja"))
    button.click()
    expect(page.get_by_text("They want oak, not ash.")).to_be_visible()
    assert faults(page) == []
    button.click()
    expect(page.get_by_text("They want oak, not ash.")).to_be_hidden()
