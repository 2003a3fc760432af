"""Nothing typed is lost and nothing overwritten unseen: two windows, a closed tab, a session that ended (C1)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from odziv.compose import drafts
from odziv.compose.drafts import DraftFields
from odziv.models import Message
from tests.browser.composing import becomes_true, composer, faults, saved, sheet, write
from tests.browser.conftest import Site
from tests.compose.support import draft
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VERBS = {
    "en": {"mine": "Keep what is here", "other": "Take the other one", "copy": "Keep mine as a copy"},
    "sl": {"mine": "Obdrži, kar je tu", "other": "Vzemi drugo", "copy": "Shrani moje kot kopijo"},
}


def two_versions(site: Site, cast: Cast, language: str = "en", width: int = 1440) -> tuple[Page, Message]:
    """Ana's window, in which she typed after the same draft was saved on another device."""
    cast.ana.language = language
    cast.ana.save()
    message = draft(cast.ana, subject="Prvi", html="<p>Cena je 100 EUR.</p>")
    page = composer(site, cast, f"/compose/{message.pk}/", viewport={"width": width, "height": 844})
    drafts.save(message, DraftFields(subject="Druga naprava", html="<p>Cena je 120 EUR.</p>"))
    page.fill("#subject", "To okno")
    expect(page.locator("#versions")).to_contain_text("Druga naprava")
    return page, message


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("sl", 390)])
def test_keeping_what_is_here(site: Site, cast: Cast, language: str, width: int) -> None:
    page, message = two_versions(site, cast, language, width)
    dialog = page.locator("#versions")
    assert dialog.locator(".mine mark").all_inner_texts() == ["To okno", "100"]
    assert dialog.locator(".theirs mark").all_inner_texts() == ["Druga naprava", "120"]
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")  # undecided: nothing is written, and the way back stands above the sheet
    message.refresh_from_db()
    assert message.subject == "Druga naprava"
    page.locator("#notices .notice").get_by_role("button").click()
    dialog.get_by_role("button", name=VERBS[language]["mine"]).click()
    expect(page.locator("#notices")).to_be_empty()
    assert (saved(page).subject, "100 EUR" in saved(page).html) == ("To okno", True)


def test_taking_the_other_one(site: Site, cast: Cast) -> None:
    page, message = two_versions(site, cast)
    page.locator("#versions").get_by_role("button", name=VERBS["en"]["other"]).click()
    expect(page.locator("#subject")).to_have_value("Druga naprava")
    expect(sheet(page).locator("body")).to_contain_text("120 EUR")
    expect(page.locator("#notices")).to_be_empty()
    assert Message.objects.get().pk == message.pk


def test_keeping_both(site: Site, cast: Cast) -> None:
    page, message = two_versions(site, cast)
    page.locator("#versions").get_by_role("button", name=VERBS["en"]["copy"]).click()
    page.wait_for_url(lambda url: str(message.pk) not in url)
    page.wait_for_selector("#composer[data-ready]")
    expect(page.locator("#subject")).to_have_value("To okno")
    expect(sheet(page).locator("body")).to_contain_text("100 EUR")
    assert sorted(Message.objects.values_list("subject", flat=True)) == ["Druga naprava", "To okno"]


def test_what_was_sent_elsewhere_can_be_kept_as_an_e_mail_of_its_own(site: Site, cast: Cast) -> None:
    message = draft(cast.ana)
    page = composer(site, cast, f"/compose/{message.pk}/")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("#composer[data-ready]")
    other.keyboard.press("Control+Enter")
    other.wait_for_url("**/messages/*/")
    page.fill("#subject", "Še nekaj")
    page.get_by_role("button", name="Keep it as a new e-mail").click()
    page.wait_for_url(lambda url: str(message.pk) not in url)
    assert Message.objects.get(subject="Še nekaj").pk != message.pk


def test_a_tab_that_is_closed_at_once_loses_nothing(site: Site, cast: Cast) -> None:
    message = draft(cast.ana)
    page = composer(site, cast, f"/compose/{message.pk}/")
    page.context.set_offline(True)
    write(page, "Zadnji stavek. ")
    page.close(run_before_unload=False)
    context = site.contexts[-1]
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{site.url}/today/")
    page.locator("#toasts").get_by_role("button", name="Show it").click()
    page.wait_for_selector("#composer[data-ready]")
    page.get_by_role("button", name="Bring it back").click()
    expect(sheet(page).locator("body")).to_contain_text("Zadnji stavek.")
    expect(page.locator("#saved-state")).to_have_text(re.compile(r"^Saved \d"))
    assert "Zadnji stavek." in saved(page).html
    site.complaints[:] = [text for text in site.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def test_after_a_session_ended_its_text_is_for_its_writer_only(site: Site, cast: Cast) -> None:
    message = draft(cast.ana)
    page = composer(site, cast, f"/compose/{message.pk}/")
    context = page.context
    context.clear_cookies()
    page.fill("#subject", "Zaupno")
    expect(page.locator("#notices")).to_contain_text("You are signed out")
    page.close()
    site.sign_in(context, cast.ana)
    page = context.new_page()
    page.goto(f"{site.url}/compose/{message.pk}/")
    page.get_by_role("button", name="Throw it away").wait_for()
    site.sign_in(context, cast.bor)
    page.goto(f"{site.url}/today/")
    becomes_true(page, "localStorage['odziv.user'] === document.body.dataset.user")
    left = """async () => {
      const open = indexedDB.open("odziv-composer", 1);
      await new Promise((done) => (open.onsuccess = done));
      const keys = open.result.transaction("copies").objectStore("copies").getAllKeys();
      await new Promise((done) => (keys.onsuccess = done));
      return [...keys.result, ...Object.keys(localStorage).filter((name) => name.startsWith("odziv.copy."))];
    }"""
    assert page.evaluate(left) == []
    site.complaints[:] = [text for text in site.complaints if "401" not in text and "403" not in text]
