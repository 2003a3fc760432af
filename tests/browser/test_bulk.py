"""Rows are chosen by mouse and keyboard and something is done with them (V2, U2): a real browser, two languages."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from odziv.lib import clock
from odziv.models import Activity, BulkRun, ConsentEntry, Contact, Record, User
from tests.browser.conftest import Site
from tests.browser.test_record_stories import speak
from tests.support.cast import Cast
from tests.support.journal import followed_message
from tests.web.test_records_lists import HOSTILE, add

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}


def faults(page: Page) -> list[tuple[str, list[object]]]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in found]


def people(owner: User, many: int) -> None:
    for n in range(many):
        add(owner, Contact(name=f"Person {n:03} {HOSTILE if n == 1 else ''}".strip()), f"p{n}@hrib.example")


@pytest.mark.parametrize("language", ["en", "sl"])
def test_rows_are_chosen_and_given_away(site: Site, cast: Cast, language: str) -> None:
    words = speak(cast.ana, language)
    people(cast.ana, 55)
    page = site.open(cast.ana, reverse("contacts"))
    bar, boxes = page.locator("#bulk"), page.locator("#list input[name=ids]")
    expect(bar).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#bulk-count")).to_have_text(words("{0} selected").format(1))
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("tr.chosen")).to_have_count(4)
    boxes.nth(7).click(modifiers=["Shift"])
    expect(page.locator("tr.chosen")).to_have_count(8)
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()

    page.keyboard.press("Control+a")
    expect(page.locator("tr.chosen")).to_have_count(50)
    expect(page.locator("#pick-page")).to_be_checked()
    page.locator("[data-bulk=all]").click()
    expect(page.locator("#bulk-count")).to_contain_text("55")
    page.get_by_role("button", name=words("Change owner")).click()
    dialog = page.get_by_role("dialog", name=words("Change owner"))
    expect(dialog).to_contain_text("55")
    dialog.get_by_label(words("Owner")).select_option(label="Bor")
    assert faults(page) == []
    dialog.get_by_role("button", name=words("Change owner")).click()
    expect(page.locator("#toasts")).to_contain_text(words("Owner changed"))
    expect(bar).to_be_hidden()
    assert Record.objects.filter(owner=cast.bor).count() == 55
    with page.expect_navigation():
        page.locator("#toasts").get_by_role("button", name=words("Undo")).click()
    expect(page.locator("#toasts")).to_contain_text(words("Undone."))
    assert Record.objects.filter(owner=cast.ana).count() == 55


def test_what_stays_as_it_was_is_named_with_the_reason(site: Site, cast: Cast) -> None:
    people(cast.ana, 3)
    page = site.open(cast.ana, reverse("contacts"))
    page.locator("#pick-page").check()
    Record.objects.filter(name__startswith="Person 001").update(follow_email="deny")
    page.get_by_role("button", name="Do not allow following").click()
    page.get_by_role("dialog").get_by_role("button", name="Do not allow following").click()
    result = page.get_by_role("dialog")
    expect(result).to_contain_text("Follow email: Do not allow: 2 contacts")
    expect(result).to_contain_text("was so already")
    expect(result).to_contain_text(HOSTILE)
    assert faults(page) == [] and ConsentEntry.objects.count() == 2
    result.get_by_role("link", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".tone-amber")).to_have_count(3)
    page.goto(f"{site.url}{reverse('bulk', args=[BulkRun.objects.get().pk])}")
    assert faults(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#main")).to_contain_text("Undone: 2 contacts")


def test_a_choice_outlives_live_rows_and_not_a_search(site: Site, cast: Cast) -> None:
    rows = [followed_message(cast.ana, subject=f"Offer {n}") for n in range(3)]
    page = site.open(cast.ana, f"{reverse('activities')}?view=all")
    page.locator(f"#pick-{rows[1].pk}").check()
    with page.expect_response(lambda answer: "/activities/rows" in answer.url):
        page.evaluate("document.querySelector('#main [data-live]').dispatchEvent(new CustomEvent('live'))")
    expect(page.locator("#bulk-count")).to_have_text("1 selected")
    expect(page.locator(f"#pick-{rows[1].pk}")).to_be_checked()
    page.get_by_role("button", name="Create phone call").click()
    page.get_by_role("dialog").get_by_role("button", name="Create phone call").click()
    expect(page.locator("#toasts")).to_contain_text("Phone calls created for: 1 e-mail")
    assert Activity.objects.filter(kind="call", owner=cast.ana).count() == 1
    page.locator(f"#pick-{rows[1].pk}").check()
    page.get_by_label("Search in this list").fill("Offer 2")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#bulk")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1440)])
def test_nobody_is_shut_out_and_nothing_sticks_out(site: Site, cast: Cast, scheme: str, width: int) -> None:
    now = clock.now()
    people(cast.ana, 3)
    for n in range(3):
        Activity.objects.create(organisation=cast.lipa, owner=cast.ana, kind="task", subject=f"Samples {n}", due_at=now)
    page = site.browser(
        cast.ana, color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 900}
    ).new_page()
    for url in (reverse("contacts"), f"{reverse('activities')}?view=tasks"):
        page.goto(f"{site.url}{url}")
        page.locator("#list input[name=ids]").first.check()
        expect(page.locator("#bulk")).to_be_visible()
        assert faults(page) == [], url
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        box = page.locator("#bulk").bounding_box()
        assert box and box["y"] + box["height"] <= 900 and box["x"] >= 0 and box["x"] + box["width"] <= width
