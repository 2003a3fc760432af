"""Undo send at the pages (C3): it counts down wherever one goes, and gives the draft back as it was."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from odziv.compose import attachments
from odziv.models import Message, MessageState, UndoSeconds
from tests.browser.composing import composer, sheet
from tests.browser.conftest import Site
from tests.compose.support import draft
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_message_is_taken_back_from_another_page(site: Site, cast: Cast) -> None:
    cast.ana.undo_seconds = UndoSeconds.THIRTY
    cast.ana.save()
    message = draft(cast.ana, subject="Ponudba", html="<p>Pozdravljeni</p>")
    attachments.attach(message, "Cenik.pdf", "application/pdf", [b"x"], followed=True)
    page = composer(site, cast, f"/compose/{message.pk}/")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/messages/*/")
    expect(page.locator("#sent-line")).to_contain_text("Leaves in")
    left = page.locator(".toast.held [data-seconds]")
    expect(left).to_have_text("28")
    page.goto(f"{site.url}/contacts/")
    assert int(left.inner_text()) <= 28
    page.keyboard.press("z")
    page.wait_for_selector("#composer[data-ready]")
    expect(page.locator("#toasts")).to_contain_text("nothing was sent")
    expect(page.locator("#subject")).to_have_value("Ponudba")
    expect(sheet(page).locator("body")).to_contain_text("Pozdravljeni")
    expect(page.locator("#attachments").get_by_role("switch")).to_be_checked()
    assert Message.objects.get().state == MessageState.DRAFT
    assert page.locator(".toast.held").count() == 0


def test_when_the_time_is_over_it_says_that_it_leaves(site: Site, cast: Cast) -> None:
    cast.ana.undo_seconds = UndoSeconds.FIVE
    cast.ana.save()
    message = draft(cast.ana)
    page = composer(site, cast, f"/compose/{message.pk}/")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/messages/*/")
    expect(page.locator("#sent-line")).to_contain_text("Leaving now")
    expect(page.locator(".toast.held")).to_have_count(0)
