"""What is only looked at leaves no draft: dialogs that speak of a stored e-mail make one, and take it away (C1)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from odziv.models import Activity, Message
from tests.browser.composing import becomes_true, composer, saved
from tests.browser.conftest import Site
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def look(page: Page, button: str, dialog: str) -> None:
    page.get_by_role("button", name=button, exact=True).first.click()
    expect(page.locator(dialog)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(dialog)).to_be_hidden()


def none_remain() -> None:
    """The page that was left does not wait for the answer; the test does."""
    for _ in range(100):
        if not Activity.objects.exists():
            return
    raise AssertionError("a draft remains")


@pytest.mark.parametrize(("button", "dialog"), [("Preview", "#preview-dialog"), ("Set reminder", "#timing-dialog")])
def test_a_dialog_over_an_empty_sheet_leaves_no_draft(site: Site, cast: Cast, button: str, dialog: str) -> None:
    page = composer(site, cast)
    look(page, button, dialog)
    assert Message.objects.count() == 1
    assert page.url == f"{site.url}/compose/"  # so that one may reload it
    page.goto(f"{site.url}/contacts/")
    page.wait_for_timeout(300)
    none_remain()
    page.go_back()
    page.wait_for_selector("#composer[data-ready]")
    page.locator("#subject").fill("Offer")
    assert saved(page).subject == "Offer"


def test_what_is_written_afterwards_is_kept(site: Site, cast: Cast) -> None:
    page = composer(site, cast)
    look(page, "Preview", "#preview-dialog")
    page.locator("#subject").fill("Offer")
    message = saved(page)
    becomes_true(page, f"location.pathname == '/compose/{message.pk}/'")
    page.goto(f"{site.url}/contacts/")
    page.wait_for_timeout(300)
    assert Message.objects.get().subject == "Offer"


def test_who_saves_an_empty_draft_keeps_it(site: Site, cast: Cast) -> None:
    page = composer(site, cast)
    look(page, "Preview", "#preview-dialog")
    page.locator("#save").click()
    expect(page.locator("#toasts")).to_contain_text("The draft is saved.")
    page.goto(f"{site.url}/contacts/")
    page.wait_for_timeout(300)
    assert Message.objects.count() == 1
