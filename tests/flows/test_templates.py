"""A template from its first word to its rates: written, inserted, sent, read, counted (T1 to T4, V4, C2, U1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows.desk import Composer, Desk
from tests.support.browser import Visitor
from tests.support.served import Serve, Served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

MAJA = "maja.novak@hrast.example"
TITLE, WORDS = "Offer after a call", "as agreed on the phone, here is our offer."


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve()


@pytest.fixture(params=["en", "sl"])
def desk(request: pytest.FixtureRequest, chromium: Browser, served: Served) -> Iterator[Desk]:
    visitor = Visitor(chromium, served.url, request.param)
    yield Desk.of(visitor)
    visitor.close()
    assert not visitor.complaints


def insert_value(desk: Desk, value: str, fallback: str = "") -> None:
    """Through the picker, into where one wrote last."""
    desk.button("Insert a value").click()
    dialog = desk.page.locator("#values-dialog")
    dialog.locator("#value-name").select_option(value)
    dialog.locator("#value-fallback").fill(fallback)
    dialog.get_by_role("button", name=desk.words("Insert"), exact=True).click()
    expect(dialog).to_be_hidden()


def write_template(desk: Desk, file: Path) -> None:
    """From the empty list; a value that does not exist is named with its line before it can be saved."""
    page = desk.page
    page.goto("/templates/")
    desk.link("Write a template").click()
    page.locator("#template-form[data-ready]").wait_for()
    desk.field("Title").fill(TITLE)
    page.locator("#subject").fill("Offer for ")
    insert_value(desk, "recipient.first_name", "you")
    expect(page.locator("#subject")).to_have_value('Offer for {{ recipient.first_name | default: "you" }}')
    text = page.frame_locator(".tox-edit-area iframe").locator("body")
    text.click()
    page.keyboard.type("Hello ")
    insert_value(desk, "recipient.first_name", "there")
    expect(text).to_contain_text("recipient.first_name")  # from then on the editor has the focus again
    page.keyboard.type(f", {WORDS} Call me at ")
    insert_value(desk, "recipient.phone")
    expect(text).to_contain_text("recipient.phone")
    page.keyboard.type(" {{ recipient.nam }}")
    with page.expect_file_chooser() as chooser:
        desk.button("Attach").click()
    chooser.value.set_files(file)
    page.locator("#attachments tbody tr label.switch").click()
    preview = page.locator("#preview-here")
    expect(preview).to_contain_text("recipient.nam")
    desk.button("Save").click()
    errors = page.locator("#html-errors")
    expect(errors).to_contain_text("recipient.nam")
    page.locator("#template-form[data-ready]").wait_for()
    expect(page.locator("#attachments tbody tr")).to_have_count(1)
    expect(page.locator("#attachments [role=switch]")).to_be_checked()
    text.press("Control+End")
    for _ in " {{ recipient.nam }}":
        page.keyboard.press("Backspace")
    expect(preview.frame_locator("iframe").locator("body")).to_contain_text("Hello Maja")
    desk.button("Save").click()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    expect(page.locator("#shown")).to_contain_text("Offer for Maja")


def insert_by_keyboard(desk: Desk, typed: str) -> None:
    page = desk.page
    page.keyboard.press("Control+Shift+E")
    expect(page.locator("#template-words")).to_be_focused()
    page.keyboard.type(typed)
    expect(page.locator("#template-options [aria-selected=true]")).to_contain_text(TITLE)
    expect(page.frame_locator("#template-shown iframe").locator("body")).to_contain_text("Hello Maja")
    page.keyboard.press("Enter")


def test_a_template_is_written_inserted_sent_and_its_rate_seen(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "cenik.pdf"
    file.write_bytes(b"%PDF-1.4 cenik")
    desk.found_organisation()
    maja = desk.make_contact("Maja Novak", MAJA)
    write_template(desk, file)

    composer = desk.begin_message(maja)
    composer.text.locator("body").click()
    composer.page.keyboard.type("My own words. ")
    insert_by_keyboard(desk, "offer call")
    inserted(composer)
    take_out_again(composer)
    insert_by_keyboard(desk, "offer")
    inserted(composer)
    fill_in_the_phone(composer)
    composer.send()

    reader = desk.beside()
    mail = reader.read_copy_for(MAJA)
    expect(mail.locator("body")).to_contain_text(f"Hello Maja, {WORDS} Call me at 01 234 56.")
    expect(mail.get_by_role("link", name=file.name).first).to_be_visible()  # followed, so it is a link
    reader.link("Load images").click()
    rate_shows(desk.page, desk)


def inserted(composer: Composer) -> None:
    text = composer.text.locator("body")
    expect(text).to_contain_text(f"Hello Maja, {WORDS}")
    expect(text).to_contain_text("My own words.")
    expect(composer.field("Subject")).to_have_value("Offer for Maja")
    expect(composer.page.locator("#attachments tbody tr")).to_have_count(1)


def take_out_again(composer: Composer) -> None:
    composer.page.locator("#toasts .toast-action").last.click()
    expect(composer.text.locator("body")).not_to_contain_text("Hello Maja")
    expect(composer.text.locator("body")).to_contain_text("My own words.")
    expect(composer.field("Subject")).to_have_value("")
    expect(composer.page.locator("#attachments tbody tr")).to_have_count(0)


def fill_in_the_phone(composer: Composer) -> None:
    """What nobody knows stands in the text as a placeholder; the notice leads to it, and typing takes its place."""
    name = f"{composer.words('Recipient')}: {composer.words('phone number')}"
    composer.page.locator("#notices").get_by_role("button", name=name).click()
    composer.page.keyboard.type("01 234 56.")
    expect(composer.text.locator("body")).to_contain_text("Call me at 01 234 56.")
    expect(composer.text.locator("body")).not_to_contain_text("recipient.phone")


def rate_shows(page: Page, desk: Desk) -> None:
    """Within seconds: the list says that one e-mail was sent from it, and one opened."""
    row = page.locator("#rows tr").filter(has_text=TITLE)
    for _attempt in range(30):
        page.goto("/templates/")
        if row.locator(".rate-cell").count():
            break
        page.wait_for_timeout(500)
    expect(row.locator(f"td[data-label='{desk.words('E-mails sent')}']")).to_have_text("1")
    said = row.locator(f"td[data-label='{desk.words('Open rate')}'] .rate-cell")
    expect(said).to_have_attribute("title", re.compile(r"^1 (of|od) 1\."))
