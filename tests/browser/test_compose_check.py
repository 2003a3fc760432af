"""What is said before an e-mail leaves: errors block, questions can be sent, each leads to its place (C1, M4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from odziv.compose import attachments, reminders
from odziv.compose.chosen import at_instant
from odziv.lib import clock
from odziv.models import Condition, Message, MessageState
from tests.browser.composing import becomes_true, composer, faults, saved, sheet, write
from tests.browser.conftest import Site
from tests.compose.support import draft
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = {
    "en": (
        "Nobody would get",
        "To the recipients",
        "“attached”",
        "{{ contact.name }}",
        "Show it in the text",
        "Send anyway",
    ),
    "sl": (
        "ne bi dobil nihče",
        "K prejemnikom",
        "»attached«",
        "{{ contact.name }}",
        "Pokaži v besedilu",
        "Vseeno pošlji",
    ),
}


@pytest.mark.parametrize("language", ["en", "sl"])
def test_what_is_wrong_leads_to_its_place_and_questions_can_be_sent(site: Site, cast: Cast, language: str) -> None:
    nobody, to_people, attached, placeholder, show, anyway = WORDS[language]
    cast.ana.language = language
    cast.ana.save()
    html = "<p>Our offer is attached.</p><p>Yours, {{ contact.name }}</p>"
    message = draft(cast.ana, to="", html=html)
    page = composer(site, cast, f"/compose/{message.pk}/", viewport={"width": 390, "height": 844})
    dialog = page.locator("#send-check")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_contain_text(nobody)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(dialog.get_by_role("button", name=anyway)).to_be_hidden()
    dialog.get_by_role("button", name=to_people).click()
    expect(page.locator("#to-input")).to_be_focused()
    page.keyboard.type("maja@hrast.example,")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_contain_text(attached)
    expect(dialog).to_contain_text(placeholder)
    dialog.locator("li", has_text=placeholder).get_by_role("button", name=show).click()
    becomes_true(page, "tinymce.activeEditor.selection.getContent({format: 'text'}) === '{{ contact.name }}'")
    page.keyboard.type("Ana")
    expect(sheet(page).locator("body")).to_contain_text("Yours, Ana")
    page.keyboard.press("Control+Enter")
    expect(dialog).not_to_contain_text(placeholder)
    dialog.get_by_role("button", name=anyway).click()
    page.wait_for_url("**/messages/*/")
    sent = Message.objects.get(pk=message.pk)
    assert sent.state == MessageState.SENDING and "Yours, Ana" in sent.html


def test_a_reminder_that_needs_following_is_mended_where_it_stands(site: Site, cast: Cast) -> None:
    message = draft(cast.ana)
    soon = at_instant(clock.now() + timedelta(days=2), cast.ana.zone)
    reminders.remind(message, cast.ana, Condition.NOT_OPENED, soon, "", clock.now())
    page = composer(site, cast, f"/compose/{message.pk}/")
    page.locator("#follow").get_by_role("button", name="Don't follow").click()
    expect(page.locator("#follow")).to_have_attribute("data-state", "off")
    page.keyboard.press("Control+Enter")
    page.locator("#send-check").get_by_role("button", name="Change the reminder").click()
    page.get_by_label("Remind me anyway").check()
    page.locator("#timing-dialog").get_by_role("button", name="Save").click()
    expect(page.locator("#timing-dialog")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/messages/*/")


def test_a_file_that_is_lost_is_mended_among_the_attachments(site: Site, cast: Cast) -> None:
    message = draft(cast.ana)
    row = attachments.attach(message, "Ponudba.pdf", "", [b"only here", message.pk.bytes])
    attachments.file_store().delete(row.file.key)
    page = composer(site, cast, f"/compose/{message.pk}/")
    page.keyboard.press("Control+Enter")
    page.locator("#send-check").get_by_role("button", name="Manage attachments").click()
    page.locator("#files-dialog").get_by_role("button", name="Remove Ponudba.pdf").click()
    page.locator("#files-dialog").get_by_role("button", name="Done").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/messages/*/")


def test_another_window_s_text_is_never_sent_unseen(site: Site, cast: Cast) -> None:
    message = draft(cast.ana, html="<p>Prvi</p>")
    page = composer(site, cast, f"/compose/{message.pk}/")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("#composer[data-ready]")
    write(other, "Drugi ")
    saved(other)
    page.keyboard.press("Control+Enter")
    page.locator("#notices, #versions").get_by_text("another window").first.wait_for()
    assert Message.objects.get(pk=message.pk).state == MessageState.DRAFT
